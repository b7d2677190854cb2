package org.diffsynth.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.diffsynth.compute.ComputeOptions;
import org.diffsynth.diffusion.CrossFrameAttention;
import org.diffsynth.diffusion.Latents;
import org.diffsynth.frame.Monitor;
import org.diffsynth.onnx.golden.Golden;
import org.diffsynth.onnx.golden.GoldenModel;
import org.diffsynth.onnx.golden.ModelCopy;
import org.diffsynth.onnx.internal.proto.NodeProto;
import org.diffsynth.spi.DiffusionBackend;
import org.diffsynth.spi.DiffusionSettings;
import org.diffsynth.spi.DiffusionSettings.Lora;
import org.diffsynth.spi.UnetInput;
import org.diffsynth.spi.UnetInput.Conditioning;
import org.diffsynth.spi.UnetInput.KeyValueRows;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Compares LoRAs with a model whose weights NumPy changed; make_lora.py made files and arrays. */
class LoraTest {
  private static final double STEP = 5e-4;
  private static final double TEXT = 1e-4;
  private static final float SCALE = 0.75f;

  private static final Path FOLDER = Golden.resource("lora");
  private static final Path MODEL = Golden.open().model();
  private final GoldenModel golden = new GoldenModel(Golden.open());
  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"kohya.safetensors", "diffusers.safetensors"})
  void open_lora_changesWhatNumpyChanges(String file) {
    try (DiffusionBackend backend = open(MODEL, new Lora(FOLDER.resolve(file), SCALE))) {
      assertThat(
              distance(predict(backend), Golden.file(FOLDER.resolve("un_out_lora.npy")).floats()))
          .isLessThan(STEP);
      assertThat(distance(encode(backend), Golden.file(FOLDER.resolve("emb_lora.npy")).floats()))
          .isLessThan(TEXT);
    }
  }

  @Test
  void open_halfPrecisionLora_isNear() {
    try (DiffusionBackend backend =
        open(MODEL, new Lora(FOLDER.resolve("half.safetensors"), SCALE))) {
      assertThat(
              distance(predict(backend), Golden.file(FOLDER.resolve("un_out_lora.npy")).floats()))
          .isLessThan(0.02);
    }
  }

  @Test
  void open_twoLoras_addUp() {
    Path file = FOLDER.resolve("kohya.safetensors");
    try (DiffusionBackend backend = open(MODEL, new Lora(file, 0.5f), new Lora(file, 0.25f))) {
      assertThat(
              distance(predict(backend), Golden.file(FOLDER.resolve("un_out_lora.npy")).floats()))
          .isLessThan(STEP);
    }
  }

  @Test
  void open_scaleZeroOrUpAndDown_changesNothing() {
    Path file = FOLDER.resolve("kohya.safetensors");
    float[] plain;
    try (DiffusionBackend backend = open(MODEL)) {
      plain = predict(backend);
    }
    assertThat(distance(plain, Golden.file(FOLDER.resolve("un_out_lora.npy")).floats()))
        .isGreaterThan(0.05);
    try (DiffusionBackend backend = open(MODEL, new Lora(file, 0))) {
      assertThat(predict(backend)).isEqualTo(plain);
    }
    try (DiffusionBackend backend = open(MODEL, new Lora(file, 1), new Lora(file, -1))) {
      assertThat(distance(predict(backend), plain)).isLessThan(STEP);
    }
  }

  @Test
  void open_olderNames_areUnderstood() {
    float[] whole;
    float[] attention;
    try (DiffusionBackend backend = open(MODEL)) {
      whole = predict(backend);
    }
    try (DiffusionBackend backend =
        open(MODEL, Lora.of(FOLDER.resolve("older_diffusers.safetensors")))) {
      attention = predict(backend);
    }
    assertThat(distance(attention, whole)).isGreaterThan(0.01);
  }

  @Test
  void open_lora_writesNothingIntoTheModelFolder() throws IOException {
    ModelCopy copy = new ModelCopy(folder);
    List<FileTime> before = times();
    try (DiffusionBackend backend = open(folder, Lora.of(FOLDER.resolve("kohya.safetensors")))) {
      predict(backend);
    }
    assertThat(times()).isEqualTo(before);
    assertThat(copy.file("unet/model.onnx")).exists();
  }

  private List<FileTime> times() throws IOException {
    List<FileTime> times = new ArrayList<>();
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted().toList()) {
        times.add(Files.getLastModifiedTime(file));
      }
    }
    return times;
  }

  @Test
  void open_namelessGraph_tellsWhatCannotBeBound() throws IOException {
    new ModelCopy(folder)
        .graph("unet", graph -> graph.getNodeBuilderList().forEach(NodeProto.Builder::clearName));

    assertThatThrownBy(() -> open(folder, Lora.of(FOLDER.resolve("kohya.safetensors"))))
        .hasMessageContaining("kohya.safetensors")
        .hasMessageContaining("of 11 layers were not found")
        .hasMessageContaining("attn1_to_q");
  }

  @Test
  void open_loraForAnotherWidth_isRefused() throws IOException {
    Path file =
        write(
            "{\"lora_unet_down_blocks_0_attentions_0_transformer_blocks_0_attn1_to_q.lora_down.weight\":"
                + "{\"dtype\":\"F32\",\"shape\":[1,4],\"data_offsets\":[0,16]},"
                + "\"lora_unet_down_blocks_0_attentions_0_transformer_blocks_0_attn1_to_q.lora_up.weight\":"
                + "{\"dtype\":\"F32\",\"shape\":[4,1],\"data_offsets\":[16,32]}}",
            32);

    assertThatThrownBy(() -> open(MODEL, Lora.of(file)))
        .hasMessageContaining("is for a weight of 4 by 4")
        .hasMessageContaining("another kind of model");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"lora_unet_x.hada_w1_a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}",
        "{\"lora_unet_x.lora_down.weight\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}",
        "{\"lora_unet_x.lora_down.weight\":{\"dtype\":\"F32\",\"shape\":[9],\"data_offsets\":[0,4]}}",
        "{\"lora_unet_x.lora_down.weight\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,400]}}",
        "{}",
        "no JSON"
      })
  void open_fileThatIsNoLora_namesIt(String header) throws IOException {
    Path file = write(header, 8);

    assertThatThrownBy(() -> open(MODEL, Lora.of(file))).hasMessageContaining("made.safetensors");
  }

  @Test
  void open_missingFile_namesIt() {
    Path file = folder.resolve("nowhere.safetensors");

    assertThatThrownBy(() -> open(MODEL, Lora.of(file)))
        .hasMessageContaining("nowhere.safetensors is missing");
  }

  private Path write(String header, int data) throws IOException {
    byte[] text = header.getBytes(StandardCharsets.UTF_8);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    bytes.writeBytes(
        ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(text.length).array());
    bytes.writeBytes(text);
    bytes.writeBytes(new byte[data]);
    return Files.write(folder.resolve("made.safetensors"), bytes.toByteArray());
  }

  private float[] predict(DiffusionBackend backend) {
    Latents sample = golden.latents("un_sample").slice(0, 1);
    List<Conditioning> one = golden.branches().subList(1, 2);
    float timestep = Golden.open().array("un_t").floats()[0];
    UnetInput query = new UnetInput(sample, timestep, one, KeyValueRows.SELF, List.of());
    return backend.predict(query, Monitor.NONE).toArray();
  }

  private static float[] encode(DiffusionBackend backend) {
    return backend.encodeText(List.of(Golden.open().prompts().get(1))).get(0).toArray();
  }

  private static double distance(float[] a, float[] b) {
    assertThat(a).hasSameSizeAs(b);
    double worst = 0;
    for (int i = 0; i < a.length; i++) {
      worst = Math.max(worst, Math.abs(a[i] - b[i]));
    }
    return worst;
  }

  private DiffusionBackend open(Path model, Lora... loras) {
    try {
      return new OnnxDiffusionBackendProvider()
          .open(
              DiffusionSettings.of(model)
                  .withAttention(CrossFrameAttention.NONE)
                  .withCompute(ComputeOptions.AUTO.withDevice("cpu").withThreads(2))
                  .withLoras(List.of(loras)));
    } catch (IOException e) {
      throw new IllegalStateException(e.getMessage(), e);
    }
  }
}
