package org.diffsynth.onnx.internal.lora;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.diffsynth.internal.text.Text;
import org.diffsynth.onnx.internal.tensorfile.SafetensorsFile;

/**
 * The changes of a LoRA file, by its names and shapes; no weight is loaded.
 *
 * <p>The name of a tensor is the name of a layer, see {@link LayerName}, and one of these endings:
 *
 * <pre>
 * .lora_down.weight, .lora_up.weight [, .lora_mid.weight]   LoRA, LoCon; kohya, LyCORIS
 * .lora_A.weight, .lora_B.weight [, .lora_B.bias]           LoRA; diffusers, PEFT
 * .lora.down.weight, _lora.down.weight,
 * .lora_linear_layer.down.weight                            LoRA; older diffusers
 * .hada_w1_a, .hada_w1_b, .hada_w2_a, .hada_w2_b [, .hada_t1, .hada_t2]   LoHa
 * .lokr_w1 or .lokr_w1_a, .lokr_w1_b and .lokr_w2 or .lokr_w2_a, .lokr_w2_b [, .lokr_t2]   LoKr
 * .diff [, .diff_b]                                         full differences
 * .w_norm [, .b_norm]                                       differences of a normalisation
 * .weight, .on_input                                        (IA)³
 * .alpha; .dora_scale, .lora_magnitude_vector               scale of all of these; DoRA
 * </pre>
 *
 * @param changes one or two per layer: of its weight, of its bias
 * @param ignored names of tensors of unknown kinds
 * @param embeddings names of bundled embeddings (textual inversions), which are not used
 */
record LoraFile(
    SafetensorsFile file, List<Change> changes, List<String> ignored, Set<String> embeddings) {
  private static final Pattern LOW_RANK =
      Pattern.compile(
          "(.+?)[._]?(?:lora_linear_layer\\.|lora[._])(down|up|mid|A|B)(?:\\.\\w+)?\\.(weight|bias)");
  private static final Pattern ALPHA =
      Pattern.compile("(.+?)(?:[._]lora(?:_linear_layer)?)?(?:[._]down\\.weight)?\\.(alpha)");
  private static final Pattern OTHER =
      Pattern.compile(
          "(.+?)\\.(dora_scale|lora_magnitude_vector|hada_w[12]_[ab]|hada_t[12]|lokr_w[12](?:_[ab])?"
              + "|lokr_t2|diff_b|diff|w_norm|b_norm|on_input|weight)(?:\\.default)?(?:\\.weight)?");
  private static final Pattern EMBEDDING = Pattern.compile("bundle_emb\\.([^.]+)\\..*");
  private static final Map<String, Pattern> UNSUPPORTED =
      Map.of(
          "OFT", Pattern.compile("(.+)\\.(oft_blocks|oft_diag|oft_[RS].*|rescale|boft_.*)"),
          "GLoRA", Pattern.compile("(.+)\\.([ab][12])\\.weight"),
          "(IA)³ of PEFT", Pattern.compile("(.+)\\.(ia3_l.*)"),
          "AdaLoRA", Pattern.compile("(.+)\\.(lora_E.*|ranknum.*)"),
          "VeRA", Pattern.compile("(.+)\\.(vera_.*)"),
          "embedding LoRA", Pattern.compile("(.+)\\.(lora_embedding_[AB].*)"));
  private static final int SHOWN_NAMES = 5;

  /** What of a layer is changed. */
  enum Target {
    WEIGHT,
    BIAS
  }

  /**
   * A change of a layer.
   *
   * @param module name of the layer in the file
   */
  record Change(String module, LayerName layer, Target target, LayerDelta delta) {}

  /**
   * Reads the names and shapes of a file.
   *
   * @throws IOException if the file is missing or malformed, is not a LoRA, is for another kind of
   *     model, or has changes of a kind that is not supported; the message tells which
   */
  static LoraFile read(Path path) throws IOException {
    SafetensorsFile file = SafetensorsFile.open(path);
    Map<String, Map<String, String>> modules = new LinkedHashMap<>();
    List<String> ignored = new ArrayList<>();
    Set<String> embeddings = new LinkedHashSet<>();
    for (String name : file.names()) {
      Matcher embedding = EMBEDDING.matcher(name);
      Matcher low = LOW_RANK.matcher(name);
      Matcher alpha = ALPHA.matcher(name);
      Matcher other = OTHER.matcher(name);
      if (embedding.matches()) {
        embeddings.add(embedding.group(1));
      } else if (low.matches()) {
        String ending = low.group(2).replace("A", "down").replace("B", "up");
        add(modules, low.group(1), low.group(3).equals("bias") ? ending + "_b" : ending, name);
      } else if (alpha.matches()) {
        add(modules, alpha.group(1), "alpha", name);
      } else if (other.matches()) {
        add(modules, other.group(1), other.group(2), name);
      } else {
        ignored.add(name);
      }
    }
    checkKinds(file);
    AdapterConfig config = AdapterConfig.of(file);
    List<Change> changes = new ArrayList<>();
    for (Map.Entry<String, Map<String, String>> module : modules.entrySet()) {
      LayerChanges layer = new LayerChanges(file, config, module.getKey(), module.getValue());
      changes.addAll(layer.read());
      ignored.addAll(layer.unused());
    }
    if (changes.isEmpty()) {
      throw new IOException(
          Text.format(
              "%s is not a LoRA: expected pairs of lora_down and lora_up (or lora_A and lora_B), or tensors of LoHa, LoKr, full differences or (IA)³, found %s",
              path, file.names().isEmpty() ? "no tensor" : firstFew(file.names())));
    }
    return new LoraFile(file, changes, ignored, embeddings);
  }

  private static void add(
      Map<String, Map<String, String>> modules, String module, String ending, String name) {
    modules.computeIfAbsent(module, m -> new LinkedHashMap<>()).put(ending, name);
  }

  private static void checkKinds(SafetensorsFile file) throws IOException {
    for (Map.Entry<String, Pattern> kind : UNSUPPORTED.entrySet()) {
      Set<String> layers = new LinkedHashSet<>();
      for (String name : file.names()) {
        Matcher matcher = kind.getValue().matcher(name);
        if (matcher.matches()) {
          layers.add(matcher.group(1));
        }
      }
      if (!layers.isEmpty()) {
        throw new IOException(
            Text.format(
                "%s changes %d of its layers by %s (%s), which is not supported; supported are LoRA, LoCon, LoHa, LoKr, DoRA, full differences and (IA)³ of LyCORIS",
                file.file(), layers.size(), kind.getKey(), firstFew(layers)));
      }
    }
  }

  /** Joins the first few names for a message, followed by the number of the others. */
  static String firstFew(Iterable<String> names) {
    return firstFew(names, SHOWN_NAMES);
  }

  static String firstFew(Iterable<String> names, int shown) {
    List<String> all = new ArrayList<>();
    names.forEach(all::add);
    String list = String.join(", ", all.subList(0, Math.min(shown, all.size())));
    return all.size() > shown ? list + " and " + (all.size() - shown) + " more" : list;
  }
}
