package org.diffsynth.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.diffsynth.compute.BackendException;
import org.diffsynth.diffusion.CrossFrameAttention;
import org.diffsynth.diffusion.Latents;
import org.diffsynth.frame.Monitor;
import org.diffsynth.onnx.golden.Golden;
import org.diffsynth.onnx.golden.GoldenModel;
import org.diffsynth.onnx.golden.ModelCopy;
import org.diffsynth.onnx.internal.proto.GraphProto;
import org.diffsynth.onnx.internal.proto.ModelProto;
import org.diffsynth.onnx.internal.proto.NodeProto;
import org.diffsynth.onnx.internal.proto.TensorProto;
import org.diffsynth.onnx.internal.proto.TensorShapeProto;
import org.diffsynth.onnx.internal.proto.ValueInfoProto;
import org.diffsynth.spi.DiffusionBackend;
import org.diffsynth.spi.UnetInput.KeyValueRows;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests of models that were exported with a fixed batch: every shape in them is a constant. */
class FixedBatchTest {
  private static final double STEP = 5e-4;
  private static final int INT64 = 7;

  private static final Golden GOLDEN = Golden.open();
  private final GoldenModel golden = new GoldenModel(GOLDEN);
  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void predict_fixedBatch_takesAnyNumberOfRows(int batch) throws IOException {
    ModelCopy model = fixed(batch, shape -> shape);
    try (DiffusionBackend backend = model.open()) {
      assertStep(backend, golden.rows("kv_index_FIRST_FRAME"), 1, "un_out_xf_FIRST_FRAME");
      assertStep(backend, KeyValueRows.SELF, 1, "un_out_control");
    }
    try (DiffusionBackend backend =
        new OnnxDiffusionBackendProvider()
            .open(model.settings().withAttention(CrossFrameAttention.FIRST_AND_PREVIOUS))) {
      assertStep(backend, KeyValueRows.SELF, 0, "un_out_plain");
    }
  }

  /** Some exporters write the batch as a number and leave one other dimension to be inferred. */
  @Test
  void predict_fixedBatchWithSidesLeftOpen_takesAnyNumberOfRows() throws IOException {
    ModelCopy model =
        fixed(
            2,
            shape -> {
              long[] open = shape.clone();
              if (open.length > 2 && Arrays.stream(open).allMatch(side -> side > 0)) {
                open[1] = -1;
              }
              return open;
            });
    try (DiffusionBackend backend = model.open()) {
      assertStep(backend, golden.rows("kv_index_FIRST_FRAME"), 1, "un_out_xf_FIRST_FRAME");
    }
  }

  @Test
  void open_graphThatKnowsTheBatchElsewhere_isRefused() throws IOException {
    ModelCopy model =
        fixed(2, shape -> shape)
            .graph(
                "unet",
                graph -> {
                  String output = graph.getOutput(0).getName();
                  for (NodeProto.Builder node : graph.getNodeBuilderList()) {
                    if (node.getOutput(0).equals(output)) {
                      node.setOutput(0, "before");
                    }
                  }
                  TensorProto.Builder rows =
                      TensorProto.newBuilder()
                          .setName("rows")
                          .setDataType(1)
                          .addFloatData(1)
                          .addFloatData(2);
                  List.of(2L, 1L, 1L, 1L).forEach(rows::addDims);
                  graph.addInitializer(rows);
                  graph.addNode(
                      NodeProto.newBuilder()
                          .setOpType("Mul")
                          .addInput("before")
                          .addInput("rows")
                          .addOutput(output));
                });

    assertThatThrownBy(model::open)
        .isInstanceOf(BackendException.class)
        .hasMessageContaining("unet")
        .hasMessageContaining("fixed batch of 2");
  }

  private void assertStep(
      DiffusionBackend backend, KeyValueRows attention, float scale, String name) {
    Latents noise = backend.predict(golden.step(attention, scale), Monitor.NONE);
    assertThat(GOLDEN.array(name).distance(noise.toArray())).as(name).isLessThan(STEP);
  }

  private ModelCopy fixed(int batch, UnaryOperator<long[]> exported) throws IOException {
    ModelCopy model = new ModelCopy(folder);
    for (String part : List.of("unet", "controlnet")) {
      model.model(part, built -> freeze(built, batch, exported));
    }
    return model;
  }

  /** Makes all computed shapes constant, as an exporter does for inputs of one shape. */
  private static void freeze(ModelProto.Builder model, int batch, UnaryOperator<long[]> exported) {
    GraphProto.Builder graph = model.getGraphBuilder().clearValueInfo();
    Set<String> shapes = new LinkedHashSet<>();
    Set<String> constants = new LinkedHashSet<>();
    graph.getInitializerList().forEach(tensor -> constants.add(tensor.getName()));
    for (NodeProto node : graph.getNodeList()) {
      if (node.getOpType().equals("Constant")) {
        constants.add(node.getOutput(0));
      }
      if (Set.of("Reshape", "Expand").contains(node.getOpType())
          && !constants.contains(node.getInput(1))) {
        shapes.add(node.getInput(1));
      }
    }
    Map<String, long[]> values = evaluate(model.build(), batch, shapes);
    List<NodeProto> choices = new ArrayList<>();
    for (NodeProto.Builder node : graph.getNodeBuilderList()) {
      long[] value = node.getInputCount() > 1 ? values.get(node.getInput(1)) : null;
      if (value != null && Set.of("Reshape", "Expand").contains(node.getOpType())) {
        boolean reshape = node.getOpType().equals("Reshape");
        String name = node.getOutput(0) + "/fixed";
        TensorProto.Builder tensor = TensorProto.newBuilder().setName(name).setDataType(INT64);
        long[] kept = reshape ? exported.apply(value) : value;
        tensor.addDims(kept.length);
        Arrays.stream(kept).forEach(tensor::addInt64Data);
        graph.addInitializer(tensor);
        node.setInput(1, reshape ? name : choice(graph, choices, name, kept));
      }
    }
    Collections.reverse(choices);
    choices.forEach(node -> graph.addNode(0, node));
    for (ValueInfoProto.Builder input : graph.getInputBuilderList()) {
      fix(input, shape(input.build(), batch));
    }
    graph
        .getOutputBuilderList()
        .forEach(
            output ->
                output
                    .getTypeBuilder()
                    .getTensorTypeBuilder()
                    .getShapeBuilder()
                    .getDimBuilder(0)
                    .setDimValue(batch));
  }

