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
import java.util.Set;
import org.diffsynth.onnx.internal.proto.GraphProto;
import org.diffsynth.onnx.internal.proto.ModelProto;
import org.diffsynth.onnx.internal.proto.TensorProto;

/**
 * Parser for ONNX files that skips the data of large weights. The generated protobuf parser would
 * load the whole file, up to several gigabytes, into memory.
 *
 * <p>The parser reads the messages model, graph and initializer field by field. The data of an
 * initializer is replaced by external data: file, offset and length. All other fields are copied
 * and given to the generated parser.
 */
final class SkeletonParser {
  /** Weights of at most this many bytes stay in the skeleton: mostly shapes and scalars. */
  static final int INLINE_BYTES = 1024;

  private static final int MODEL_GRAPH = ModelProto.GRAPH_FIELD_NUMBER;

  /** Fields of the message model by the ONNX specification; other files have others. */
  private static final Set<Integer> MODEL_FIELDS = Set.of(1, 2, 3, 4, 5, 6, 7, 8, 14, 20, 25, 26);

  /** Largest field of the message model besides its graph, so that no other file fills the heap. */
  private static final int MOST_MODEL_BYTES = 64 << 20;

  private static final int GRAPH_INITIALIZER = GraphProto.INITIALIZER_FIELD_NUMBER;
  private static final int TENSOR_RAW_DATA = TensorProto.RAW_DATA_FIELD_NUMBER;

  private final CodedInputStream in;
  private final Path file;

  private SkeletonParser(CodedInputStream in, Path file) {
    this.in = in;
    this.file = file;
  }

  /**
   * Parses an ONNX file and skips the data of its large weights.
   *
   * @throws InvalidProtocolBufferException if the file is truncated or not an ONNX model
   */
  static ModelProto.Builder parse(Path file) throws IOException {
    try (InputStream stream = Files.newInputStream(file)) {
      CodedInputStream coded = CodedInputStream.newInstance(stream, 1 << 16);
      coded.setSizeLimit(Integer.MAX_VALUE);
      return new SkeletonParser(coded, file).model();
    }
  }

  private ModelProto.Builder model() throws IOException {
    CopiedFields rest = new CopiedFields();
    GraphProto.Builder graph = null;
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      if (WireFormat.getTagFieldNumber(tag) == MODEL_GRAPH && isMessage(tag)) {
        int limit = in.pushLimit(in.readRawVarint32());
        graph = graph();
        in.popLimit(limit);
      } else {
        if (!MODEL_FIELDS.contains(WireFormat.getTagFieldNumber(tag))) {
          throw new InvalidProtocolBufferException("unexpected field " + tag);
        }
        rest.copy(tag, in, MOST_MODEL_BYTES);
      }
    }
    ModelProto.Builder model = ModelProto.newBuilder().mergeFrom(rest.bytes());
    return graph == null ? model : model.setGraph(graph);
  }

  private GraphProto.Builder graph() throws IOException {
    CopiedFields rest = new CopiedFields();
    GraphProto.Builder weights = GraphProto.newBuilder();
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      if (WireFormat.getTagFieldNumber(tag) == GRAPH_INITIALIZER && isMessage(tag)) {
        int limit = in.pushLimit(in.readRawVarint32());
        weights.addInitializer(initializer());
        in.popLimit(limit);
      } else {
        rest.copy(tag, in);
      }
    }
    return GraphProto.newBuilder()
        .mergeFrom(rest.bytes())
        .addAllInitializer(weights.getInitializerList());
  }

  private TensorProto initializer() throws IOException {
    CopiedFields rest = new CopiedFields();
    long offset = -1;
    int length = 0;
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      if (WireFormat.getTagFieldNumber(tag) != TENSOR_RAW_DATA || !isMessage(tag)) {
        rest.copy(tag, in);
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
    return offset < 0
        ? tensor.build()
        : ExternalData.at(tensor, file.toString(), offset, length).build();
  }

  private static boolean isMessage(int tag) {
    return WireFormat.getTagWireType(tag) == WireFormat.WIRETYPE_LENGTH_DELIMITED;
  }

  /** The fields of a message that the generated parser reads. */
  private static final class CopiedFields {
    private final ByteArrayOutputStream buffer = new ByteArrayOutputStream();
    private final CodedOutputStream out = CodedOutputStream.newInstance(buffer);

    void copy(int tag, CodedInputStream in) throws IOException {
      copy(tag, in, Integer.MAX_VALUE);
    }

    /**
     * Copies a field.
     *
     * @param most largest number of bytes of a text or message
     */
    void copy(int tag, CodedInputStream in, int most) throws IOException {
      out.writeUInt32NoTag(tag);
      switch (WireFormat.getTagWireType(tag)) {
        case WireFormat.WIRETYPE_VARINT -> out.writeUInt64NoTag(in.readUInt64());
        case WireFormat.WIRETYPE_FIXED64 -> out.writeFixed64NoTag(in.readFixed64());
        case WireFormat.WIRETYPE_FIXED32 -> out.writeFixed32NoTag(in.readFixed32());
        case WireFormat.WIRETYPE_LENGTH_DELIMITED -> out.writeByteArrayNoTag(bytes(in, most));
        default -> throw new InvalidProtocolBufferException("unexpected wire type of tag " + tag);
      }
    }

    private static byte[] bytes(CodedInputStream in, int most) throws IOException {
      int length = in.readRawVarint32();
      if (length > most) {
        throw new InvalidProtocolBufferException("a field has " + length + " bytes");
      }
      return in.readRawBytes(length);
    }

    byte[] bytes() throws IOException {
      out.flush();
      return buffer.toByteArray();
    }
  }
}
