package org.diffsynth.onnx.internal.tensorfile;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.diffsynth.internal.text.Text;
import org.diffsynth.onnx.internal.graph.OnnxSkeleton;
import org.diffsynth.onnx.internal.graph.TensorValues;
import org.diffsynth.onnx.internal.proto.TensorProto;

/** Reads all floating-point tensors of a small file into memory. */
public final class NamedTensors {
  private NamedTensors() {}

  /**
   * Reads the tensors of a {@code .safetensors} file or the weights of an {@code .onnx} model.
   * Tensors with other element types are ignored.
   *
   * @return tensors in the order of the file
   * @throws IOException if the file is missing, truncated or has another ending; the message names
   *     the file
   */
  public static List<NamedTensor> read(Path file) throws IOException {
    if (!Files.isRegularFile(file)) {
      throw new IOException(file + " is missing");
    }
    String name = file.getFileName().toString();
    if (name.endsWith(".onnx")) {
      return onnx(file);
    }
    if (name.endsWith(".safetensors")) {
      return safetensors(file);
    }
    throw new IOException(
        Text.format("%s: expected a file that ends in .onnx or .safetensors", file));
  }

  private static List<NamedTensor> safetensors(Path path) throws IOException {
    SafetensorsFile file = SafetensorsFile.open(path);
    List<NamedTensor> tensors = new ArrayList<>();
    for (String name : file.floatNames()) {
      List<Long> shape = Arrays.stream(file.shape(name)).boxed().toList();
      tensors.add(new NamedTensor(name, shape, file.floats(name)));
    }
    return tensors;
  }

  private static List<NamedTensor> onnx(Path file) throws IOException {
    OnnxSkeleton skeleton = OnnxSkeleton.read(file);
    List<NamedTensor> tensors = new ArrayList<>();
    for (TensorProto tensor : skeleton.model().getGraph().getInitializerList()) {
      if (TensorValues.isFloat(tensor)) {
        tensors.add(
            new NamedTensor(
                tensor.getName(), tensor.getDimsList(), TensorValues.floats(skeleton, tensor)));
      }
    }
    return tensors;
  }

  /**
   * Returns the only tensor with one of several shapes.
   *
   * @return null if no tensor or more than one has such a shape
   */
  public static NamedTensor only(List<NamedTensor> tensors, long[]... shapes) {
    List<NamedTensor> fitting =
        tensors.stream()
            .filter(
                tensor ->
                    Arrays.stream(shapes)
                        .anyMatch(
                            shape -> tensor.shape().equals(Arrays.stream(shape).boxed().toList())))
            .toList();
    return fitting.size() == 1 ? fitting.get(0) : null;
  }
}
