package org.diffsynth.onnx.internal.lora;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.diffsynth.internal.text.Text;
import org.diffsynth.onnx.internal.json.JsonFile;
import org.diffsynth.onnx.internal.tensorfile.SafetensorsFile;

/**
 * Training settings of a LoRA that are not tensors: alpha, and whether it is divided by the rank or
 * by its root. Scripts by kohya write alpha as a tensor of each layer, which wins; diffusers writes
 * a JSON text into the header, under {@code lora_adapter_metadata}; PEFT writes the file {@code
 * adapter_config.json} beside the weights. Without any of them, alpha equals the rank.
 */
final class AdapterConfig {
  private static final String HEADER_KEY = "lora_adapter_metadata";
  private final JsonNode json;
  private final boolean prefixed;

  private AdapterConfig(JsonNode json, boolean prefixed) {
    this.json = json;
    this.prefixed = prefixed;
  }

  /**
   * Reads the settings that belong to a file.
   *
   * @throws IOException if there are settings, but they are not valid JSON
   */
  static AdapterConfig of(SafetensorsFile file) throws IOException {
    String text = file.metadata().get(HEADER_KEY);
    if (text != null) {
      try {
        return new AdapterConfig(new ObjectMapper().readTree(text), true);
      } catch (IOException e) {
        throw new IOException(
            Text.format("%s: %s in the header is not valid JSON", file.file(), HEADER_KEY), e);
      }
    }
    Path name = file.file().getFileName();
    return name != null && name.toString().equals("adapter_model.safetensors")
        ? new AdapterConfig(
            JsonFile.readOptional(file.file().resolveSibling("adapter_config.json")), false)
        : new AdapterConfig(MissingNode.getInstance(), false);
  }

  /**
   * Returns the factor of a layer's change.
   *
   * @param module name of the layer in the file
   * @param rank rank of the change
   * @return alpha / rank, or alpha / √rank for a rank-stabilised LoRA; 1 if alpha is unknown
   */
  float factor(LayerName.Part part, String module, int rank) {
    double alpha = value(part, "lora_alpha").asDouble(value(part, "alpha").asDouble(rank));
    String layer = module.replaceFirst("^base_model\\.model\\.", "");
    for (Map.Entry<String, JsonNode> entry : value(part, "alpha_pattern").properties()) {
      String pattern = entry.getKey().replaceFirst("^\\^", "");
      if (layer.equals(pattern) || layer.endsWith("." + pattern)) {
        alpha = entry.getValue().asDouble(alpha);
      }
    }
    boolean stabilised =
        !value(part, "lora_alpha").isMissingNode() && value(part, "use_rslora").asBoolean(false);
    return (float) (alpha / (stabilised ? Math.sqrt(rank) : rank));
  }

  private JsonNode value(LayerName.Part part, String key) {
    return json.path(prefixed ? part.folder() + "." + key : key);
  }
}