  /** Writes the shape of an Expand as exporters do: −1 is replaced by the size of the data. */
  private static String choice(
      GraphProto.Builder graph, List<NodeProto> nodes, String shape, long[] sides) {
    String ones = shape + "/ones";
    String minus = shape + "/minus";
    TensorProto.Builder one = TensorProto.newBuilder().setName(ones).setDataType(INT64);
    one.addDims(sides.length);
    Arrays.stream(sides).forEach(side -> one.addInt64Data(1));
    graph.addInitializer(one);
    graph.addInitializer(
        TensorProto.newBuilder().setName(minus).setDataType(INT64).addInt64Data(-1));
    String[][] chain = {
      {"Mul", shape + "/negative", ones, minus},
      {"Equal", shape + "/open", shape, shape + "/negative"},
      {"Where", shape + "/chosen", shape + "/open", ones, shape}
    };
    for (String[] part : chain) {
      nodes.add(
          NodeProto.newBuilder()
              .setOpType(part[0])
              .addOutput(part[1])
              .addAllInput(List.of(part).subList(2, part.length))
              .build());
    }
    return shape + "/chosen";
  }

  private static void fix(ValueInfoProto.Builder value, long[] shape) {
    TensorShapeProto.Builder dims =
        value.getTypeBuilder().getTensorTypeBuilder().getShapeBuilder().clearDim();
    for (long side : shape) {
      dims.addDim(TensorShapeProto.Dimension.newBuilder().setDimValue(side));
    }
  }

  private static Map<String, long[]> evaluate(ModelProto model, int batch, Set<String> values) {
    ModelProto.Builder asking = model.toBuilder();
    for (String value : values) {
      ValueInfoProto.Builder output = ValueInfoProto.newBuilder().setName(value);
      output
          .getTypeBuilder()
          .getTensorTypeBuilder()
          .setElemType(INT64)
          .getShapeBuilder()
          .addDim(TensorShapeProto.Dimension.newBuilder().setDimParam("sides_" + value));
      asking.getGraphBuilder().addOutput(output);
    }
    OrtEnvironment environment = OrtEnvironment.getEnvironment();
    Map<String, long[]> found = new HashMap<>();
    try (OrtSession session =
        environment.createSession(asking.build().toByteArray(), new OrtSession.SessionOptions())) {
      Map<String, OnnxTensor> feeds = new HashMap<>();
      for (ValueInfoProto input : model.getGraph().getInputList()) {
        long[] shape = shape(input, batch);
        int count = (int) Arrays.stream(shape).reduce(1, (a, b) -> a * b);
        boolean whole = input.getType().getTensorType().getElemType() == INT64;
        feeds.put(
            input.getName(),
            whole
                ? OnnxTensor.createTensor(environment, LongBuffer.allocate(count), shape)
                : OnnxTensor.createTensor(environment, FloatBuffer.allocate(count), shape));
      }
      try (OrtSession.Result result = session.run(feeds, values)) {
        for (String value : values) {
          found.put(value, (long[]) result.get(value).orElseThrow().getValue());
        }
      } finally {
        feeds.values().forEach(OnnxTensor::close);
      }
    } catch (OrtException e) {
      throw new IllegalStateException(e);
    }
    return found;
  }

  /** Returns the shapes of the golden step for a number of rows. */
  private static long[] shape(ValueInfoProto input, int batch) {
    List<TensorShapeProto.Dimension> dims = input.getType().getTensorType().getShape().getDimList();
    long[] latents = Arrays.stream(GOLDEN.array("un_sample").shape()).toArray();
    long[] text = GOLDEN.array("emb_cond").shape();
    long[] picture = GOLDEN.array("control_cond").shape();
    long[] shape = new long[dims.size()];
    String name = input.getName();
    for (int i = 0; i < shape.length; i++) {
      long declared = dims.get(i).getDimValue();
      long open =
          i == 0
              ? batch
              : shape.length == 3 ? text[i] : name.contains("cond") ? picture[i] : latents[i];
      shape[i] = declared > 0 ? declared : open;
    }
    if (name.contains("residual")) {
      int number =
          name.contains("mid") ? 11 : Integer.parseInt(name.replaceAll(".*?(\\d+)$", "$1"));
      int halvings = number / 3;
      shape[2] = latents[2] >> halvings;
      shape[3] = latents[3] >> halvings;
    }
    return shape;
  }
}
