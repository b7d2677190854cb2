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
import org.diffsynth.internal.text.Text;
import org.diffsynth.onnx.internal.tensorfile.SafetensorsFile;

/**
 * Reader for LoRA files. A LoRA changes the weight W of a layer to W + scale · (alpha / rank) · up
 * · down, where {@code down} has the shape (rank, inputs) and {@code up} the shape (outputs, rank).
 *
 * <p>Files name their tensors in one of three conventions:
 *
 * <pre>
 * lora_unet_down_blocks_0_attentions_0_…_attn1_to_q.lora_down.weight      scripts by kohya
 * unet.down_blocks.0.attentions.0.….attn1.to_q.lora_A.weight              diffusers, peft
 * unet.down_blocks.0.attentions.0.….attn1.processor.to_q_lora.down.weight older diffusers
 * </pre>
 *
 * All three are mapped to {@code down_blocks_0_attentions_0_…_attn1_to_q}.
 *
 * @see <a href="https://arxiv.org/abs/2106.09685">Hu et al. 2021, LoRA</a>
 */
final class LoraFile {
  private static final Pattern PART =
      Pattern.compile(
          "(.+?)(?:[._]lora_linear_layer|[._]lora)?\\.?"
              + "(?:lora_)?(down|up|A|B)(?:\\.default)?\\.weight");
  private static final Pattern ALPHA = Pattern.compile("(.+?)(?:\\.lora)?\\.alpha");
  private static final int SHOWN_NAMES = 5;

  /** The model that a layer belongs to. */
  enum Part {
    UNET,
    TEXT_ENCODER
  }

  /**
   * The change of one layer.
   *
   * @param layer path of the layer, joined by underscores
   * @param down name of the tensor of shape (rank, inputs[, height, width])
   * @param up name of the tensor of shape (outputs, rank[, 1, 1])
   * @param factor alpha / rank
   */
  record Change(
      SafetensorsFile file,
      Part part,
      String layer,
      String down,
      String up,
      int rank,
      float factor) {

    /** Returns the number of outputs of the layer. */
    int rows() {
      return Math.toIntExact(file.shape(up)[0]);
    }

    /** Returns the number of inputs of the layer, times the kernel size of a convolution. */
    int columns() {
      return Math.toIntExact(Arrays.stream(file.shape(down)).reduce(1, Math::multiplyExact) / rank);
    }
  }

  private LoraFile() {}

  /**
   * Reads the names and shapes of a file; no weight is loaded.
   *
   * @return one change per layer
   * @throws IOException if the file is missing or malformed, or holds tensors of another kind; the
   *     message lists those
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
              + (unknown.isEmpty()
                  ? "tensors without a partner: " + unpaired(downs, ups)
                  : firstFew(unknown))
              + "; LoHa, LoKr, DoRA and Tucker forms are not supported");
    }
    List<Change> changes = new ArrayList<>();
    for (String module : downs.keySet()) {
      changes.add(change(file, module, downs.get(module), ups.get(module), alphas.get(module)));
    }
    return changes;
  }

  private static String unpaired(Map<String, String> downs, Map<String, String> ups) {
    List<String> unpaired = new ArrayList<>(downs.keySet());
    unpaired.removeAll(ups.keySet());
    ups.keySet().stream().filter(name -> !downs.containsKey(name)).forEach(unpaired::add);
    return unpaired.isEmpty() ? "none at all" : firstFew(unpaired);
  }

  /** Joins the first few names of a list for a message, followed by the number of the others. */
  static String firstFew(List<String> names) {
    int shown = Math.min(SHOWN_NAMES, names.size());
    String list = String.join(", ", names.subList(0, shown));
    return names.size() > shown ? list + " and " + (names.size() - shown) + " more" : list;
  }

  private static Change change(
      SafetensorsFile file, String module, String down, String up, String alphaName)
      throws IOException {
    long[] downShape = file.shape(down);
    long[] upShape = file.shape(up);
    int rank = downShape.length == 0 ? 0 : (int) downShape[0];
    if (rank < 1 || downShape.length < 2 || upShape.length < 2 || upShape[1] != rank) {
      throw new IOException(
          Text.format(
              "%s: '%s' and '%s' must have shapes (rank, ..) and (.., rank), but were %s and %s",
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
          Text.format(
              "%s: '%s' belongs to one of two text encoders: this LoRA is for another kind of model",
              file.file(), down));
    } else {
      name = name.replaceFirst("^lora_unet_|^unet\\.", "");
    }
    String layer = name.replace(".processor.", ".").replace('.', '_');
    if (layer.endsWith("_to_out")) {
      layer += "_0"; // older diffusers left out the index
    }
    return new Change(file, part, layer, down, up, rank, alpha / rank);
  }
}
