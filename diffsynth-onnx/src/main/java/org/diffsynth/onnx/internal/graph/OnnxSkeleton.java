package org.diffsynth.onnx.internal.graph;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.WireFormat;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.diffsynth.onnx.internal.proto.GraphProto;
import org.diffsynth.onnx.internal.proto.ModelProto;
import org.diffsynth.onnx.internal.proto.StringStringEntryProto;
import org.diffsynth.onnx.internal.proto.TensorProto;

/**
 * An ONNX model without its weights: nodes, inputs, outputs and small constants.
 *
 * <p>Weights never enter the heap. Those inside the model file are skipped while reading and become
 * external data whose file is the model file itself; those outside stay where they are. Links are
 * followed, because ONNX Runtime refuses data behind links: {@link #dataFolder()} is the real
 * folder that every location is relative to.
 *
 * @param file the model file as the user named it
 * @param dataFolder folder that the locations of external data are relative to
 * @param model the parsed model
 * @param deltas changes of weights that are added when the session is opened
 */
public record OnnxSkeleton(Path file, Path dataFolder, ModelProto model, WeightDeltas deltas) {
  /** Weights of at most this many bytes stay in the skeleton: shapes and scalars, mostly. */
  static final int INLINE_BYTES = 1024;

  private static final int MODEL_GRAPH = ModelProto.GRAPH_FIELD_NUMBER;
  private static final int GRAPH_INITIALIZER = GraphProto.INITIALIZER_FIELD_NUMBER;
  private static final int TENSOR_RAW_DATA = TensorProto.RAW_DATA_FIELD_NUMBER;

  /** A model with its weights as they are. */
  public OnnxSkeleton(Path file, Path dataFolder, ModelProto model) {
    this(file, dataFolder, model, WeightDeltas.NONE);
  }

  /** The same file with another model. */
  public OnnxSkeleton withModel(ModelProto changed) {
    return new OnnxSkeleton(file, dataFolder, changed, deltas);
  }

  /** The same with other changes of weights. */
  public OnnxSkeleton withDeltas(WeightDeltas newDeltas) {
    return new OnnxSkeleton(file, dataFolder, model, newDeltas);
  }

  /**
   * Reads a model file.
   *
   * @throws IOException if the file is missing, cut short or no ONNX model, or if a data file is
   *     missing or too short; names the file and the tensor
   */
  public static OnnxSkeleton read(Path file) throws IOException {
    if (!Files.isRegularFile(file)) {
      throw new IOException(file + " is missing");
    }
    Path real = file.toRealPath();
    ModelProto.Builder model;
    try (InputStream in = Files.newInputStream(real)) {
      CodedInputStream coded = CodedInputStream.newInstance(in, 1 << 16);
      coded.setSizeLimit(Integer.MAX_VALUE);
      model = readModel(coded, real);
    } catch (InvalidProtocolBufferException e) {
      throw new IOException(file + " is truncated or not an ONNX model: " + e.getMessage(), e);
    }
    if (!model.hasGraph() || model.getGraph().getNodeCount() == 0) {
      throw new IOException(file + " is not an ONNX model: it has no graph");
    }
    return resolveData(file, real, model);
  }

