package org.diffsynth.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.diffsynth.compute.ComputeOptions;
import org.diffsynth.control.ControlNet;
import org.diffsynth.onnx.annotator.OnnxAnnotator;
import org.diffsynth.onnx.golden.ModelCopy;
import org.diffsynth.onnx.golden.SafetensorsWriter;
import org.diffsynth.onnx.internal.proto.GraphProto;
import org.diffsynth.onnx.internal.proto.NodeProto;
import org.diffsynth.onnx.metrics.ClipModel;
import org.diffsynth.spi.DiffusionSettings;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Each kind of file or folder that people have in place of a model is named, with what to do. */
class ModelKindsTest {
  private static final String POINTER =
      "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 3438167540\n";

  @TempDir Path folder;

  /** A kind, how a model is turned into it, and the texts that the error must contain. */
  private record Case(String name, Change change, String... said) {
    @Override
    public String toString() {
      return name;
    }
  }

  @FunctionalInterface
  private interface Change {
    /** Changes the copy and returns what a user would give. */
    DiffusionSettings apply(ModelCopy model) throws IOException;
  }

  private static Case replaced(String name, String file, byte[] content, String... said) {
    return new Case(
        name,
        model -> {
          Files.write(model.file(file), content);
          return model.settings();
        },
        said);
  }

  private static Case text(String name, String file, String content, String... said) {
    return replaced(name, file, content.getBytes(StandardCharsets.UTF_8), said);
  }

  private static Case given(String name, Change change, String... said) {
    return new Case(name, change, said);
  }

  private static DiffusionSettings model(Path path) {
    return DiffusionSettings.of(path)
        .withCompute(ComputeOptions.AUTO.withDevice("cpu").withThreads(2));
  }

  private static DiffusionSettings net(ModelCopy model, Path path) {
    return model.settings().withControlNets(List.of(ControlNet.of("depth", path)));
  }

  static Stream<Case> files() throws IOException {
    return Stream.of(
        text("LFS pointer, UNet", "unet/model.onnx", POINTER, "Git LFS pointer", "git lfs pull"),
        text("LFS pointer, VAE", "vae_decoder/model.onnx", POINTER, "it has 3438167540 bytes"),
        text("LFS pointer, ControlNet", "controlnet/model.onnx", POINTER, "Git LFS pointer"),
        text("LFS pointer, vocabulary", "tokenizer/vocab.json", POINTER, "Git LFS pointer"),
        text("LFS pointer, configuration", "unet/config.json", POINTER, "Git LFS pointer"),
        text("annex", "unet/model.onnx", "/annex/objects/SHA256E-s1--1.onnx", "Git LFS pointer"),
        text("web page", "unet/model.onnx", "\n <!DOCTYPE html><html>", "web page", "again"),
        text("error page", "unet/model.onnx", "<?xml version=\"1.0\"?><Error>", "web page"),
        text("error text", "unet/model.onnx", "{\"error\":\"Repo is gated\"}", "JSON text"),
        replaced("zip", "unet/model.onnx", zip("unet.onnx"), "an archive", "unpack it"),
        replaced("PyTorch", "unet/model.onnx", zip("x/data.pkl"), "PyTorch checkpoint", "export"),
        replaced("pickle", "unet/model.onnx", new byte[] {-128, 2, 125}, "pickle", "export.md"),
        text("GGUF", "unet/model.onnx", "GGUF\3\0\0\0", "stable-diffusion.cpp"),
        text("ORT", "unet/model.onnx", "\34\0\0\0ORTM", ".ort format"),
        text("empty", "unet/model.onnx", "", "empty file"),
        text("random", "unet/model.onnx", "no such thing as a model", "not an ONNX model"),
        given(
            "safetensors under another name",
            m -> {
              new SafetensorsWriter().with("x", 2).write(m.file("unet/model.onnx"));
              return m.settings();
            },
            "PyTorch weights (safetensors)",
            "export"));
  }

