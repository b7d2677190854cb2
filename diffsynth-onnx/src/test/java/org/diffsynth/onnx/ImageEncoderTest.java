package org.diffsynth.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.diffsynth.onnx.tiny.TinyGraph.attribute;
import static org.diffsynth.onnx.tiny.TinyGraph.attributes;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.diffsynth.compute.ComputeOptions;
import org.diffsynth.diffusion.Embedding;
import org.diffsynth.frame.Frame;
import org.diffsynth.onnx.golden.Golden;
import org.diffsynth.onnx.tiny.TinyGraph;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImageEncoderTest {

  private static final ComputeOptions CPU = ComputeOptions.AUTO.withDevice("cpu").withThreads(1);

  @TempDir Path folder;

  /**
   * Builds an encoder that returns the mean of each colour, and the columns of each colour as
   * tokens.
   */
  private void write() throws IOException {
    new TinyGraph()
        .input("pixel_values", 1, 3, 8, 8)
        .node(
            "ReduceMean",
            "pixel_values",
            "image_embeds",
            attributes("axes", 2, 3),
            attribute("keepdims", 0))
        .node(
            "ReduceMean",
            "pixel_values",
            "last_hidden_state",
            attributes("axes", 2),
            attribute("keepdims", 0))
        .output("last_hidden_state")
        .output("image_embeds")
        .write(folder.resolve("model.onnx"));
  }

  private static Frame red() {
    byte[] rgb = new byte[8 * 8 * 3];
    for (int i = 0; i < rgb.length; i += 3) {
      rgb[i] = (byte) 255;
    }
    return Frame.ofRgb8(8, 8, rgb);
  }

  @Test
  void embed_severalOutputs_takesTheOneAdaptersWant() throws IOException {
    write();
    try (ImageEncoder encoder = ImageEncoder.open(folder, CPU)) {
      Embedding embedding = encoder.embed(red());
      assertThat(embedding.shape()).isEqualTo("(1, 3)");
      // the means and deviations of CLIP
      assertThat(embedding.toArray()[0]).isCloseTo((1 - 0.48145466f) / 0.26862954f, within(1e-4f));
      assertThat(embedding.toArray()[1]).isCloseTo(-0.4578275f / 0.26130258f, within(1e-4f));
    }
  }

  @Test
  void open_preprocessorConfig_saysOtherConstants() throws IOException {
    write();
    Files.writeString(
        folder.resolve("preprocessor_config.json"),
        "{\"image_mean\": [0.5, 0.5, 0.5], \"image_std\": [0.5, 0.5, 0.5]}");
    try (ImageEncoder encoder = ImageEncoder.open(folder, CPU)) {
      assertThat(encoder.embed(red()).toArray())
          .containsExactly(new float[] {1, -1, -1}, within(1e-5f));
    }
  }

  @Test
  void open_emptyFolder_saysWhatIsMissing() {
    assertThatThrownBy(() -> ImageEncoder.open(folder, CPU))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("expected one of [model.onnx");
  }

  /** Reads a golden array that NumPy wrote. */
  @Test
  void read_numpyFile_givesItsTokens() throws IOException {
    Path file = Golden.resource("tiny-sd").resolve("golden/emb_cond.npy");
    List<Embedding> embeddings = ImageEncoder.read(file);
    assertThat(embeddings).hasSize(1);
    assertThat(embeddings.get(0).shape()).isEqualTo("(77, 32)");
    assertThat(embeddings.get(0).toArray()).isEqualTo(Golden.open().array("emb_cond").floats());
  }

  @Test
  void read_anyRank_givesOneOrOnePerPicture() throws IOException {
    float[] samples = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
    assertThat(read("(12,)", samples)).containsExactly(Embedding.of(1, 12, samples));
    assertThat(read("(3, 4)", samples)).containsExactly(Embedding.of(3, 4, samples));
    List<Embedding> each =
        List.of(
            Embedding.of(2, 3, Arrays.copyOf(samples, 6)),
            Embedding.of(2, 3, Arrays.copyOfRange(samples, 6, 12)));
    assertThat(read("(2, 2, 3)", samples)).isEqualTo(each);
    assertThat(read("(2, 1, 2, 3)", samples)).isEqualTo(each);
  }

  private List<Embedding> read(String shape, float[] samples) throws IOException {
    Path file = folder.resolve("e.npy");
    Files.write(file, numpy(shape, samples));
    return ImageEncoder.read(file);
  }

  private static byte[] numpy(String shape, float[] samples) {
    String header = "{'descr': '<f4', 'fortran_order': False, 'shape': %s, }".formatted(shape);
    header = header + " ".repeat(117 - header.length()) + "\n";
    ByteBuffer bytes =
        ByteBuffer.allocate(10 + header.length() + 4 * samples.length)
            .order(ByteOrder.LITTLE_ENDIAN);
    bytes.put(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0});
    bytes.putShort((short) header.length());
    bytes.put(header.getBytes(StandardCharsets.US_ASCII));
    bytes.asFloatBuffer().put(samples);
    return bytes.array();
  }

  @Test
  void read_safetensors_givesItsOneTensor() throws IOException {
    Path file = folder.resolve("e.safetensors");
    Files.write(
        file, safetensors("{\"e\":{\"dtype\":\"F32\",\"shape\":[1,2],\"data_offsets\":[0,8]}}"));
    assertThat(ImageEncoder.read(file)).containsExactly(Embedding.of(1, 2, new float[] {0.5f, -2}));
    Files.write(
        file,
        safetensors(
            "{\"e\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]},"
                + "\"f\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]}}"));
    assertThatThrownBy(() -> ImageEncoder.read(file))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("expected one tensor, found [e[1], f[1]]");
  }

  private static byte[] safetensors(String header) {
    ByteBuffer bytes = ByteBuffer.allocate(8 + header.length() + 8).order(ByteOrder.LITTLE_ENDIAN);
    bytes.putLong(header.length()).put(header.getBytes(StandardCharsets.US_ASCII));
    return bytes.putFloat(0.5f).putFloat(-2).array();
  }

  @Test
  void read_brokenFiles_areRefusedByName() throws IOException {
    float[] one = {1};
    assertThatThrownBy(() -> read("(2,)", one))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("e.npy: shape [2] needs 8 bytes, but the file has 4");
    assertThatThrownBy(() -> read("(1, 1, 1, 1, 1)", one))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("expected (width)");
    assertThatThrownBy(() -> read("(1,)", new float[] {Float.NaN}))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("samples must be finite");
    Path text = folder.resolve("x.npy");
    Files.writeString(text, "this is not an array");
    assertThatThrownBy(() -> ImageEncoder.read(text))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("is not a NumPy file");
    assertThatThrownBy(() -> ImageEncoder.read(folder.resolve("y.pt")))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("expected a file that ends in .npy or .safetensors");
    assertThatThrownBy(() -> ImageEncoder.read(folder.resolve("y.npy")))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("is missing");
  }
}
