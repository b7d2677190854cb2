package org.diffsynth.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.function.Consumer;
import org.diffsynth.compute.ComputeOptions;
import org.diffsynth.onnx.golden.Golden;
import org.diffsynth.onnx.golden.TinyCheckpoint;
import org.diffsynth.onnx.golden.TinyCheckpoint.Tensor;
import org.diffsynth.spi.DiffusionSettings;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Damaged checkpoints, and those of other networks, are refused before any weight is loaded. */
class CheckpointErrorsTest {
  private static final String WEIGHTS = "unet/diffusion_pytorch_model.safetensors";

  @TempDir Path folder;

  private final TinyCheckpoint tiny = new TinyCheckpoint(Golden.open().model());

  @BeforeEach
  void write() throws IOException {
    tiny.writeFolder(folder);
  }

  private static void assertRefused(Path model, String... said) {
    DiffusionSettings settings =
        DiffusionSettings.of(model)
            .withCompute(ComputeOptions.AUTO.withDevice("cpu").withThreads(2));
    Throwable error =
        catchThrowable(() -> new OnnxDiffusionBackendProvider().open(settings).close());
    assertThat(error).isInstanceOf(IOException.class);
    assertThat(error.getMessage()).contains(said);
  }

  private void unet(Consumer<Map<String, Tensor>> change) throws IOException {
    Map<String, Tensor> weights = tiny.weights("unet");
    change.accept(weights);
    tiny.write(weights, folder.resolve(WEIGHTS));
  }

  @Test
  void open_missingWeight_isNamed() throws IOException {
    unet(weights -> weights.remove("up_blocks.1.resnets.2.conv2.bias"));
    assertRefused(folder, "has no tensor 'up_blocks.1.resnets.2.conv2.bias'");
  }

  @Test
  void open_furtherWeight_isNamed() throws IOException {
    unet(weights -> weights.put("add_embedding.linear_1.weight", new Tensor(new float[4], 2, 2)));
    assertRefused(folder, "no use for 1 of its tensors", "add_embedding.linear_1.weight");
  }

  @Test
  void open_otherShape_isNamedWithBothShapes() throws IOException {
    unet(weights -> weights.put("conv_norm_out.bias", new Tensor(new float[3], 3)));
    assertRefused(folder, "'conv_norm_out.bias' must have the shape [16, 1, 1], but has [3]");
  }

  @Test
  void open_furtherInputChannels_namesTheKindOfModel() throws IOException {
    unet(weights -> weights.put("conv_in.weight", new Tensor(new float[16 * 81], 16, 9, 3, 3)));
    Files.delete(folder.resolve("unet/config.json"));
    assertRefused(folder, "an inpainting model");
  }

  @Test
  void open_configurationOfAnotherModel_isNamed() throws IOException {
    TinyCheckpoint.json(
        folder.resolve("unet/config.json"), json -> json.put("cross_attention_dim", 768));
    assertRefused(folder, "the weights have cross_attention_dim 32", "768");
  }

  @Test
  void open_unsupportedSetting_isNamed() throws IOException {
    TinyCheckpoint.json(
        folder.resolve("unet/config.json"),
        json -> json.put("resnet_time_scale_shift", "scale_shift"));
    assertRefused(folder, "resnet_time_scale_shift must be default, but was \"scale_shift\"");
  }

  @Test
  void open_truncatedFile_isNamed() throws IOException {
    Path file = folder.resolve(WEIGHTS);
    byte[] bytes = Files.readAllBytes(file);
    Files.write(file, Arrays.copyOf(bytes, bytes.length - 1));
    assertRefused(folder, WEIGHTS.replace('/', java.io.File.separatorChar), "is truncated");
  }

  @Test
  void open_damagedCheckpointFile_isNamed() throws IOException {
    Path file = folder.resolve("model.safetensors");
    Files.write(file, header(1L << 60, "{}"));
    assertRefused(file, "length of its header must be");

    String twice = "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}";
    Files.write(file, header(-1, twice + "," + twice.substring(1) + "}"));
    assertRefused(file, "model.safetensors", "Duplicate");

    Files.write(file, header(-1, twice + "," + twice.substring(1).replace("\"a\"", "\"b\"") + "}"));
    assertRefused(file, "the tensors 'a' and 'b' overlap");
  }

  /** A file with a header and four bytes of data; a length of -1 stands for the true one. */
  private static byte[] header(long length, String json) {
    byte[] text = json.getBytes(StandardCharsets.UTF_8);
    return ByteBuffer.allocate(Long.BYTES + text.length + Float.BYTES)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putLong(length < 0 ? text.length : length)
        .put(text)
        .array();
  }
}