  static Stream<Case> folders() {
    return Stream.of(
        given(
            "PyTorch folder",
            m -> {
              m.delete("unet/model.onnx");
              new SafetensorsWriter()
                  .with("x", 2)
                  .write(m.file("unet/diffusion_pytorch_model.fp16.safetensors"));
              return m.settings();
            },
            "vae must hold diffusion_pytorch_model.safetensors or model.safetensors"),
        given(
            "PyTorch folder of pickles",
            m -> {
              m.delete("unet/model.onnx");
              Files.write(m.file("unet/diffusion_pytorch_model.bin"), new byte[] {-128, 2, 125});
              return m.settings();
            },
            "is a model of PyTorch (unet/diffusion_pytorch_model.bin)",
            "can run any code",
            ".safetensors"),
        given(
            "pickle",
            m -> {
              Files.write(m.file("sd.ckpt"), zip("x/data.pkl"));
              return model(m.file("sd.ckpt"));
            },
            "PyTorch checkpoint (pickle)",
            "can run any code",
            ".safetensors"),
        given(
            "checkpoint file",
            m -> model(new SafetensorsWriter().with("x", 2).write(m.file("sd.safetensors"))),
            "PyTorch weights (safetensors)",
            "not a checkpoint of Stable Diffusion"),
        given(
            "LoRA",
            m -> model(weights(m, "lora_unet_down_blocks_0.lora_up.weight")),
            "is a LoRA",
            "--lora"),
        given(
            "checkpoint of SDXL",
            m -> model(weights(m, "conditioner.embedders.0.transformer.x")),
            "Stable Diffusion XL"),
        given(
            "checkpoint of Flux",
            m -> model(weights(m, "model.diffusion_model.double_blocks.0.x")),
            "diffusion transformer"),
        given(
            "checkpoint without a VAE",
            m -> model(weights(m, "model.diffusion_model.input_blocks.0.0.weight")),
            "has no VAE",
            "all parts"),
        given(
            "ControlNet file",
            m -> model(weights(m, "control_model.input_hint_block.0.weight")),
            "is a ControlNet, not a whole model",
            "--control"),
        given(
            "folder of a checkpoint file",
            m -> {
              Files.createDirectories(m.file("ckpt"));
              Files.delete(m.file("model_index.json"));
              return model(
                  new SafetensorsWriter()
                      .with("x", 2)
                      .write(m.file("ckpt/sd.safetensors"))
                      .getParent());
            },
            "holds a checkpoint file (sd.safetensors)",
            "give this file"),
        given("one graph", m -> model(m.file("unet/model.onnx")), "one ONNX graph", "is a folder"),
        given("one part", m -> model(m.file("unet")), "is one part of a model: give the whole"),
        given("a ControlNet", m -> model(m.file("controlnet")), "is a ControlNet", "--control"),
        given("one level too high", m -> model(m.file("..")), "further inside: give "),
        given(
            "SDXL",
            m -> {
              m.text("model_index.json", s -> s.replace("\"unet\"", "\"text_encoder_2\""));
              return m.settings();
            },
            "Stable Diffusion XL"),
        family("FluxPipeline", "Flux"),
        family("StableDiffusion3Pipeline", "Stable Diffusion 3"),
        channels(8, "an InstructPix2Pix model", "8 input channels"),
        channels(9, "an inpainting model", "9 input channels"),
        channels(7, "an upscaler"),
        given(
            "8 channels without configuration",
            m -> {
              m.delete("unet/config.json");
              m.graph("unet", g -> sampleChannels(g, 8));
              return m.settings();
            },
            "InstructPix2Pix"),
        given(
            "int8 UNet",
            m -> {
              m.graph("unet", ModelKindsTest::quantized);
              return m.settings();
            },
            "quantized model (int8",
            "DynamicQuantizeLinear",
            "before quantization"),
        given(
            "int8 ControlNet",
            m -> {
              m.graph("controlnet", ModelKindsTest::quantized);
              return m.settings();
            },
            "controlnet",
            "quantized model (int8"),
        given(
            "bfloat16",
            m -> {
              m.graph("vae_decoder", ModelKindsTest::bfloat16);
              return m.settings();
            },
            "bfloat16",
            "--dtype fp32"),
        given(
            "ControlNet in place of the UNet",
            m -> {
              Files.write(
                  m.file("unet/model.onnx"), Files.readAllBytes(m.file("controlnet/model.onnx")));
              return m.settings();
            },
            "is a ControlNet, not a UNet"),
        given(
            "opset of the future",
            m -> {
              m.model("unet", p -> p.getOpsetImportBuilder(0).setVersion(99));
              return m.settings();
            },
            "needs ONNX operators of version 99",
            "--opset 17"),
        given(
            "file format of the future",
            m -> {
              m.model("vae_encoder", p -> p.setIrVersion(99));
              return m.settings();
            },
            "file format 99"));
  }

