package org.diffsynth.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.diffsynth.compute.BackendException;
import org.diffsynth.compute.ComputeOptions;
import org.diffsynth.diffusion.CrossFrameAttention;
import org.diffsynth.diffusion.Latents;
import org.diffsynth.frame.Monitor;
import org.diffsynth.onnx.golden.Golden;
import org.diffsynth.onnx.golden.GoldenModel;
import org.diffsynth.onnx.golden.ModelCopy;
import org.diffsynth.onnx.internal.proto.GraphProto;
import org.diffsynth.onnx.internal.proto.StringStringEntryProto;
import org.diffsynth.onnx.internal.proto.TensorProto;
import org.diffsynth.spi.DiffusionBackend;
import org.diffsynth.spi.DiffusionSettings;
import org.diffsynth.spi.NotFiniteException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class BrokenModelTest {
  @TempDir Path folder;

  /** A way to break a model, and the texts that the error must contain. */
  private record Case(String name, Breaker breaker, String... said) {
    @Override
    public String toString() {
      return name;
    }
  }

  @FunctionalInterface
  private interface Breaker {
    void apply(ModelCopy model) throws IOException;
  }

  static Stream<Case> cases() {
    return Stream.of(
        new Case("no UNet", m -> m.delete("unet/model.onnx"), "unet", "model.onnx is missing"),
        new Case("no index", m -> m.delete("model_index.json"), "model_index.json is missing"),
        new Case("no vocabulary", m -> m.delete("tokenizer/vocab.json"), "vocab.json is missing"),
        new Case(
            "broken JSON",
            m -> m.text("unet/config.json", s -> s.substring(0, s.length() / 2)),
            "config.json is not JSON"),
        new Case(
            "broken merges", m -> m.text("tokenizer/merges.txt", s -> s + "a b c\n"), "line 1536"),
        new Case(
            "cut short",
            m -> {
              byte[] bytes = Files.readAllBytes(m.file("unet/model.onnx"));
              Files.write(m.file("unet/model.onnx"), Arrays.copyOf(bytes, bytes.length / 2));
            },
            "unet/model.onnx is truncated or not an ONNX model"),
        new Case(
            "not a model",
            m -> Files.writeString(m.file("vae_decoder/model.onnx"), "<html>404</html>"),
            "vae_decoder/model.onnx"),
        new Case(
            "empty model",
            m -> Files.write(m.file("vae_encoder/model.onnx"), new byte[0]),
            "vae_encoder/model.onnx is an empty file"),
        new Case(
            "SDXL",
            m -> m.text("model_index.json", s -> s.replace("DiffusionPipeline", "DiffusionXL")),
            "not supported",
            "XL"),
        new Case(
            "video model",
            m -> m.text("unet/config.json", s -> s.replace("2DCond", "3DCond")),
            "not supported",
            "video"),
        new Case(
            "inpainting",
            m ->
                m.text(
                    "unet/config.json", s -> s.replace("\"in_channels\": 4", "\"in_channels\": 9")),
            "not supported",
            "9 input channels"),
        new Case(
            "another prediction",
            m -> m.text("scheduler/scheduler_config.json", s -> s.replace("epsilon", "sample")),
            "prediction_type",
            "was sample"),
        new Case(
            "text of another width",
            m ->
                m.text(
                    "text_encoder/config.json",
                    s -> s.replace("\"hidden_size\": 32", "\"hidden_size\": 48")),
            "expected cross_attention_dim 48",
            "found 32"),
        new Case(
            "fewer attentions than configured",
            m ->
                m.text(
                    "unet/config.json",
                    s ->
                        s.replace(
                            "\"mid_block_type\": \"UNetMidBlock2DCrossAttn\"",
                            "\"mid_block_type\": \"UNetMidBlock2D\"")),
            "unet/model.onnx",
            "expected 15 self-attentions",
            "found 16"),
        new Case(
            "no attention",
            m -> m.graph("unet", g -> withoutSoftmax(g)),
            "unet/model.onnx",
            "expected 16 self-attentions",
            "found 0"),
        new Case(
            "an input too many",
            m -> m.graph("unet", g -> g.addInput(g.getInput(0).toBuilder().setName("time_ids"))),
            "unet/model.onnx",
            "time_ids"),
        new Case(
            "latents of another rank",
            m ->
                m.graph(
                    "vae_decoder",
                    g ->
                        g.getInputBuilder(0)
                            .getTypeBuilder()
                            .getTensorTypeBuilder()
                            .getShapeBuilder()
                            .removeDim(3)),
            "vae_decoder/model.onnx",
            "4 dimensions"),
        new Case(
            "a residual too few",
            m -> m.graph("controlnet", g -> g.removeOutput(3)),
            "controlnet/model.onnx",
            "expected 13 residuals",
            "found 12"),
        new Case(
            "ControlNet of another model",
            m ->
                m.text(
                    "controlnet/config.json", s -> s.replaceFirst("24,\\s*24\\s*\\]", "24, 48]")),
            "controlnet",
            "expected residuals of"),
        new Case(
            "opset of the future",
            m -> m.model("text_encoder", p -> p.getOpsetImportBuilder(0).setVersion(999)),
            "text_encoder/model.onnx"),
        new Case(
            "unknown operator",
            m -> m.graph("vae_decoder", g -> g.getNodeBuilder(40).setOpType("Frobnicate")),
            "vae_decoder/model.onnx"),
        new Case(
            "weights of another shape",
            m -> m.graph("vae_decoder", g -> grow(g)),
            "vae_decoder/model.onnx",
            "needs"),
        new Case(
            "missing data file",
            m -> m.graph("unet", g -> external(g, "weights.bin", 0)),
            "unet/model.onnx",
            "weights.bin",
            "missing"),
        new Case(
            "data file outside of the model's folder",
            m -> m.graph("unet", g -> external(g, "../tokenizer/vocab.json", 0)),
            "unet/model.onnx",
            "must be in a file of the model's folder"),
        new Case(
            "data file too short",
            m -> {
              Files.write(m.file("unet/weights.bin"), new byte[64]);
              m.graph("unet", g -> external(g, "weights.bin", 0));
            },
            "unet/model.onnx",
            "weights.bin"));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void open_brokenModel_saysWhatAndWhere(Case broken) throws IOException {
    ModelCopy model = new ModelCopy(folder);
    broken.breaker.apply(model);
    Throwable error = catchThrowable(() -> model.open().close());
    assertThat(error).isInstanceOfAny(IOException.class, BackendException.class);
    for (String said : broken.said) {
      assertThat(error.getMessage().replace('\\', '/')).contains(said);
    }
  }

  @Test
  void open_severalThingsMissing_listsAll() throws IOException {
    ModelCopy model =
        new ModelCopy(folder)
            .delete("unet/model.onnx")
            .delete("tokenizer/merges.txt")
            .delete("vae_encoder/model.onnx");
    assertThatThrownBy(model::open)
        .isInstanceOf(IOException.class)
        .hasMessageContaining("unet")
        .hasMessageContaining("merges.txt")
        .hasMessageContaining("vae_encoder");
  }

  @Test
  void open_notAFolder_saysSo() {
    Path nowhere = folder.resolve("nowhere");
    assertThatThrownBy(
            () ->
                new OnnxDiffusionBackendProvider()
                    .open(
                        new GoldenModel(Golden.open())
                            .settings(CrossFrameAttention.NONE, false)
                            .withCompute(ComputeOptions.AUTO.withDevice("frob"))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("frob");
    assertThatThrownBy(() -> new OnnxDiffusionBackendProvider().open(DiffusionSettings.of(nowhere)))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("nowhere");
  }

  @Test
  void decode_weightsNotANumber_namesDecoder() throws IOException {
    ModelCopy model = new ModelCopy(folder).graph("vae_decoder", g -> poison(g));
    GoldenModel golden = new GoldenModel(Golden.open());
    try (DiffusionBackend backend = model.open()) {
      Latents latents = golden.latents("vae_latent_scaled");
      assertThatThrownBy(() -> backend.decode(latents, Monitor.NONE))
          .isInstanceOf(NotFiniteException.class)
          .hasMessageContaining("VAE decoder");
      List<?> texts = backend.encodeText(List.of("still usable"));
      assertThat(texts).hasSize(1);
    }
  }

  private static void withoutSoftmax(GraphProto.Builder graph) {
    for (int i = 0; i < graph.getNodeCount(); i++) {
      if (graph.getNode(i).getOpType().equals("Softmax")) {
        graph.getNodeBuilder(i).setOpType("Relu").clearAttribute();
      }
    }
  }

  private static TensorProto.Builder largest(GraphProto.Builder graph) {
    TensorProto.Builder found = graph.getInitializerBuilder(0);
    for (TensorProto.Builder tensor : graph.getInitializerBuilderList()) {
      if (tensor.getRawData().size() > found.getRawData().size()) {
        found = tensor;
      }
    }
    return found;
  }

  private static void grow(GraphProto.Builder graph) {
    TensorProto.Builder tensor = largest(graph);
    tensor.setDims(0, tensor.getDims(0) + 1);
  }

  private static void poison(GraphProto.Builder graph) {
    TensorProto.Builder tensor = largest(graph);
    byte[] bytes = tensor.getRawData().toByteArray();
    Arrays.fill(bytes, (byte) 0xFF);
    tensor.setRawData(ByteString.copyFrom(bytes));
  }

  private static void external(GraphProto.Builder graph, String file, long offset) {
    TensorProto.Builder tensor = largest(graph);
    tensor
        .clearRawData()
        .setDataLocation(TensorProto.DataLocation.EXTERNAL)
        .addExternalData(StringStringEntryProto.newBuilder().setKey("location").setValue(file))
        .addExternalData(
            StringStringEntryProto.newBuilder().setKey("offset").setValue(Long.toString(offset)));
  }
}
