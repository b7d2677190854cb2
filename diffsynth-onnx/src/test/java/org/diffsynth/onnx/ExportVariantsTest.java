package org.diffsynth.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.google.protobuf.ByteString;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.diffsynth.compute.BackendException;
import org.diffsynth.diffusion.CrossFrameAttention;
import org.diffsynth.diffusion.Latents;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.Monitor;
import org.diffsynth.onnx.golden.Golden;
import org.diffsynth.onnx.golden.GoldenModel;
import org.diffsynth.onnx.golden.ModelCopy;
import org.diffsynth.onnx.internal.graph.OnnxSkeleton;
import org.diffsynth.onnx.internal.graph.ResidualSurgery;
import org.diffsynth.onnx.internal.proto.AttributeProto;
import org.diffsynth.onnx.internal.proto.GraphProto;
import org.diffsynth.onnx.internal.proto.NodeProto;
import org.diffsynth.onnx.internal.proto.StringStringEntryProto;
import org.diffsynth.onnx.internal.proto.TensorProto;
import org.diffsynth.onnx.internal.proto.TensorShapeProto;
import org.diffsynth.spi.DiffusionBackend;
import org.diffsynth.spi.UnetInput.KeyValueRows;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Models in the forms of other exporters must give the same results as the golden model. */
class ExportVariantsTest {
  private static final double STEP = 5e-4;
  private static final int FLOAT = 1;
  private static final int INT32 = 6;
  private static final int INT64 = 7;

  private static final Golden GOLDEN = Golden.open();
  private final GoldenModel golden = new GoldenModel(GOLDEN);
  @TempDir Path folder;

  @Test
  void predict_plainUnet_takesResidualsAtSkipConnections() throws IOException {
    ModelCopy model =
        new ModelCopy(folder)
            .model(
                "unet",
                m -> {
                  OnnxSkeleton whole = new OnnxSkeleton(folder, folder, m.build());
                  try {
                    m.clear()
                        .mergeFrom(ResidualSurgery.patch(whole, "sample", List.of(), 0).model());
                  } catch (IOException e) {
                    throw new IllegalStateException(e);
                  }
                  assertThat(m.getGraph().getInputCount()).isEqualTo(3);
                });
    assertCrossFrameStep(model);
    try (DiffusionBackend backend =
        new OnnxDiffusionBackendProvider()
            .open(model.settings().withAttention(CrossFrameAttention.NONE))) {
      assertStep(backend, KeyValueRows.SELF, 1, "un_out_control");
      assertStep(backend, KeyValueRows.SELF, 0, "un_out_plain");
    }
  }

  @Test
  void predict_shapesOfResidualsAskedFor_areThoseOfLatents() throws IOException {
    ModelCopy model = new ModelCopy(folder).graph("unet", ExportVariantsTest::askResiduals);
    assertCrossFrameStep(model);
    try (DiffusionBackend backend =
        new OnnxDiffusionBackendProvider()
            .open(
                model
                    .settings()
                    .withControlNets(List.of())
                    .withAttention(CrossFrameAttention.NONE))) {
      assertStep(backend, KeyValueRows.SELF, 0, "un_out_plain");
    }
  }

  /** Reshapes sums with residuals to the shapes of the residuals, as dynamo exports do. */
  private static void askResiduals(GraphProto.Builder graph) {
    List<String> residuals = ResidualSurgery.existing(graph.build());
    for (int i = 0; i < graph.getNodeCount(); i++) {
      NodeProto.Builder sum = graph.getNodeBuilder(i);
      List<String> read = sum.getInputList().stream().filter(residuals::contains).toList();
      if (sum.getOpType().equals("Add") && !read.isEmpty()) {
        int other = sum.getInput(0).equals(read.get(0)) ? 1 : 0;
        String shape = read.get(0) + "/asked";
        String shaped = read.get(0) + "/shaped";
        NodeProto.Builder reshape = node("Reshape", shaped, sum.getInput(other), shape);
        sum.setInput(other, shaped);
        NodeProto.Builder shapes = node("Shape", shape, read.get(0));
        graph.addNode(i, shapes).addNode(i + 1, reshape);
        i += 2;
      }
    }
  }