  static Stream<Case> controlNets() {
    return Stream.of(
        given("a whole model", m -> net(m, plain(m)), "is a whole model, not a ControlNet"),
        given("a UNet", m -> net(m, m.file("unet")), "UNet2DConditionModel, not a ControlNet"),
        given(
            "a UNet without configuration",
            m -> {
              Path bare = Files.createDirectories(m.file("bare"));
              Files.copy(m.file("unet/model.onnx"), bare.resolve("model.onnx"));
              return net(m, bare);
            },
            "is not a ControlNet: it has no input for a control picture"),
        given(
            "a checkpoint",
            m -> net(m, new SafetensorsWriter().with("x", 2).write(m.file("control.safetensors"))),
            "is not a ControlNet",
            "PyTorch weights (safetensors)"),
        given(
            "PyTorch",
            m -> {
              m.delete("controlnet/model.onnx");
              new SafetensorsWriter()
                  .with("x", 2)
                  .write(m.file("controlnet/diffusion_pytorch_model.safetensors"));
              return net(m, m.file("controlnet"));
            },
            "controlnet/diffusion_pytorch_model.safetensors has no UNet or ControlNet",
            "down_blocks.0.resnets.0.conv1.weight"),
        given(
            "pickle of a ControlNet",
            m -> {
              m.delete("controlnet/model.onnx");
              Files.write(
                  m.file("controlnet/diffusion_pytorch_model.bin"), new byte[] {-128, 2, 125});
              return net(m, m.file("controlnet"));
            },
            "is a ControlNet of PyTorch (diffusion_pytorch_model.bin)",
            "can run any code"),
        given(
            "SDXL",
            m -> {
              m.text(
                  "controlnet/config.json",
                  s ->
                      s.replaceFirst(
                          "\"cross_attention_dim\": \\d+", "\"cross_attention_dim\": 2048"));
              return m.settings();
            },
            "found 2048; it is for Stable Diffusion XL"),
        given(
            "T2I adapter",
            m -> {
              m.text(
                  "controlnet/config.json",
                  s -> s.replace("\"ControlNetModel\"", "\"T2IAdapter\""));
              return m.settings();
            },
            "T2IAdapter, not a ControlNetModel"));
  }

  @ParameterizedTest
  @MethodSource({"files", "folders", "controlNets"})
  void open_anotherKind_saysWhatItIsAndWhatToDo(Case kind) throws IOException {
    ModelCopy model = new ModelCopy(folder.resolve("sub/tiny"));
    DiffusionSettings settings = kind.change.apply(model);
    Throwable error =
        catchThrowable(() -> new OnnxDiffusionBackendProvider().open(settings).close());
    assertThat(error).isInstanceOf(IOException.class);
    assertThat(error.getMessage().replace('\\', '/')).contains(kind.said);
  }

  @Test
  void open_pointerInPlaceOfWeights_saysSo() throws IOException {
    ModelCopy model = new ModelCopy(folder);
    Files.writeString(model.file("unet/model.onnx_data"), POINTER);
    model.graph("unet", g -> external(g, "model.onnx_data"));
    assertThatThrownBy(model::open)
        .hasMessageContaining("model.onnx_data")
        .hasMessageContaining("Git LFS pointer");
  }

  @Test
  void open_hugeFileThatIsNoModel_readsItsStartOnly() throws IOException {
    ModelCopy model = new ModelCopy(folder);
    try (RandomAccessFile file =
        new RandomAccessFile(model.file("unet/model.onnx").toFile(), "rw")) {
      file.write(new byte[] {0x12, -128, -128, -128, 0x78}); // a text of 240 MB
      file.setLength(300L << 20); // sparse
    }
    assertThatThrownBy(model::open).hasMessageContaining("a field has 251658240 bytes");
  }

