package org.diffsynth.onnx.internal.lora;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.diffsynth.internal.text.Text;
import org.diffsynth.onnx.internal.graph.LayerVectors;
import org.diffsynth.onnx.internal.graph.LayerWeights;
import org.diffsynth.onnx.internal.graph.OnnxSkeleton;
import org.diffsynth.onnx.internal.graph.WeightDeltas;
import org.diffsynth.onnx.internal.tensorfile.SafetensorsFile;

/** A model whose weights change, and the changes bound to it so far. */
final class MergeTarget {
  private final OnnxSkeleton skeleton;
  private final LayerWeights layers;
  private final LayerVectors vectors;
  private final Map<String, List<WeightDeltas.Delta>> deltas = new HashMap<>();

  MergeTarget(OnnxSkeleton skeleton) {
    this.skeleton = skeleton;
    this.layers = LayerWeights.of(skeleton);
    this.vectors = LayerVectors.of(skeleton);
  }

  /**
   * Finds the weight or bias of a layer and remembers its change.
   *
   * @param scale strength of the LoRA; 0 checks the layer and changes nothing
   * @return false if the model has no such layer
   * @throws IOException if the layer has other dimensions, or is ambiguous
   */
  boolean bind(SafetensorsFile file, LoraFile.Change change, float scale) throws IOException {
    String path = change.layer().path();
    boolean bound = bind(file, change, path, scale);
    return bound
        || change.layer().part() == LayerName.Part.TEXT_ENCODER
            && bind(file, change, path.replaceFirst("^text_model_", ""), scale);
  }

  private boolean bind(SafetensorsFile file, LoraFile.Change change, String path, float scale)
      throws IOException {
    if (change.target() == LoraFile.Target.WEIGHT) {
      Set<LayerWeights.Weight> found = layers.find(path);
      if (!found.isEmpty()) {
        bindWeight(file, change, found, scale);
        return true;
      }
    }
    if (!(change.delta() instanceof MatrixDelta delta) || delta.columns() != 1) {
      return false;
    }
    LayerVectors.Role role =
        change.target() == LoraFile.Target.BIAS ? LayerVectors.Role.BIAS : LayerVectors.Role.WEIGHT;
    Set<LayerVectors.LayerVector> found = vectors.find(path, role, delta.rows());
    if (found.isEmpty()) {
      return false;
    }
    LayerVectors.LayerVector vector = found.iterator().next();
    if (found.size() > 1 || vector.readers() > 1) {
      throw ambiguous(file, change, found);
    }
    add(vector.tensor(), delta, scale, vector.length(), 1, false);
    return true;
  }

  private void bindWeight(
      SafetensorsFile file, LoraFile.Change change, Set<LayerWeights.Weight> found, float scale)
      throws IOException {
    LayerWeights.Weight weight = found.iterator().next();
    if (found.size() > 1 || weight.readers() > 1) {
      throw ambiguous(file, change, found);
    }
    if (!change.delta().fits(weight.rows(), weight.columns())) {
      throw new IOException(
          Text.format(
              "%s: layer '%s' is for a weight of %s, found '%s' of %d by %d in %s: this LoRA is for another kind of model%s",
              file.file(),
              change.layer().path(),
              change.delta().shape(),
              weight.tensor(),
              weight.rows(),
              weight.columns(),
              skeleton.file(),
              origin(file)));
    }
    add(
        weight.tensor(),
        change.delta(),
        scale,
        weight.rows(),
        weight.columns(),
        weight.transposed());
  }

  private void add(
      String tensor, LayerDelta delta, float scale, int rows, int columns, boolean transposed) {
    if (scale != 0) {
      deltas
          .computeIfAbsent(tensor, name -> new ArrayList<>())
          .add(values -> delta.addTo(new WeightMatrix(values, rows, columns, transposed), scale));
    }
  }

  private IOException ambiguous(SafetensorsFile file, LoraFile.Change change, Set<?> found) {
    return new IOException(
        Text.format(
            "%s: layer '%s' is ambiguous in %s, or shares its weight with another layer: %s",
            file.file(), change.layer().path(), skeleton.file(), found));
  }

  /** Returns what the file says about the model it was trained for, for an error message. */
  static String origin(SafetensorsFile file) {
    String base = file.metadata().get("ss_base_model_version");
    if (base == null) {
      base = file.metadata().get("modelspec.architecture");
    }
    return base == null ? "" : " (the file says it was trained for '" + base + "')";
  }

  /** Returns the paths of some layers, for an error message. */
  String examples() {
    Set<String> paths = layers.paths();
    return paths.isEmpty() ? "none with a name" : LoraFile.firstFew(paths);
  }

  OnnxSkeleton merged() {
    return skeleton.withDeltas(new WeightDeltas(deltas));
  }
}
