package org.diffsynth.onnx.internal.checkpoint;

import java.io.IOException;
import java.util.Map;

/**
 * Names of the weights of the text encoder in single-file checkpoints. Those of Stable Diffusion
 * 1.x contain the names of the Python library transformers; those of 2.x the names of OpenCLIP.
 */
final class OriginalTextNames {
  private static final String LAYERS = "transformer.resblocks.";
  private static final Map<String, String> OPEN_CLIP =
      Map.of(
          "positional_embedding", "text_model.embeddings.position_embedding.weight",
          "token_embedding.weight", "text_model.embeddings.token_embedding.weight",
          "ln_final.weight", "text_model.final_layer_norm.weight",
          "ln_final.bias", "text_model.final_layer_norm.bias");

  private OriginalTextNames() {}

  /** Returns the name with the prefix {@code text_model}, which some files leave out. */
  static String current(String name) {
    return name.startsWith("embeddings.")
            || name.startsWith("encoder.")
            || name.startsWith("final_layer_norm.")
        ? "text_model." + name
        : name;
  }

  /**
   * Returns the weights of an OpenCLIP text encoder without its last layer, as Stable Diffusion 2.x
   * uses it. Queries, keys and values, which OpenCLIP keeps in one matrix, become three weights.
   *
   * @param original weights by their names in OpenCLIP
   */
  static Weights ofOpenClip(Weights original) throws IOException {
    Weights weights = new Weights(original.file());
    int last = original.count(LAYERS, ".ln_1.weight") - 1;
    for (String name : original.names()) {
      Weight weight = original.find(name);
      if (OPEN_CLIP.containsKey(name)) {
        weights.add(OPEN_CLIP.get(name), weight);
      } else if (name.startsWith(LAYERS)) {
        String rest = name.substring(LAYERS.length());
        int dot = rest.indexOf('.');
        if (!rest.substring(0, dot).equals(Integer.toString(last))) {
          addLayer(weights, "text_model.encoder.layers." + rest, weight);
        }
      }
    }
    return weights;
  }

  private static void addLayer(Weights weights, String name, Weight weight) throws IOException {
    if (name.contains(".attn.in_proj_")) {
      for (int i = 0; i < 3; i++) {
        String part = ".self_attn." + "qkv".charAt(i) + "_proj.";
        weights.add(name.replace(".attn.in_proj_", part), weight.part(i, 3));
      }
      return;
    }
    weights.add(
        name.replace(".ln_1.", ".layer_norm1.")
            .replace(".ln_2.", ".layer_norm2.")
            .replace(".mlp.c_fc.", ".mlp.fc1.")
            .replace(".mlp.c_proj.", ".mlp.fc2.")
            .replace(".attn.out_proj.", ".self_attn.out_proj."),
        weight);
  }
}
