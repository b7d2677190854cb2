package org.diffsynth.onnx.internal.graph;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.diffsynth.internal.text.Text;
import org.diffsynth.onnx.internal.kind.FileKind;
import org.diffsynth.onnx.internal.proto.GraphProto;
import org.diffsynth.onnx.internal.proto.ModelProto;
import org.diffsynth.onnx.internal.proto.StringStringEntryProto;
import org.diffsynth.onnx.internal.proto.TensorProto;

/**
 * External data of ONNX tensors: the entries {@code location}, {@code offset} and {@code length}
 * that say where the bytes of a weight are.
 */
public final class ExternalData {
  private static final String LOCATION = "location";
  private static final String OFFSET = "offset";
  private static final String LENGTH = "length";

  private ExternalData() {}

  /**
   * Makes the data of a tensor external.
   *
   * @param location the file, relative to the folder of the data files
   * @param offset position of the first byte in the file
   * @param length number of bytes
   */
  public static TensorProto.Builder at(
      TensorProto.Builder tensor, String location, long offset, long length) {
    return tensor
        .setDataLocation(TensorProto.DataLocation.EXTERNAL)
        .addExternalData(entry(LOCATION, location))
        .addExternalData(entry(OFFSET, Long.toString(offset)))
        .addExternalData(entry(LENGTH, Long.toString(length)));
  }

  /** Returns the location of a tensor's data; empty if there is none. */
  static String location(TensorProto tensor) {
    return value(tensor, LOCATION);
  }

  /** Returns the offset of a tensor's data in its file, in bytes. */
  static long offset(TensorProto tensor) {
    String offset = value(tensor, OFFSET);
    return offset.isEmpty() ? 0 : Long.parseLong(offset);
  }

  /**
   * Checks all data files of a model, and makes every location relative to one real folder that
   * contains all of them.
   *
   * @param file the model file, as the user named it
   * @param real the model file without symbolic links
   * @throws IOException if a data file is missing, too short, or outside of the model's folder
   */
  static OnnxSkeleton resolve(Path file, Path real, ModelProto.Builder model) throws IOException {
    Map<String, Path> files = new LinkedHashMap<>();
    GraphProto.Builder graph = model.getGraph().toBuilder();
    for (TensorProto tensor : graph.getInitializerList()) {
      if (TensorValues.isExternal(tensor)) {
        String location = location(tensor);
        Path data = files.get(location);
        if (data == null) {
          data = find(file, real, tensor, location);
          files.put(location, data);
        }
        checkLength(file, tensor, data);
      }
    }
    Path folder = real.getParent();
    for (Path data : files.values()) {
      while (!data.startsWith(folder)) {
        folder = folder.getParent();
      }
    }
    for (int i = 0; i < graph.getInitializerCount(); i++) {
      TensorProto tensor = graph.getInitializer(i);
      if (TensorValues.isExternal(tensor)) {
        graph.setInitializer(i, relocate(tensor, folder, files));
      }
    }
    return new OnnxSkeleton(file, folder, model.setGraph(graph).build());
  }

  private static Path find(Path file, Path real, TensorProto tensor, String location)
      throws IOException {
    if (!location.equals(real.toString())) {
      checkInFolder(file, tensor, location);
    }
    Path named = file.resolveSibling(location);
    if (!Files.isRegularFile(named)) {
      throw new IOException(
          Text.format(
              "%s: tensor '%s' is in %s, which is missing; copy the weights that belong to the model beside it, under this name",
              file, tensor.getName(), named));
    }
    return named.toRealPath();
  }

  /** A model may refer only to files in its own folder or below. */
  private static void checkInFolder(Path file, TensorProto tensor, String location)
      throws IOException {
    Path path = Path.of(location);
    if (location.isEmpty() || path.isAbsolute() || path.normalize().startsWith("..")) {
      throw new IOException(
          Text.format(
              "%s: tensor '%s' must be in a file of the model's folder, but its location was '%s'",
              file, tensor.getName(), location));
    }
  }

  private static void checkLength(Path file, TensorProto tensor, Path data) throws IOException {
    long offset = offset(tensor);
    long elements = TensorTypes.elements(tensor);
    int bits = TensorTypes.bits(tensor.getDataType());
    long needed = bits == 0 ? 0 : (elements * bits + 7) / 8;
    String declared = value(tensor, LENGTH);
    long length = declared.isEmpty() ? needed : Long.parseLong(declared);
    long size = Files.size(data);
    if (bits != 0 && length != needed || offset + length > size) {
      throw new IOException(
          Text.format(
                  "%s: tensor '%s' %s needs %d bytes, the model declares %d, and %s has %d from offset %d",
                  file,
                  tensor.getName(),
                  tensor.getDimsList(),
                  needed,
                  length,
                  data,
                  Math.max(0, size - offset),
                  offset)
              + FileKind.explain(data));
    }
  }

  private static TensorProto relocate(TensorProto tensor, Path folder, Map<String, Path> files) {
    TensorProto.Builder changed = tensor.toBuilder().clearExternalData();
    for (StringStringEntryProto entry : tensor.getExternalDataList()) {
      if (entry.getKey().equals(LOCATION)) {
        Path data = files.get(entry.getValue());
        changed.addExternalData(
            entry(LOCATION, folder.relativize(data).toString().replace('\\', '/')));
      } else if (!entry.getKey().equals("checksum")) {
        changed.addExternalData(entry);
      }
    }
    return changed.build();
  }

  private static String value(TensorProto tensor, String key) {
    for (StringStringEntryProto entry : tensor.getExternalDataList()) {
      if (entry.getKey().equals(key)) {
        return entry.getValue();
      }
    }
    return "";
  }

  private static StringStringEntryProto entry(String key, String value) {
    return StringStringEntryProto.newBuilder().setKey(key).setValue(value).build();
  }
}
