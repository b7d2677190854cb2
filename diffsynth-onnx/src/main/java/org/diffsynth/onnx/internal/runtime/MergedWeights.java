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
 * Puts changed weights into a session that is about to be made: small ones into the graph, those
 * that lie in a file in place of the file's. Sums are of floats, whatever precision the weight has.
 */
final class MergedWeights {
  private MergedWeights() {}

  /**
   * The model to make the session of.
   *
   * @param options told of the weights that take the place of a file's
   * @param open gets what is to be closed when the session is made
   */
  static ModelProto apply(OnnxSkeleton skeleton, OrtSession.SessionOptions options, Closer open)
      throws OrtException, IOException {
    Map<String, List<WeightDeltas.Change>> changes = skeleton.changes().byTensor();
    if (changes.isEmpty()) {
      return skeleton.model();
    }
    GraphProto.Builder graph = skeleton.model().getGraph().toBuilder();
    Map<String, OnnxTensorLike> external = new HashMap<>();
    for (int i = 0; i < graph.getInitializerCount(); i++) {
      TensorProto tensor = graph.getInitializer(i);
      List<WeightDeltas.Change> own = changes.get(tensor.getName());
      if (own != null) {
        ByteBuffer bytes = changed(skeleton, tensor, own);
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

  private static ByteBuffer changed(
      OnnxSkeleton skeleton, TensorProto tensor, List<WeightDeltas.Change> changes)
      throws IOException {
    ByteBuffer old = TensorValues.bytes(skeleton, tensor);
    boolean half = TensorValues.isHalf(tensor);
    float[] values = new float[old.remaining() / (half ? Short.BYTES : Float.BYTES)];
    if (half) {
      for (int i = 0; i < values.length; i++) {
        values[i] = Fp16Conversions.fp16ToFloat(old.getShort());
      }
    } else {
      old.asFloatBuffer().get(values);
    }
    for (WeightDeltas.Change change : changes) {
      change.addTo(values);
    }
    ByteBuffer bytes = ByteBuffer.allocateDirect(old.capacity()).order(ByteOrder.LITTLE_ENDIAN);
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
