package org.diffsynth.onnx.internal.graph;

import com.google.protobuf.InvalidProtocolBufferException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.diffsynth.onnx.internal.kind.FileKind;
import org.diffsynth.onnx.internal.proto.GraphProto;
import org.diffsynth.onnx.internal.proto.ModelProto;
import org.diffsynth.onnx.internal.proto.OperatorSetIdProto;

/**
 * An ONNX model without its weights: nodes, inputs, outputs, small constants, and for each weight
 * its name, type, shape and place in a file.
 *
 * <p>Weights never enter the heap. A weight inside the model file is skipped while reading and
 * becomes external data, whose file is the model file itself; a weight in another file stays there.
 * Symbolic links are resolved, because ONNX Runtime refuses external data behind links.
 *
 * @param file the model file, as the user named it
 * @param dataFolder folder, without symbolic links, that the locations of external data are
 *     relative to
 * @param model the parsed model
 * @param deltas changes of weights that are added when the session is opened
 */
public record OnnxSkeleton(Path file, Path dataFolder, ModelProto model, WeightDeltas deltas) {

  /** Creates a skeleton whose weights are not changed. */
  public OnnxSkeleton(Path file, Path dataFolder, ModelProto model) {
    this(file, dataFolder, model, WeightDeltas.NONE);
  }

  /** Returns a copy of this skeleton with another graph for the same files. */
  public OnnxSkeleton withModel(ModelProto changed) {
    return new OnnxSkeleton(file, dataFolder, changed, deltas);
  }

  /** Returns a copy of this skeleton with other changes of weights. */
  public OnnxSkeleton withDeltas(WeightDeltas newDeltas) {
    return new OnnxSkeleton(file, dataFolder, model, newDeltas);
  }

  /**
   * Reads a model file, and checks that every weight lies completely inside its file.
   *
   * @throws IOException if the file is missing, truncated or not an ONNX model, or a data file is
   *     missing, too short or outside of the model's folder; the message names the file, and where
   *     it applies the tensor
   */
  public static OnnxSkeleton read(Path file) throws IOException {
    if (!Files.isRegularFile(file)) {
      throw new IOException(file + " is missing");
    }
    Path real = file.toRealPath();
    FileKind.requireOnnx(file);
    ModelProto.Builder model;
    try {
      model = SkeletonParser.parse(real);
    } catch (InvalidProtocolBufferException e) {
      throw new IOException(file + " is truncated or not an ONNX model: " + e.getMessage(), e);
    }
    if (!model.hasGraph() || model.getGraph().getNodeCount() == 0) {
      throw new IOException(file + " is not an ONNX model: it has no graph");
    }
    return ExternalData.resolve(file, real, model);
  }

  /** Returns the version of the standard ONNX operators that the model uses; 0 if unknown. */
  long opset() {
    return model.getOpsetImportList().stream()
        .filter(set -> set.getDomain().isEmpty() || set.getDomain().equals("ai.onnx"))
        .mapToLong(OperatorSetIdProto::getVersion)
        .findFirst()
        .orElse(0);
  }

  /** Returns the versions of file format and operators. */
  public Version version() {
    return new Version(model.getIrVersion(), opset());
  }

  /**
   * The version of a model.
   *
   * @param format version of the file format, which ONNX calls IR version
   * @param opset version of the standard operators; 0 if unknown
   */
  public record Version(long format, long opset) {

    /** Returns a model of this version that returns its input. */
    public byte[] example() {
      return ModelProto.newBuilder()
          .setIrVersion(format)
          .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(opset))
          .setGraph(
              GraphProto.newBuilder()
                  .setName("example")
                  .addNode(Nodes.node("Identity", List.of("x"), "y"))
                  .addInput(Nodes.value("x", TensorTypes.FLOAT, 1))
                  .addOutput(Nodes.value("y", TensorTypes.FLOAT, 1)))
          .build()
          .toByteArray();
    }
  }

  /** Returns the files that hold the weights, relative to {@link #dataFolder}, in order of name. */
  public Set<String> dataFiles() {
    return model.getGraph().getInitializerList().stream()
        .filter(TensorValues::isExternal)
        .map(ExternalData::location)
        .collect(Collectors.toCollection(TreeSet::new));
  }
}