  @Test
  void predict_namelessGraph_isUnderstoodByStructure() throws IOException {
    ModelCopy model = new ModelCopy(folder);
    for (String part : List.of("unet", "controlnet")) {
      model.graph(part, ExportVariantsTest::scramble);
    }
    assertCrossFrameStep(model);
  }

  @Test
  void predict_externalDataBehindLinks_isRead() throws IOException {
    Path blobs = Files.createDirectories(folder.resolve("blobs"));
    Path snapshot = Files.createDirectories(folder.resolve("snapshot"));
    ModelCopy model =
        new ModelCopy(snapshot).graph("unet", g -> moveWeights(g, blobs.resolve("b2")));
    Files.move(model.file("unet/model.onnx"), blobs.resolve("b1"));
    try {
      Files.createSymbolicLink(model.file("unet/model.onnx"), Path.of("../../blobs/b1"));
      Files.createSymbolicLink(model.file("unet/weights.bin"), Path.of("../../blobs/b2"));
    } catch (IOException | UnsupportedOperationException e) {
      assumeThat(false).as("links can be made here").isTrue();
    }
    assertThat(Files.size(blobs.resolve("b1"))).isLessThan(Files.size(blobs.resolve("b2")) * 2);
    assertCrossFrameStep(model);
  }

  @Test
  void predict_olderExport_takesIntegerIdsAndTimestepPerRow() throws IOException {
    ModelCopy model =
        new ModelCopy(folder)
            .graph("text_encoder", g -> castInput(g, "input_ids", INT32, INT64))
            .graph("unet", ExportVariantsTest::timestepPerRow)
            .graph("controlnet", ExportVariantsTest::timestepPerRow);
    assertCrossFrameStep(model);
    try (DiffusionBackend backend = model.open()) {
      Golden.Array expected = GOLDEN.array("emb_cond");
      float[] got = backend.encodeText(List.of(GOLDEN.prompts().get(1))).get(0).toArray();
      assertThat(expected.distance(got)).isLessThan(1e-4);
    }
  }

  @Test
  void encode_encoderThatSamples_givesItsMean() throws IOException {
    ModelCopy model = new ModelCopy(folder).graph("vae_encoder", ExportVariantsTest::sampleInside);
    Golden.Array expected = GOLDEN.array("vae_latent_scaled");
    try (DiffusionBackend backend = model.open()) {
      Latents latents =
          backend.encode(
              golden.frames("frames_u8", 1 / 255f).subList(0, (int) expected.shape()[0]),
              Monitor.NONE);
      assertThat(expected.distance(latents.toArray())).isLessThan(STEP);
    }
  }

  @Test
  void predict_fixedSize_takesThatSizeOnly() throws IOException {
    ModelCopy model =
        new ModelCopy(folder)
            .graph("unet", g -> fixSize(g, "sample", GOLDEN.array("un_sample").shape()))
            .graph("vae_encoder", g -> fixSize(g, "sample", GOLDEN.array("frames_u8").shape()));
    assertCrossFrameStep(model);
    try (DiffusionBackend backend = model.open()) {
      Frame small = Frame.ofFloat(64, 64, new float[64 * 64 * 3]);
      assertThatThrownBy(() -> backend.encode(List.of(small), Monitor.NONE))
          .isInstanceOf(BackendException.class)
          .hasMessageContaining("vae_encoder")
          .hasMessageContaining("exported for one size")
          .hasMessageContaining("[1, 3, 64, 64]");
    }
  }

