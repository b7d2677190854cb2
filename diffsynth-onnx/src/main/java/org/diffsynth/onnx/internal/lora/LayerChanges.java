package org.diffsynth.onnx.internal.lora;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.diffsynth.internal.text.Text;
import org.diffsynth.onnx.internal.lora.LoraFile.Change;
import org.diffsynth.onnx.internal.lora.LoraFile.Target;
import org.diffsynth.onnx.internal.tensorfile.SafetensorsFile;

/** Builds the changes of one layer from its tensors. */
final class LayerChanges {
  private final SafetensorsFile file;
  private final AdapterConfig config;
  private final String module;
  private final Map<String, String> tensors;
  private final LayerName layer;
  private final List<Change> changes = new ArrayList<>();

  /**
   * Creates a builder.
   *
   * @param tensors names of the layer's tensors, by their ending
   * @throws IOException if the layer belongs to another kind of model
   */
  LayerChanges(
      SafetensorsFile file, AdapterConfig config, String module, Map<String, String> tensors)
      throws IOException {
    this.file = file;
    this.config = config;
    this.module = module;
    this.tensors = new LinkedHashMap<>(tensors);
    this.layer = LayerName.of(file, module);
  }

  /**
   * Returns the changes of weight and bias; empty if the tensors belong to no known kind.
   *
   * @throws IOException if a tensor is missing, or shapes do not fit each other
   */
  List<Change> read() throws IOException {
    MatrixDelta matrix = null;
    if (has("down", "up", "mid")) {
      Factors product = product("up", "mid", "down", false);
      matrix = MatrixDelta.single(product, factor(product.rank()));
    } else if (has("hada_w1_a", "hada_w1_b", "hada_w2_a", "hada_w2_b")) {
      boolean tucker = has("hada_t1", "hada_t2");
      Factors a = product("hada_w1_a", "hada_t1", "hada_w1_b", tucker);
      Factors b = product("hada_w2_a", "hada_t2", "hada_w2_b", tucker);
      if (a.rows() != b.rows() || a.columns() != b.columns()) {
        throw new IOException(
            Text.format(
                "%s: the two products of LoHa in layer '%s' must have one shape, but were %d by %d and %d by %d",
                file.file(), module, a.rows(), a.columns(), b.rows(), b.columns()));
      }
      matrix = new MatrixDelta(MatrixDelta.Form.HADAMARD, a, b, factor(a.rank()));
    } else if (has("lokr_w1", "lokr_w1_a", "lokr_w2", "lokr_w2_a")) {
      matrix = kronecker();
    } else if (has("diff")) {
      matrix = MatrixDelta.single(Factors.whole(file, use("diff")), 1);
    }
    if (matrix != null) {
      String bias = take("up_b");
      if (bias != null) {
        float factor = matrix.factor();
        add(Target.BIAS, MatrixDelta.single(Factors.whole(file, bias), factor));
      }
      tensors.remove("alpha");
      add(Target.WEIGHT, decomposed(matrix));
    }
    addVector(Target.WEIGHT, "w_norm");
    addVector(Target.BIAS, "b_norm");
    addVector(Target.BIAS, "diff_b");
    if (has("on_input") && has("weight")) {
      boolean onInput = file.number(use("on_input")) != 0;
      add(Target.WEIGHT, ScalingDelta.of(file, use("weight"), onInput));
    }
    return changes;
  }

  /** Returns the names of tensors that {@link #read} did not use. */
  List<String> unused() {
    return List.copyOf(tensors.values());
  }

  private MatrixDelta kronecker() throws IOException {
    boolean tucker = has("lokr_t2");
    boolean whole = has("lokr_w1") && has("lokr_w2");
    Factors a =
        has("lokr_w1")
            ? Factors.whole(file, use("lokr_w1"))
            : product("lokr_w1_a", "", "lokr_w1_b", false);
    Factors b =
        has("lokr_w2")
            ? Factors.whole(file, use("lokr_w2"))
            : product("lokr_w2_a", "lokr_t2", "lokr_w2_b", tucker);
    float factor = whole ? 1 : factor(a.rank() > 0 ? a.rank() : b.rank());
    return new MatrixDelta(MatrixDelta.Form.KRONECKER, a, b, factor);
  }

  private LayerDelta decomposed(MatrixDelta matrix) {
    String vector = take("lora_magnitude_vector");
    if (vector != null) {
      return new DecomposedDelta(matrix, file, vector, true);
    }
    String scale = take("dora_scale");
    if (scale == null) {
      return matrix;
    }
    long[] shape = file.shape(scale);
    return new DecomposedDelta(matrix, file, scale, shape.length > 0 && shape[0] == matrix.rows());
  }

  private Factors product(String up, String core, String down, boolean upByRank)
      throws IOException {
    return Factors.product(file, use(up), take(core), use(down), upByRank);
  }

  private void addVector(Target target, String ending) throws IOException {
    if (has(ending)) {
      add(target, MatrixDelta.single(Factors.whole(file, use(ending)), 1));
    }
  }

  private void add(Target target, LayerDelta delta) {
    changes.add(new Change(module, layer, target, delta));
  }

  private float factor(int rank) throws IOException {
    String alpha = tensors.get("alpha");
    return alpha == null
        ? config.factor(layer.part(), module, rank)
        : (float) file.number(alpha) / rank;
  }

  private boolean has(String... endings) {
    return Arrays.stream(endings).anyMatch(tensors::containsKey);
  }

  private String take(String ending) {
    return tensors.remove(ending);
  }

  private String use(String ending) throws IOException {
    String name = take(ending);
    if (name == null) {
      throw new IOException(
          Text.format(
              "%s: layer '%s' must have the tensor '%s' beside %s",
              file.file(), module, ending, tensors.values()));
    }
    return name;
  }
}