  private static ModelProto.Builder readModel(CodedInputStream in, Path real) throws IOException {
    Remainder rest = new Remainder();
    GraphProto.Builder graph = null;
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      if (WireFormat.getTagFieldNumber(tag) == MODEL_GRAPH && isMessage(tag)) {
        int limit = in.pushLimit(in.readRawVarint32());
        graph = readGraph(in, real);
        in.popLimit(limit);
      } else {
        rest.keep(tag, in);
      }
    }
    ModelProto.Builder model = ModelProto.newBuilder().mergeFrom(rest.bytes());
    return graph == null ? model : model.setGraph(graph);
  }

  private static GraphProto.Builder readGraph(CodedInputStream in, Path real) throws IOException {
    Remainder rest = new Remainder();
    GraphProto.Builder weights = GraphProto.newBuilder();
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      if (WireFormat.getTagFieldNumber(tag) == GRAPH_INITIALIZER && isMessage(tag)) {
        int limit = in.pushLimit(in.readRawVarint32());
        weights.addInitializer(readTensor(in, real));
        in.popLimit(limit);
      } else {
        rest.keep(tag, in);
      }
    }
    return GraphProto.newBuilder()
        .mergeFrom(rest.bytes())
        .addAllInitializer(weights.getInitializerList());
  }

  private static TensorProto readTensor(CodedInputStream in, Path real) throws IOException {
    Remainder rest = new Remainder();
    long offset = -1;
    int length = 0;
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      if (WireFormat.getTagFieldNumber(tag) != TENSOR_RAW_DATA || !isMessage(tag)) {
        rest.keep(tag, in);
        continue;
      }
      length = in.readRawVarint32();
      if (length <= INLINE_BYTES) {
        rest.out.writeTag(TENSOR_RAW_DATA, WireFormat.WIRETYPE_LENGTH_DELIMITED);
        rest.out.writeByteArrayNoTag(in.readRawBytes(length));
      } else {
        offset = in.getTotalBytesRead();
        in.skipRawBytes(length);
      }
    }
    TensorProto.Builder tensor = TensorProto.newBuilder().mergeFrom(rest.bytes());
    if (offset >= 0) {
      tensor
          .setDataLocation(TensorProto.DataLocation.EXTERNAL)
          .addExternalData(entry("location", real.toString()))
          .addExternalData(entry("offset", Long.toString(offset)))
          .addExternalData(entry("length", Long.toString(length)));
    }
    return tensor.build();
  }

  /** Turns every location into one relative to the real folder that holds all data files. */
  private static OnnxSkeleton resolveData(Path file, Path real, ModelProto.Builder model)
      throws IOException {
    Map<String, Path> files = new LinkedHashMap<>();
    GraphProto.Builder graph = model.getGraph().toBuilder();
    for (TensorProto tensor : graph.getInitializerList()) {
      if (tensor.getDataLocation() == TensorProto.DataLocation.EXTERNAL) {
        String location = external(tensor, "location");
        Path data = files.get(location);
        if (data == null) {
          if (!location.equals(real.toString())) {
            checkLocation(file, tensor, location);
          }
          Path named = file.resolveSibling(location);
          if (!Files.isRegularFile(named)) {
            throw new IOException(
                file + ": tensor '" + tensor.getName() + "' is in " + named + ", which is missing");
          }
          data = named.toRealPath();
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
      if (tensor.getDataLocation() == TensorProto.DataLocation.EXTERNAL) {
        graph.setInitializer(i, relocated(tensor, folder, files));
      }
    }
    return new OnnxSkeleton(file, folder, model.setGraph(graph).build());
  }

  /** A model may name files beside or below itself only. */
  private static void checkLocation(Path file, TensorProto tensor, String location)
      throws IOException {
    Path path = Path.of(location);
    if (location.isEmpty() || path.isAbsolute() || path.normalize().startsWith("..")) {
      throw new IOException(
          String.format(
              "%s: tensor '%s' must be in a file of the model's folder, found location '%s'",
              file, tensor.getName(), location));
    }
  }

  private static TensorProto relocated(TensorProto tensor, Path folder, Map<String, Path> files) {
    TensorProto.Builder changed = tensor.toBuilder().clearExternalData();
    for (StringStringEntryProto entry : tensor.getExternalDataList()) {
      if (entry.getKey().equals("location")) {
        Path data = files.get(entry.getValue());
        changed.addExternalData(
            entry("location", folder.relativize(data).toString().replace('\\', '/')));
      } else if (!entry.getKey().equals("checksum")) {
        changed.addExternalData(entry);
      }
    }
    return changed.build();
  }

  private static void checkLength(Path file, TensorProto tensor, Path data) throws IOException {
    String offsetText = external(tensor, "offset");
    String lengthText = external(tensor, "length");
    long offset = offsetText.isEmpty() ? 0 : Long.parseLong(offsetText);
    long elements = TensorTypes.elements(tensor);
    int bits = TensorTypes.bits(tensor.getDataType());
    long needed = bits == 0 ? 0 : (elements * bits + 7) / 8;
    long length = lengthText.isEmpty() ? needed : Long.parseLong(lengthText);
    long size = Files.size(data);
    if (bits != 0 && length != needed || offset + length > size) {
      throw new IOException(
          String.format(
              "%s: tensor '%s' %s needs %d bytes; %s has %d bytes from offset %d on and the model"
                  + " says %d",
              file,
              tensor.getName(),
              tensor.getDimsList(),
              needed,
              data,
              Math.max(0, size - offset),
              offset,
              length));
    }
  }

  /** Names and sizes of the files that hold the weights, relative to {@link #dataFolder()}. */
  public Set<String> dataFiles() {
    Set<String> names = new TreeSet<>();
    for (TensorProto tensor : model.getGraph().getInitializerList()) {
      if (tensor.getDataLocation() == TensorProto.DataLocation.EXTERNAL) {
        names.add(external(tensor, "location"));
      }
    }
    return names;
  }

  private static String external(TensorProto tensor, String key) {
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

  private static boolean isMessage(int tag) {
    return WireFormat.getTagWireType(tag) == WireFormat.WIRETYPE_LENGTH_DELIMITED;
  }

  /** The fields of a message that are not treated one by one. */
  private static final class Remainder {
    private final ByteArrayOutputStream buffer = new ByteArrayOutputStream();
    private final CodedOutputStream out = CodedOutputStream.newInstance(buffer);

    void keep(int tag, CodedInputStream in) throws IOException {
      out.writeUInt32NoTag(tag);
      switch (WireFormat.getTagWireType(tag)) {
        case WireFormat.WIRETYPE_VARINT -> out.writeUInt64NoTag(in.readUInt64());
        case WireFormat.WIRETYPE_FIXED64 -> out.writeFixed64NoTag(in.readFixed64());
        case WireFormat.WIRETYPE_FIXED32 -> out.writeFixed32NoTag(in.readFixed32());
        case WireFormat.WIRETYPE_LENGTH_DELIMITED -> out.writeByteArrayNoTag(in.readByteArray());
        default -> throw new InvalidProtocolBufferException("unexpected wire type of tag " + tag);
      }
    }

    byte[] bytes() throws IOException {
      out.flush();
      return buffer.toByteArray();
    }
  }
}