  private static void fixSize(GraphProto.Builder graph, String input, long[] shape) {
    var value = graph.getInputBuilderList().stream().filter(v -> v.getName().equals(input));
    var dims = value.findFirst().orElseThrow().getTypeBuilder().getTensorTypeBuilder();
    for (int i = 2; i < shape.length; i++) {
      dims.getShapeBuilder()
          .setDim(i, TensorShapeProto.Dimension.newBuilder().setDimValue(shape[i]));
    }
  }

  @Test
  void predict_pooledControlNet_isSilentOnTheNegativeSide() throws IOException {
    ModelCopy model =
        new ModelCopy(folder)
            .text(
                "controlnet/config.json",
                s -> s.replace("conditions\": false", "conditions\": true"));
    int frames = GOLDEN.frames();
    try (DiffusionBackend backend = model.open()) {
      Latents pooled = backend.predict(golden.step(KeyValueRows.SELF, 1), Monitor.NONE);
      Latents plain = golden.latents("un_out_plain");
      Latents full = golden.latents("un_out_control");
      assertThat(distance(pooled.slice(0, frames), plain.slice(0, frames))).isLessThan(STEP);
      assertThat(distance(pooled.slice(frames, 2 * frames), plain.slice(frames, 2 * frames)))
          .isGreaterThan(0.1);
      assertThat(distance(pooled.slice(frames, 2 * frames), full.slice(frames, 2 * frames)))
          .isGreaterThan(0.1);
    }
  }

  private void assertCrossFrameStep(ModelCopy model) throws IOException {
    try (DiffusionBackend backend = model.open()) {
      assertStep(backend, golden.rows("kv_index_FIRST_FRAME"), 1, "un_out_xf_FIRST_FRAME");
    }
  }

  private void assertStep(
      DiffusionBackend backend, KeyValueRows attention, float scale, String name) {
    Latents noise = backend.predict(golden.step(attention, scale), Monitor.NONE);
    assertThat(GOLDEN.array(name).distance(noise.toArray())).as(name).isLessThan(STEP);
  }

  private static double distance(Latents a, Latents b) {
    float[] x = a.toArray();
    float[] y = b.toArray();
    double worst = 0;
    for (int i = 0; i < x.length; i++) {
      worst = Math.max(worst, Math.abs(x[i] - y[i]));
    }
    return worst;
  }

  /** Replaces all names except those of inputs and outputs. */
  private static void scramble(GraphProto.Builder graph) {
    Map<String, String> names = new HashMap<>();
    graph.getInputList().forEach(v -> names.put(v.getName(), v.getName()));
    graph.getOutputList().forEach(v -> names.put(v.getName(), v.getName()));
    names.put("", "");
    UnaryOperator<String> rename = n -> names.computeIfAbsent(n, k -> "v" + names.size());
    for (NodeProto.Builder node : graph.getNodeBuilderList()) {
      node.clearName();
      for (int i = 0; i < node.getInputCount(); i++) {
        node.setInput(i, rename.apply(node.getInput(i)));
      }
      for (int i = 0; i < node.getOutputCount(); i++) {
        node.setOutput(i, rename.apply(node.getOutput(i)));
      }
    }
    for (TensorProto.Builder tensor : graph.getInitializerBuilderList()) {
      tensor.setName(rename.apply(tensor.getName()));
    }
    graph.clearValueInfo();
  }

