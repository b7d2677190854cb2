package org.diffsynth.onnx.internal.lora;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.diffsynth.onnx.internal.tensorfile.SafetensorsFile;

/**
 * The layers that a LoRA file changes. Names come in three manners:
 *
 * <pre>
 * lora_unet_down_blocks_0_attentions_0_…_attn1_to_q.lora_down.weight      kohya's scripts
 * unet.down_blocks.0.attentions.0.….attn1.to_q.lora_A.weight              diffusers, peft
 * unet.down_blocks.0.attentions.0.….attn1.processor.to_q_lora.down.weight diffusers before that
 * </pre>
 *
 * All become {@code down_blocks_0_attentions_0_…_attn1_to_q}.
 */
final class LoraFile {
  private static final Pattern PART =
      Pattern.compile(
          "(.+?)(?:[._]lora_linear_layer|[._]lora)?\\.?"
              + "(?:lora_)?(down|up|A|B)(?:\\.default)?\\.weight");
  private static final Pattern ALPHA = Pattern.compile("(.+?)(?:\\.lora)?\\.alpha");

  /** Where a layer is. */
  enum Part {
    UNET,
    TEXT_ENCODER
  }

  /**
   * One changed layer.
   *
   * @param layer its path, joined by underscores
   * @param down name of the tensor {@code (rank, in[, height, width])}
   * @param up name of the tensor {@code (out, rank[, 1, 1])}
   * @param factor alpha / rank
   */
  record Change(
      SafetensorsFile file,
      Part part,
      String layer,
      String down,
      String up,
      int rank,
      float factor) {}

  private LoraFile() {}

  /**
   * Reads which layers a file changes.
   *
   * @throws IOException listing what in it is not understood
   */
  static List<Change> read(Path path) throws IOException {
    SafetensorsFile file = SafetensorsFile.open(path);
    Map<String, String> downs = new LinkedHashMap<>();
    Map<String, String> ups = new LinkedHashMap<>();
    Map<String, String> alphas = new LinkedHashMap<>();
    List<String> unknown = new ArrayList<>();
    for (String name : file.names()) {
      Matcher part = PART.matcher(name);
      Matcher alpha = ALPHA.matcher(name);
      if (part.matches()) {
        boolean isDown = part.group(2).equals("down") || part.group(2).equals("A");
        (isDown ? downs : ups).put(part.group(1), name);
      } else if (alpha.matches()) {
        alphas.put(alpha.group(1), name);
      } else {
        unknown.add(name);
      }
    }
    if (!unknown.isEmpty() || downs.isEmpty() || !downs.keySet().equals(ups.keySet())) {
      throw new IOException(
          path
              + ": expected pairs of lora_down and lora_up (or lora_A and lora_B) with alphas,"
              + " found "
              + (unknown.isEmpty() ? "unequal pairs: " + odd(downs, ups) : some(unknown))
              + "; LoHa, LoKr, DoRA and Tucker forms are not supported");
    }
    List<Change> changes = new ArrayList<>();
    for (String module : downs.keySet()) {
      changes.add(change(file, module, downs.get(module), ups.get(module), alphas.get(module)));
    }
    return changes;
  }

  private static String odd(Map<String, String> downs, Map<String, String> ups) {
    List<String> odd = new ArrayList<>(downs.keySet());
    odd.removeAll(ups.keySet());
    ups.keySet().stream().filter(name -> !downs.containsKey(name)).forEach(odd::add);
    return odd.isEmpty() ? "none at all" : some(odd);
  }

  /** The first few of many. */
  static String some(List<String> names) {
    int shown = Math.min(5, names.size());
    String list = String.join(", ", names.subList(0, shown));
    return names.size() > shown ? list + " and " + (names.size() - shown) + " more" : list;
  }

  private static Change change(
      SafetensorsFile file, String module, String down, String up, String alphaName)
      throws IOException {
    int[] downShape = file.shape(down);
    int[] upShape = file.shape(up);
    int rank = downShape.length == 0 ? 0 : downShape[0];
    if (downShape.length < 2 || upShape.length < 2 || upShape[1] != rank) {
      throw new IOException(
          "%s: '%s' and '%s' should have one rank, were %s and %s"
              .formatted(
                  file.file(), down, up, Arrays.toString(downShape), Arrays.toString(upShape)));
    }
    float alpha = alphaName == null ? rank : file.floats(alphaName)[0];
    String name = module.replaceFirst("^base_model\\.model\\.", "");
    Part part = Part.UNET;
    if (name.startsWith("lora_te_") || name.startsWith("text_encoder.")) {
      part = Part.TEXT_ENCODER;
      name = name.replaceFirst("^lora_te_|^text_encoder\\.", "");
    } else if (name.matches("(lora_te[12]_|text_encoder_2\\.).*")) {
      throw new IOException(
          "%s: '%s' belongs to one of two text encoders: this is a LoRA for another kind of model"
              .formatted(file.file(), down));
    } else {
      name = name.replaceFirst("^lora_unet_|^unet\\.", "");
    }
    String layer = name.replace(".processor.", ".").replace('.', '_');
    if (layer.endsWith("_to_out")) {
      layer += "_0"; // as older diffusers name it
    }
    return new Change(file, part, layer, down, up, rank, alpha / rank);
  }
}
