package org.diffsynth.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.diffsynth.compute.ComputeOptions;
import org.diffsynth.onnx.golden.Golden;
import org.diffsynth.onnx.golden.ModelCopy;
import org.diffsynth.onnx.golden.SafetensorsWriter;
import org.diffsynth.onnx.internal.proto.GraphProto;
import org.diffsynth.onnx.internal.proto.TensorProto;
import org.diffsynth.onnx.internal.tensorfile.SafetensorsFile;
import org.diffsynth.spi.DiffusionBackend;
import org.diffsynth.spi.DiffusionSettings;
import org.diffsynth.spi.DiffusionSettings.TextualInversion;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Textual inversions against an independent evaluation of an enlarged text encoder. */
class TextualInversionTest {
  private static final Path FILES = Golden.resource("prompts");
  private static final Path EASY = FILES.resolve("easy-style.safetensors");
  private static final Path TOY = FILES.resolve("learned_embeds.safetensors");
  private static final String PROMPT = "a photo of <cat-toy>, easy-style and snow <cat-toy>";
  private static final double TOLERANCE = 1e-5;

  @TempDir Path folder;

  @Test
  void encodeText_embeddingFiles_equalsEnlargedTable() throws IOException {
    try (DiffusionBackend backend = open(TextualInversion.of(EASY), TextualInversion.of(TOY))) {
      assertThat(distance(backend, PROMPT)).isLessThan(TOLERANCE);
      assertThat(distance(backend, PROMPT.toUpperCase(java.util.Locale.ROOT)))
          .isLessThan(TOLERANCE);
      assertThat(distance(backend, PROMPT.replace("easy-style", "easy-styles")))
          .isGreaterThan(0.01);
    }
  }

  @Test
  void encodeText_tokensOfTheCaller_standForTheVectors() throws IOException {
    try (DiffusionBackend backend =
        open(TextualInversion.of("photo", TOY), TextualInversion.of("<e>", EASY))) {
      String prompt = PROMPT.replace("photo", "bild").replace("easy-style", "<e>");
      assertThat(distance(backend, prompt.replace("<cat-toy>", "photo").replace("bild", "b")))
          .isGreaterThan(0.01);
    }
    try (DiffusionBackend backend =
        open(TextualInversion.of("a toy", TOY), TextualInversion.of("<e>", EASY))) {
      String prompt = PROMPT.replace("<cat-toy>", "A  toy").replace("easy-style", "(<e>:1.0)");
      assertThat(distance(backend, prompt)).isLessThan(TOLERANCE);
    }
  }

  @Test
  void encodeText_promptWithoutToken_isUnchanged() throws IOException {
    try (DiffusionBackend plain = open();
        DiffusionBackend with = open(TextualInversion.of(EASY))) {
      assertThat(with.encodeText(List.of("snow on a photo")).get(0).toArray())
          .isEqualTo(plain.encodeText(List.of("snow on a photo")).get(0).toArray());
    }
  }

  @Test
  void encodeText_addedTokensOfTheFolder_useTheEnlargedTable() throws IOException {
    ModelCopy model = new ModelCopy(folder).graph("text_encoder", g -> enlarge(g));
    model.text("text_encoder/config.json", s -> s.replace("2048", "2052"));
    Files.writeString(
        model.file("tokenizer/added_tokens.json"),
        """
        {"easy-style": 2048, "easy-style_1": 2049, "easy-style_2": 2050, "<cat-toy>": 2051}
        """);
    try (DiffusionBackend backend = model.open()) {
      assertThat(distance(backend, PROMPT)).isLessThan(TOLERANCE);
    }
    Files.delete(model.file("tokenizer/added_tokens.json"));
    model.text(
        "tokenizer/tokenizer_config.json",
        s ->
            s.replaceFirst(
                "\\{",
                """
                {"added_tokens_decoder": {"2048": {"content": "easy-style"},
                "2049": {"content": "easy-style_1"}, "2050": {"content": "easy-style_2"},
                "2051": {"content": "<cat-toy>", "normalized": false}},"""));
    try (DiffusionBackend backend = model.open()) {
      assertThat(distance(backend, PROMPT)).isLessThan(TOLERANCE);
    }
  }

