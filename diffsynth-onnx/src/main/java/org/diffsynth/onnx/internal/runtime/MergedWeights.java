package org.diffsynth.onnx.internal.runtime;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxTensorLike;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.platform.Fp16Conversions;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.diffsynth.compute.Closer;
import org.diffsynth.onnx.internal.graph.OnnxSkeleton;
import org.diffsynth.onnx.internal.graph.TensorValues;
import org.diffsynth.onnx.internal.graph.WeightDeltas;
import org.diffsynth.onnx.internal.proto.GraphProto;
import org.diffsynth.onnx.internal.proto.ModelProto;
import org.diffsynth.onnx.internal.proto.TensorProto;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Weights of a model with deltas, such as those of a LoRA, added to them. Sums are computed in
 * 32-bit floats, also for half-precision weights, and one weight at a time is in the heap.
 *
 * <p>Small weights are replaced inside the graph. Weights in external files are replaced by a
 * temporary file that is mapped into memory, so that the size of the heap does not limit how many
 * weights a LoRA changes. Close this object after the session: ONNX Runtime may read the mapped
 * memory as long as the session is open.
 */
public final class MergedWeights implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(MergedWeights.class);

  /** A weight of an external file, and the mapped bytes that take its place. */
  private record Replaced(TensorProto tensor, ByteBuffer bytes) {}

  private final ModelProto model;
  private final List<Replaced> replaced;
  private final TemporaryWeights file;

  private MergedWeights(ModelProto model, List<Replaced> replaced, TemporaryWeights file) {
    this.model = model;
    this.replaced = replaced;
    this.file = file;
  }

  /**
   * Checks that the merged weights of some models fit into the folder of temporary files.
   *
   * @param skeletons models that will be open at the same time
   * @param temporary folder of temporary files
   * @throws IOException if the folder has not enough room
   */
  public static void requireSpace(List<OnnxSkeleton> skeletons, Path temporary) throws IOException {
    long bytes = 0;
    for (OnnxSkeleton skeleton : skeletons) {
      for (TensorProto tensor : skeleton.model().getGraph().getInitializerList()) {
        if (skeleton.deltas().byTensor().containsKey(tensor.getName())
            && TensorValues.isExternal(tensor)) {
          bytes += TensorValues.byteCount(tensor);
        }
      }
    }
    if (bytes > 0) {
      LOG.info(
          "merging LoRAs uses {} MB in the folder for temporary files, {}, while the model is open",
          (bytes >> 20) + 1,
          temporary);
      TemporaryWeights.requireSpace("merging LoRAs", bytes, temporary);
    }
  }

  /**
   * Merges the deltas of a model.
   *
   * @throws IOException if an original weight or a delta cannot be read, or the temporary file
   *     cannot be written
   */
  static MergedWeights of(OnnxSkeleton skeleton, Path temporary) throws IOException {
    Map<String, List<WeightDeltas.Delta>> deltas = skeleton.deltas().byTensor();
    if (deltas.isEmpty()) {
      return new MergedWeights(skeleton.model(), List.of(), null);
    }
    GraphProto.Builder graph = skeleton.model().getGraph().toBuilder();
    List<Replaced> replaced = new ArrayList<>();
    try (Closer closer = new Closer()) {
      TemporaryWeights file = closer.add(TemporaryWeights.create(temporary));
      for (int i = 0; i < graph.getInitializerCount(); i++) {
        TensorProto tensor = graph.getInitializer(i);
        List<WeightDeltas.Delta> own = deltas.get(tensor.getName());
        if (own == null) {
          continue;
        }
        float[] values = TensorValues.floats(skeleton, tensor);
        for (WeightDeltas.Delta delta : own) {
          delta.addTo(values);
        }
        if (TensorValues.isExternal(tensor)) {
          replaced.add(new Replaced(tensor, append(file, values, TensorValues.isHalf(tensor))));
        } else {
          graph.setInitializer(i, TensorValues.withBytes(tensor, inline(tensor, values)));
        }
      }
      closer.keepOpen();
      return new MergedWeights(
          skeleton.model().toBuilder().setGraph(graph).build(), replaced, file);
    }
  }

  private static ByteBuffer append(TemporaryWeights file, float[] values, boolean half)
      throws IOException {
    return half
        ? file.append(values.length, Short.BYTES, (first, bytes) -> halves(values, first, bytes))
        : file.append(values.length, Float.BYTES, (first, bytes) -> floats(values, first, bytes));
  }

  private static ByteBuffer inline(TensorProto tensor, float[] values) {
    boolean half = TensorValues.isHalf(tensor);
    ByteBuffer bytes =
        ByteBuffer.allocate(values.length * (half ? Short.BYTES : Float.BYTES))
            .order(ByteOrder.LITTLE_ENDIAN);
    if (half) {
      halves(values, 0, bytes);
    } else {
      floats(values, 0, bytes);
    }
    return bytes.flip();
  }

  private static void floats(float[] values, int first, ByteBuffer bytes) {
    bytes.asFloatBuffer().put(values, first, bytes.remaining() / Float.BYTES);
    bytes.position(bytes.limit());
  }

  private static void halves(float[] values, int first, ByteBuffer bytes) {
    for (int i = first; bytes.hasRemaining(); i++) {
      bytes.putShort(Fp16Conversions.floatToFp16(values[i]));
    }
  }

  /** Returns the graph to open. */
  ModelProto model() {
    return model;
  }

  /**
   * Adds the weights that replace external ones to the options of a session.
   *
   * @param open receives what must be closed after the session is open
   */
  void addTo(OrtSession.SessionOptions options, Closer open) throws OrtException {
    Map<String, OnnxTensorLike> tensors = new HashMap<>();
    for (Replaced weight : replaced) {
      TensorProto tensor = weight.tensor;
      tensors.put(
          tensor.getName(),
          open.add(
              OnnxTensor.createTensor(
                  OrtEnvironment.getEnvironment(),
                  weight.bytes,
                  tensor.getDimsList().stream().mapToLong(Long::longValue).toArray(),
                  TensorValues.isHalf(tensor) ? OnnxJavaType.FLOAT16 : OnnxJavaType.FLOAT)));
    }
    if (!tensors.isEmpty()) {
      options.addExternalInitializers(tensors);
    }
  }

  /** Deletes the temporary file. */
  @Override
  public void close() throws IOException {
    if (file != null) {
      file.close();
    }
  }
}
