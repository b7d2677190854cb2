package org.diffsynth.onnx.internal.model;

import java.io.IOException;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.diffsynth.internal.text.Text;
import org.diffsynth.onnx.internal.graph.OnnxSkeleton;
import org.diffsynth.onnx.internal.graph.TensorSpec;
import org.diffsynth.onnx.internal.proto.NodeProto;
import org.diffsynth.onnx.internal.proto.TensorProto;

/**
 * Recognition of graphs that cannot be used: quantized ones, and element types without operators.
 */
final class SupportedGraphs {
  /** Element types by the ONNX specification: bfloat16 and the four of 8 bits. */
  private static final Set<Integer> UNSUPPORTED_TYPES = Set.of(16, 17, 18, 19, 20);

  private static final Set<String> QUANTIZED =
      Set.of(
          "ConvInteger",
          "DequantizeLinear",
          "DynamicQuantizeLinear",
          "DynamicQuantizeMatMul",
          "MatMulBnb4",
          "MatMulInteger",
          "MatMulIntegerToFloat",
          "MatMulNBits",
          "QAttention",
          "QLinearConv",
          "QLinearMatMul",
          "QuantizeLinear");

  private SupportedGraphs() {}

  /**
   * Checks the element types of a model.
   *
   * @return the model
   * @throws IOException if its weights have a type that ONNX Runtime cannot compute with
   */
  static OnnxSkeleton checked(OnnxSkeleton model) throws IOException {
    for (TensorProto tensor : model.model().getGraph().getInitializerList()) {
      if (UNSUPPORTED_TYPES.contains(tensor.getDataType())) {
        throw new IOException(
            Text.format(
                "%s has weights in %s ('%s'), which ONNX Runtime cannot compute with: export the"
                    + " model again in single or half precision (--dtype fp32 or fp16)",
                model.file(),
                tensor.getDataType() == 16 ? "bfloat16" : "8-bit floating point",
                tensor.getName()));
      }
    }
    return model;
  }

  /**
   * Checks that a UNet or ControlNet is not quantized, because its attention and its ControlNet
   * inputs cannot be changed then.
   *
   * @return the model
   * @throws IOException if it is; lists the operators
   */
  static OnnxSkeleton notQuantized(OnnxSkeleton model) throws IOException {
    Set<String> found =
        model.model().getGraph().getNodeList().stream()
            .map(NodeProto::getOpType)
            .filter(QUANTIZED::contains)
            .collect(Collectors.toCollection(TreeSet::new));
    if (!found.isEmpty()) {
      throw new IOException(
          Text.format(
              "%s is a quantized model (int8 or int4, operators %s), which is not supported: use the"
                  + " model before quantization, in single or half precision",
              model.file(), found));
    }
    return model;
  }

  /**
   * Checks that a model may be a ControlNet.
   *
   * @return the model
   * @throws IOException if it is quantized, or a UNet
   */
  static OnnxSkeleton controlNet(OnnxSkeleton model) throws IOException {
    boolean single =
        TensorSpec.outputs(model).size() == 1
            && TensorSpec.inputs(model).stream()
                .noneMatch(input -> input.name().matches(".*(cond|control|hint|image).*"));
    if (single) {
      throw new IOException(
          model.file()
              + " is not a ControlNet: it has no input for a control picture and one output, as a"
              + " UNet has; give the folder of a ControlNet");
    }
    return notQuantized(checked(model));
  }
}