  @Test
  void annotatorsAndMetrics_anotherKind_sayWhatItIs() throws IOException {
    Path onnx = folder.resolve("depth.onnx");
    Files.writeString(folder.resolve("depth.json"), "{\"convention\": \"midas\"}");
    Files.writeString(onnx, POINTER);
    assertThatThrownBy(() -> OnnxAnnotator.open(onnx))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("depth.onnx is a Git LFS pointer");
    Path torch = new SafetensorsWriter().with("x", 2).write(folder.resolve("dpt.safetensors"));
    assertThatThrownBy(() -> OnnxAnnotator.open(torch))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("PyTorch weights (safetensors)");
    assertThatThrownBy(() -> ImageEncoder.open(folder, ComputeOptions.AUTO))
        .isInstanceOf(IOException.class);
    Path clip = Files.createDirectories(folder.resolve("clip"));
    for (String name : List.of("vocab.json", "merges.txt")) {
      Files.copy(
          org.diffsynth.onnx.golden.Golden.resource("clip-vocab").resolve(name),
          clip.resolve(name));
    }
    new SafetensorsWriter().with("x", 2).write(clip.resolve("model.safetensors"));
    assertThatThrownBy(() -> ClipModel.open(clip, ComputeOptions.AUTO))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("model.safetensors")
        .hasMessageContaining("export");
  }

  /** Writes a file with one weight of a name. */
  private static Path weights(ModelCopy model, String name) throws IOException {
    return new SafetensorsWriter().with(name, 2).write(model.file("sd.safetensors"));
  }

  private static Path plain(ModelCopy model) throws IOException {
    // A whole model without a folder of the name controlnet.
    Path whole = Files.createDirectories(model.file("../whole"));
    Files.copy(model.file("model_index.json"), whole.resolve("model_index.json"));
    return whole;
  }

  private static Case family(String pipeline, String said) {
    return given(
        pipeline,
        m -> {
          m.text(
              "model_index.json",
              s ->
                  s.replace("OnnxStableDiffusionPipeline", pipeline)
                      .replace("unet", "transformer"));
          return m.settings();
        },
        "not supported",
        said);
  }

  private static Case channels(int channels, String... said) {
    return given(
        channels + " channels",
        m -> {
          m.text(
              "unet/config.json",
              s -> s.replace("\"in_channels\": 4", "\"in_channels\": " + channels));
          return m.settings();
        },
        said);
  }

  private static void sampleChannels(GraphProto.Builder graph, int channels) {
    graph
        .getInputBuilder(0)
        .getTypeBuilder()
        .getTensorTypeBuilder()
        .getShapeBuilder()
        .getDimBuilder(1)
        .setDimValue(channels);
  }

  private static void quantized(GraphProto.Builder graph) {
    graph.addNode(
        NodeProto.newBuilder()
            .setOpType("DynamicQuantizeLinear")
            .addInput(graph.getInput(0).getName())
            .addOutput("q0")
            .addOutput("q1")
            .addOutput("q2"));
  }

  private static void bfloat16(GraphProto.Builder graph) {
    graph.getInitializerBuilderList().stream()
        .filter(tensor -> tensor.getDataType() == 1 && tensor.getRawData().size() > 64)
        .limit(1)
        .forEach(
            tensor ->
                tensor
                    .setDataType(16)
                    .setRawData(tensor.getRawData().substring(0, tensor.getRawData().size() / 2)));
  }

  private static void external(GraphProto.Builder graph, String file) {
    graph.getInitializerBuilderList().stream()
        .filter(tensor -> tensor.getRawData().size() > 4096)
        .limit(1)
        .forEach(
            tensor -> {
              tensor.clearRawData();
              tensor.setDataLocation(
                  org.diffsynth.onnx.internal.proto.TensorProto.DataLocation.EXTERNAL);
              tensor.addExternalDataBuilder().setKey("location").setValue(file);
            });
  }

  private static byte[] zip(String entry) throws IOException {
    java.io.ByteArrayOutputStream bytes = new java.io.ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
      zip.putNextEntry(new ZipEntry(entry));
      zip.write(1);
    }
    return bytes.toByteArray();
  }
}
