package org.diffsynth.onnx.internal.lora;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.diffsynth.internal.text.Text;
import org.diffsynth.onnx.internal.graph.OnnxSkeleton;
import org.diffsynth.spi.DiffusionSettings.Lora;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Matches the layers of LoRA files to the weights of UNet and text encoder. The weights are merged
 * when the sessions are opened, so LoRAs cost nothing at run time.
 *
 * @param unet the UNet with the deltas of all LoRAs
 * @param textEncoder the text encoder with the deltas of all LoRAs
 */
public record LoraMerge(OnnxSkeleton unet, OnnxSkeleton textEncoder) {
  private static final Logger LOG = LoggerFactory.getLogger(LoraMerge.class);
  private static final int WARNED_NAMES = 3;

  /**
   * Matches every layer of every LoRA; no weight is loaded yet.
   *
   * @param loras LoRAs to merge, in this order; their changes of the same weight add up
   * @throws IOException if a file cannot be read or does not belong to these models; lists the
   *     layers that were not found
   */
  public static LoraMerge of(List<Lora> loras, OnnxSkeleton unet, OnnxSkeleton textEncoder)
      throws IOException {
    if (loras.isEmpty()) {
      return new LoraMerge(unet, textEncoder);
    }
    Map<LayerName.Part, MergeTarget> targets =
        Map.of(
            LayerName.Part.UNET, new MergeTarget(unet),
            LayerName.Part.TEXT_ENCODER, new MergeTarget(textEncoder));
    for (Lora lora : loras) {
      LoraFile file = LoraFile.read(lora.file());
      warn(file);
      Set<String> layers = new LinkedHashSet<>();
      Set<String> missing = new LinkedHashSet<>();
      for (LoraFile.Change change : file.changes()) {
        LayerName layer = change.layer();
        String name = layer.part().folder() + ": " + layer.path();
        layers.add(name);
        if (!targets.get(layer.part()).bind(file.file(), change, lora.scale())) {
          missing.add(change.target() == LoraFile.Target.BIAS ? name + " (bias)" : name);
        }
      }
      if (!missing.isEmpty()) {
        throw new IOException(
            Text.format(
                "%s: %d of %d layers were not found in the model's graphs: %s%s; the graphs have layers such as %s",
                lora.file(),
                missing.size(),
                layers.size(),
                LoraFile.firstFew(missing),
                MergeTarget.origin(file.file()) + hint(missing),
                targets.get(LayerName.Part.UNET).examples()));
      }
    }
    return new LoraMerge(
        targets.get(LayerName.Part.UNET).merged(),
        targets.get(LayerName.Part.TEXT_ENCODER).merged());
  }

  private static void warn(LoraFile file) {
    if (!file.embeddings().isEmpty()) {
      LOG.warn(
          "{} bundles the embeddings {} (textual inversions), which are not loaded from a LoRA; save them as files of their own and load those as embeddings (--embedding)",
          file.file().file(),
          new ArrayList<>(file.embeddings()));
    }
    if (!file.ignored().isEmpty()) {
      LOG.warn(
          "{}: {} tensors of unknown kinds are ignored: {}",
          file.file().file(),
          file.ignored().size(),
          LoraFile.firstFew(file.ignored(), WARNED_NAMES));
    }
  }

  /** Guesses from the names of layers which kind of model a LoRA is for. */
  private static String hint(Set<String> layers) {
    if (layers.stream()
        .anyMatch(name -> name.matches("unet: .*(input|output|middle)_blocks?_.*"))) {
      return " (these names are those of an SDXL LoRA, or of one for a model in the layout of a checkpoint file)";
    }
    if (layers.stream()
        .anyMatch(
            name ->
                name.matches(
                    "unet: (.*(double|single)_(transformer_)?blocks_|transformer_|blocks_).*"))) {
      return " (these names are those of a diffusion transformer, such as Flux or SD 3)";
    }
    return "";
  }
}
