package org.diffsynth.onnx.internal.lora;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.diffsynth.diffusion.Lora;
import org.diffsynth.onnx.internal.graph.LayerWeights;
import org.diffsynth.onnx.internal.graph.OnnxSkeleton;
import org.diffsynth.onnx.internal.graph.WeightDeltas;

/** Binds the layers that LoRA files change to the weights of UNet and text encoder. */
public final class LoraMerge {
  private final OnnxSkeleton unet;
  private final OnnxSkeleton textEncoder;

  private LoraMerge(OnnxSkeleton unet, OnnxSkeleton textEncoder) {
    this.unet = unet;
    this.textEncoder = textEncoder;
  }

  /** The UNet with its changes. */
  public OnnxSkeleton unet() {
    return unet;
  }

  /** The text encoder with its changes. */
  public OnnxSkeleton textEncoder() {
    return textEncoder;
  }

  /**
   * Binds every layer of every file; no weight is read yet.
   *
   * @throws IOException if a file is no LoRA for these models, listing what cannot be bound
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
            "%s: %d of %d layers were not found in the model's graphs: %s; the graphs have layers such as %s"
                .formatted(
                    lora.file(),
                    missing.size(),
                    count,
                    LoraFile.some(missing),
                    unetTarget.examples()));
      }
    }
    return new LoraMerge(unetTarget.changed(), textTarget.changed());
  }

  /** A model whose weights change. */
  private static final class Target {
    private final OnnxSkeleton skeleton;
    private final String name;
    private final LayerWeights layers;
    private final Map<String, List<WeightDeltas.Change>> changes = new HashMap<>();

    Target(OnnxSkeleton skeleton, String name) {
      this.skeleton = skeleton;
      this.name = name;
      this.layers = LayerWeights.of(skeleton);
    }

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
            "%s: layer '%s' cannot be told from others in %s, or shares its weight with them: %s"
                .formatted(change.file().file(), change.layer(), skeleton.file(), found));
      }
      int rows = change.file().shape(change.up())[0];
      int[] down = change.file().shape(change.down());
      int columns = Arrays.stream(down).reduce(1, Math::multiplyExact) / change.rank();
      if (rows != weight.rows() || columns != weight.columns()) {
        throw new IOException(
            "%s: layer '%s' is for a weight of %d by %d, found '%s' of %d by %d in %s: this is a LoRA for another kind of model"
                .formatted(
                    change.file().file(),
                    change.layer(),
                    rows,
                    columns,
                    weight.tensor(),
                    weight.rows(),
                    weight.columns(),
                    skeleton.file()));
      }
      if (scale != 0) {
        changes
            .computeIfAbsent(weight.tensor(), tensor -> new ArrayList<>())
            .add(values -> add(change, scale * change.factor(), weight, values));
      }
      return true;
    }

    String examples() {
      List<String> paths = new ArrayList<>(layers.paths());
      return paths.isEmpty() ? "none that are named" : LoraFile.some(paths);
    }

    OnnxSkeleton changed() {
      return skeleton.withChanges(new WeightDeltas(changes));
    }
  }

  /** Adds factor · up · down, as the weight lies. */
  private static void add(
      LoraFile.Change change, float factor, LayerWeights.Weight weight, float[] values)
      throws IOException {
    float[] up = change.file().floats(change.up());
    float[] down = change.file().floats(change.down());
    int rank = change.rank();
    boolean turned = weight.transposed();
    int lines = turned ? weight.columns() : weight.rows();
    int length = turned ? weight.rows() : weight.columns();
    float[] along = turned ? transpose(up, weight.rows(), rank) : down;
    IntStream.range(0, lines)
        .parallel()
        .forEach(
            line -> {
              for (int r = 0; r < rank; r++) {
                float share =
                    factor * (turned ? down[r * weight.columns() + line] : up[line * rank + r]);
                int from = r * length;
                int to = line * length;
                for (int i = 0; i < length; i++) {
                  values[to + i] += share * along[from + i];
                }
              }
            });
  }

  private static float[] transpose(float[] matrix, int rows, int columns) {
    float[] turned = new float[matrix.length];
    for (int y = 0; y < rows; y++) {
      for (int x = 0; x < columns; x++) {
        turned[x * rows + y] = matrix[y * columns + x];
      }
    }
    return turned;
  }
}