  private static void moveWeights(GraphProto.Builder graph, Path file) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (TensorProto.Builder tensor : graph.getInitializerBuilderList()) {
      if (tensor.getRawData().size() > 16) {
        while (bytes.size() % 64 != 0) {
          bytes.write(0);
        }
        tensor
            .setDataLocation(TensorProto.DataLocation.EXTERNAL)
            .addExternalData(entry("location", "weights.bin"))
            .addExternalData(entry("offset", Integer.toString(bytes.size())))
            .addExternalData(entry("length", Integer.toString(tensor.getRawData().size())));
        bytes.writeBytes(tensor.getRawData().toByteArray());
        tensor.clearRawData();
      }
    }
    try {
      Files.write(file, bytes.toByteArray());
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private static StringStringEntryProto entry(String key, String value) {
    return StringStringEntryProto.newBuilder().setKey(key).setValue(value).build();
  }

  /** Declares an input with another type and casts it to the type that the graph needs. */
  private static void castInput(GraphProto.Builder graph, String input, int declared, int wanted) {
    replaceReads(graph, input, input + "/cast");
    graph.getInputBuilderList().stream()
        .filter(v -> v.getName().equals(input))
        .forEach(v -> v.getTypeBuilder().getTensorTypeBuilder().setElemType(declared));
    graph.addNode(0, node("Cast", input + "/cast", input).addAttribute(integer("to", wanted)));
  }

  private static void timestepPerRow(GraphProto.Builder graph) {
    castInput(graph, "timestep", INT64, FLOAT);
    replaceReads(graph, "timestep/cast", "timestep/first");
    graph.addInitializer(
        TensorProto.newBuilder().setName("zero").setDataType(INT64).addInt64Data(0));
    graph.addNode(
        1,
        node("Gather", "timestep/first", "timestep/cast", "zero").addAttribute(integer("axis", 0)));
    graph.getInputBuilderList().stream()
        .filter(v -> v.getName().equals("timestep"))
        .forEach(
            v ->
                v.getTypeBuilder()
                    .getTensorTypeBuilder()
                    .getShapeBuilder()
                    .addDim(TensorShapeProto.Dimension.newBuilder().setDimParam("batch")));
  }

  /** Makes the encoder return mean + exp(logvar / 2) · noise, as older exporters did. */
  private static void sampleInside(GraphProto.Builder graph) {
    String moments = graph.getOutput(0).getName();
    long[][] slices = {{0}, {4}, {4}, {8}, {1}};
    String[] names = {"from0", "from4", "to4", "to8", "axis"};
    for (int i = 0; i < names.length; i++) {
      graph.addInitializer(
          TensorProto.newBuilder()
              .setName(names[i])
              .setDataType(INT64)
              .addDims(1)
              .addInt64Data(slices[i][0]));
    }
    ByteBuffer half = ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putFloat(0.5f).flip();
    graph.addInitializer(
        TensorProto.newBuilder()
            .setName("half")
            .setDataType(FLOAT)
            .setRawData(ByteString.copyFrom(half)));
    graph.addNode(node("Slice", "mean", moments, "from0", "to4", "axis"));
    graph.addNode(node("Slice", "logvar", moments, "from4", "to8", "axis"));
    graph.addNode(node("Mul", "halved", "logvar", "half"));
    graph.addNode(node("Exp", "deviation", "halved"));
    graph.addNode(node("RandomNormalLike", "noise", "mean"));
    graph.addNode(node("Mul", "spread", "deviation", "noise"));
    graph.addNode(node("Add", "latent_sample", "mean", "spread"));
    graph.getOutputBuilder(0).setName("latent_sample");
    graph
        .getOutputBuilder(0)
        .getTypeBuilder()
        .getTensorTypeBuilder()
        .getShapeBuilder()
        .setDim(1, TensorShapeProto.Dimension.newBuilder().setDimValue(4));
  }

  private static void replaceReads(GraphProto.Builder graph, String value, String instead) {
    for (NodeProto.Builder node : graph.getNodeBuilderList()) {
      for (int i = 0; i < node.getInputCount(); i++) {
        if (node.getInput(i).equals(value) && !node.getOutput(0).equals(instead)) {
          node.setInput(i, instead);
        }
      }
    }
  }

  private static NodeProto.Builder node(String op, String output, String... inputs) {
    return NodeProto.newBuilder().setOpType(op).addOutput(output).addAllInput(List.of(inputs));
  }

  private static AttributeProto integer(String name, long value) {
    return AttributeProto.newBuilder()
        .setName(name)
        .setType(AttributeProto.AttributeType.INT)
        .setI(value)
        .build();
  }
}
