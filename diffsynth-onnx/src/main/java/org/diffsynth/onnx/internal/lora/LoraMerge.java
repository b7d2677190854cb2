package org.diffsynth.onnx.internal.lora;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.diffsynth.internal.text.Text;
import org.diffsynth.onnx.internal.graph.LayerWeights;
import org.diffsynth.onnx.internal.graph.OnnxSkeleton;
import org.diffsynth.onnx.internal.graph.WeightDeltas;
import org.diffsynth.spi.DiffusionSettings.Lora;

/**
 * Matches the layers of LoRA files to the weights of UNet and text encoder. The weights are merged
 * when the sessions are opened, so LoRAs cost nothing at run time.
 *
 * @param unet the UNet with the deltas of all LoRAs
 * @param textEncoder the text encoder with the deltas of all LoRAs
 */
public record LoraMerge(OnnxSkeleton unet, OnnxSkeleton textEncoder) {

  /**
   * Matches every layer of every LoRA; no weight is loaded yet.
   *
   * @param loras LoRAs to merge; their changes of the same weight add up
   * @throws IOException if a file cannot be read or does not belong to these models; lists the
   *     layers that were not found
   */
  public static LoraMerge of(List<Lora> loras, OnnxSkeleton unet, OnnxSkeleton textEncoder)
      throws IOException {
    if (loras.isEmpty()) {
      return new LoraMerge(unet, textEncoder);
    }
    Target unetTarget = new Target(unet, "unet");
    Target textTarget = new Target(textEncoder, "text_encoder");
    for (Lora lora : loras) {
      List<String> missing = new ArrayList<>();
      int count = 0;
      for (LoraFile.Change change : LoraFile.read(lora.file())) {
        Target target = change.part() == LoraFile.Part.UNET ? unetTarget : textTarget;
        count++;
        if (!target.bind(change, lora.scale())) {
          missing.add(target.name + ": " + change.layer());
        }
      }
      if (!missing.isEmpty()) {
        throw new IOException(
            Text.format(
                "%s: %d of %d layers were not found in the model's graphs: %s; the graphs have layers such as %s",
                lora.file(),
                missing.size(),
                count,
                LoraFile.firstFew(missing),
                unetTarget.examples()));
      }
    }
    return new LoraMerge(unetTarget.merged(), textTarget.merged());
  }

  /** A model whose weights change. */
  private static final class Target {
    private final OnnxSkeleton skeleton;
    private final String name;
    private final LayerWeights layers;
    private final Map<String, List<WeightDeltas.Delta>> deltas = new HashMap<>();

    Target(OnnxSkeleton skeleton, String name) {
      this.skeleton = skeleton;
      this.name = name;
      this.layers = LayerWeights.of(skeleton);
    }

    /**
     * Finds the weight of a layer and remembers its delta.
     *
     * @return false if the model has no such layer
     */
    boolean bind(LoraFile.Change change, float scale) throws IOException {
      Set<LayerWeights.Weight> found = layers.find(change.layer());
      if (found.isEmpty() && change.part() == LoraFile.Part.TEXT_ENCODER) {
        found = layers.find(change.layer().replaceFirst("^text_model_", ""));
      }
      if (found.isEmpty()) {
        return false;
      }
      LayerWeights.Weight weight = found.iterator().next();
      if (found.size() > 1 || weight.readers() > 1) {
        throw new IOException(
            Text.format(
                "%s: layer '%s' is ambiguous in %s, or shares its weight with another layer: %s",
                change.file().file(), change.layer(), skeleton.file(), found));
      }
      if (change.rows() != weight.rows() || change.columns() != weight.columns()) {
        throw new IOException(
            Text.format(
                "%s: layer '%s' is for a weight of %d by %d, found '%s' of %d by %d in %s: this LoRA is for another kind of model",
                change.file().file(),
                change.layer(),
                change.rows(),
                change.columns(),
                weight.tensor(),
                weight.rows(),
                weight.columns(),
                skeleton.file()));
      }
      if (scale != 0) {
        deltas
            .computeIfAbsent(weight.tensor(), tensor -> new ArrayList<>())
            .add(values -> add(change, scale * change.factor(), weight, values));
      }
      return true;
    }

    String examples() {
      List<String> paths = new ArrayList<>(layers.paths());
      return paths.isEmpty() ? "none with a name" : LoraFile.firstFew(paths);
    }

    OnnxSkeleton merged() {
      return skeleton.withDeltas(new WeightDeltas(deltas));
    }
  }

  /**
   * Adds factor · up · down to a weight.
   *
   * @param values the weight, in the order of its initializer: (rows, columns), or (columns, rows)
   *     if transposed
   */
  private static void add(
      LoraFile.Change change, float factor, LayerWeights.Weight weight, float[] values)
      throws IOException {
    float[] up = change.file().floats(change.up());
    float[] down = change.file().floats(change.down());
    int rank = change.rank();
    boolean transposed = weight.transposed();
    int lines = transposed ? weight.columns() : weight.rows();
    int length = transposed ? weight.rows() : weight.columns();
    float[] along = transposed ? transpose(up, weight.rows(), rank) : down;
    IntStream.range(0, lines)
        .parallel()
        .forEach(
            line -> {
              for (int r = 0; r < rank; r++) {
                float share =
                    factor * (transposed ? down[r * weight.columns() + line] : up[line * rank + r]);
                int from = r * length;
                int to = line * length;
                for (int i = 0; i < length; i++) {
                  values[to + i] += share * along[from + i];
                }
              }
            });
  }

  private static float[] transpose(float[] matrix, int rows, int columns) {
    float[] result = new float[matrix.length];
    for (int y = 0; y < rows; y++) {
      for (int x = 0; x < columns; x++) {
        result[x * rows + y] = matrix[y * columns + x];
      }
    }
    return result;
  }
}