  @Test
  void open_addedTokenWithoutRow_namesTokenAndRemedy() throws IOException {
    ModelCopy model = new ModelCopy(folder);
    Files.writeString(model.file("tokenizer/added_tokens.json"), "{\"<cat-toy>\": 2048}");
    assertThatThrownBy(model::open)
        .isInstanceOf(IOException.class)
        .hasMessageContaining("has 2048 rows")
        .hasMessageContaining("<cat-toy>=2048")
        .hasMessageContaining("--embedding");
    DiffusionSettings given =
        model
            .settings()
            .withEmbeddings(List.of(TextualInversion.of(TOY), TextualInversion.of(EASY)));
    try (DiffusionBackend backend = new OnnxDiffusionBackendProvider().open(given)) {
      assertThat(distance(backend, PROMPT)).isLessThan(TOLERANCE);
    }
  }

  @Test
  void open_unsuitableFiles_saysWhatTheyAre() throws IOException {
    assertRefused(
        new SafetensorsWriter().with("clip_l", 1, 768).with("clip_g", 1, 1280).write(file("xl")),
        "Stable Diffusion XL");
    assertRefused(
        new SafetensorsWriter().with("emb_params", 2, 1024).write(file("sd2")),
        "vectors of 1024 floats (Stable Diffusion 2.x), but the model's text encoder has 32");
    assertRefused(
        new SafetensorsWriter().with("lora_unet_x.lora_down.weight", 4, 4).write(file("lora")),
        "this is a LoRA");
    assertRefused(
        new SafetensorsWriter().with("conv.weight", 3, 3, 3, 3).write(file("conv")),
        "this is not an embedding");
    Path pickle = folder.resolve("bad.pt");
    Files.write(pickle, new byte[] {'P', 'K', 3, 4, 0, 0});
    assertRefused(pickle, "PyTorch pickles are not read", "save_file({'emb_params'");
    assertRefused(folder.resolve("none.safetensors"), "none.safetensors is missing");
    assertThatThrownBy(() -> open(TextualInversion.of("x", EASY), TextualInversion.of("X", TOY)))
        .hasMessageContaining("duplicate token 'X'");
  }

  private Path file(String name) {
    return folder.resolve(name + ".safetensors");
  }

  private static void assertRefused(Path file, String... said) {
    assertThatThrownBy(() -> open(TextualInversion.of(file)))
        .isInstanceOf(IOException.class)
        .hasMessageContainingAll(said);
  }

  private static DiffusionBackend open(TextualInversion... embeddings) throws IOException {
    return new OnnxDiffusionBackendProvider()
        .open(
            DiffusionSettings.of(Golden.open().model())
                .withCompute(ComputeOptions.AUTO.withDevice("cpu").withThreads(2))
                .withEmbeddings(List.of(embeddings)));
  }

  private static double distance(DiffusionBackend backend, String prompt) {
    float[] expected = Golden.file(FILES.resolve("golden.npy")).floats();
    float[] got = backend.encodeText(List.of(prompt)).get(0).toArray();
    assertThat(got).hasSameSizeAs(expected);
    double worst = 0;
    for (int i = 0; i < got.length; i++) {
      worst = Math.max(worst, Math.abs(got[i] - expected[i]));
    }
    return worst;
  }

  /** Appends the vectors of both files to the table of token embeddings. */
  private static void enlarge(GraphProto.Builder graph) {
    TensorProto.Builder table =
        graph.getInitializerBuilderList().stream()
            .filter(tensor -> tensor.getDimsList().equals(List.of(2048L, 32L)))
            .findFirst()
            .orElseThrow();
    ByteBuffer more = ByteBuffer.allocate(4 * 32 * 4).order(ByteOrder.LITTLE_ENDIAN);
    try {
      for (float value : SafetensorsFile.open(EASY).floats("emb_params")) {
        more.putFloat(value);
      }
      for (float value : SafetensorsFile.open(TOY).floats("<cat-toy>")) {
        more.putFloat(value);
      }
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
    table.setDims(0, 2052).setRawData(table.getRawData().concat(ByteString.copyFrom(more.flip())));
  }
}
