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

/**
 * Merges weight deltas, such as those of a LoRA, into a model while its session is being opened.
 * Small weights are replaced inside the graph; weights in external files are handed to ONNX Runtime
 * as memory that takes their place. Sums are computed in 32-bit floats, also for half-precision
 * weights.
 */
final class MergedWeights {
  private MergedWeights() {}

  /**
   * Applies the deltas of a model.
   *
   * @param options options of the session to be opened; receives the weights that replace external
   *     ones
   * @param open receives what must be closed after the session is open
   * @return the graph to open
   * @throws IOException if an original weight or a delta cannot be read
   */
  static ModelProto apply(OnnxSkeleton skeleton, OrtSession.SessionOptions options, Closer open)
      throws OrtException, IOException {
    Map<String, List<WeightDeltas.Delta>> deltas = skeleton.deltas().byTensor();
    if (deltas.isEmpty()) {
      return skeleton.model();
    }
    GraphProto.Builder graph = skeleton.model().getGraph().toBuilder();
    Map<String, OnnxTensorLike> external = new HashMap<>();
    for (int i = 0; i < graph.getInitializerCount(); i++) {
      TensorProto tensor = graph.getInitializer(i);
      List<WeightDeltas.Delta> own = deltas.get(tensor.getName());
      if (own != null) {
        ByteBuffer bytes = merged(skeleton, tensor, own);
        if (TensorValues.isExternal(tensor)) {
          external.put(tensor.getName(), open.add(tensor(tensor, bytes)));
        } else {
          graph.setInitializer(i, TensorValues.withBytes(tensor, bytes));
        }
      }
    }
    if (!external.isEmpty()) {
      options.addExternalInitializers(external);
    }
    return skeleton.model().toBuilder().setGraph(graph).build();
  }

  private static ByteBuffer merged(
      OnnxSkeleton skeleton, TensorProto tensor, List<WeightDeltas.Delta> deltas)
      throws IOException {
    float[] values = TensorValues.floats(skeleton, tensor);
    for (WeightDeltas.Delta delta : deltas) {
      delta.addTo(values);
    }
    boolean half = TensorValues.isHalf(tensor);
    ByteBuffer bytes =
        ByteBuffer.allocateDirect(values.length * (half ? Short.BYTES : Float.BYTES))
            .order(ByteOrder.LITTLE_ENDIAN);
    if (half) {
      for (float value : values) {
        bytes.putShort(Fp16Conversions.floatToFp16(value));
      }
      bytes.flip();
    } else {
      bytes.asFloatBuffer().put(values);
    }
    return bytes;
  }

  private static OnnxTensor tensor(TensorProto tensor, ByteBuffer bytes) throws OrtException {
    long[] shape = tensor.getDimsList().stream().mapToLong(Long::longValue).toArray();
    return OnnxTensor.createTensor(
        OrtEnvironment.getEnvironment(),
        bytes,
        shape,
        TensorValues.isHalf(tensor) ? OnnxJavaType.FLOAT16 : OnnxJavaType.FLOAT);
  }
}
