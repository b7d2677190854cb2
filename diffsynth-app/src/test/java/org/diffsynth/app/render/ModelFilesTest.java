package org.diffsynth.app.render;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.diffsynth.app.settings.RenderSettings;
import org.diffsynth.app.settings.SettingsTree;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Fingerprints of models in files that are written here. */
class ModelFilesTest {
  private static final int MEGABYTE = 1 << 20;

  @TempDir Path folder;

  @BeforeEach
  void writeModel() throws IOException {
    write("model/unet/model.onnx", 1000);
    write("model/unet/model.onnx_data", 40 * MEGABYTE + 5);
    write("model/unet/config.json", 10);
    write("model/tokenizer/merges.txt", 10);
    write("depth/model.onnx", 100);
    write("edges/model.onnx", 200);
    write("a/style.safetensors", 3);
    write("b/style.safetensors", 4);
  }

  private void write(String name, int length) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    Files.write(file, new byte[length]);
  }

  private void flip(String name, long position) throws IOException {
    try (RandomAccessFile file = new RandomAccessFile(folder.resolve(name).toFile(), "rw")) {
      file.seek(position);
      file.write(1);
    }
  }

  private Map<String, String> hashes() throws IOException {
    Path file = folder.resolve("settings.json");
    String json =
        """
        {"model": {"folder": "DIR/model",
          "loras": {"DIR/a/style.safetensors": 1, "DIR/b/style.safetensors": 1}},
         "controlNets": {"depth": {"folder": "DIR/depth"}, "edges": {"folder": "DIR/edges"}}}
        """;
    Files.writeString(file, json.replace("DIR", folder.toString().replace('\\', '/')));
    RenderSettings settings = SettingsTree.read(file).settings();
    return ModelFiles.hashes(settings);
  }

  @Test
  void hashes_everyModel_hasItsOwnRole() throws IOException {
    assertThat(hashes())
        .containsOnlyKeys(
            "unet",
            "tokenizer",
            "controlnet.depth",
            "controlnet.edges",
            "lora.style.safetensors",
            "lora.style.safetensors#2")
        // printf '\\0\\0\\0' | sha256sum
        .containsEntry(
            "lora.style.safetensors",
            "sha256:709e80c88487a2411e1ee4dfb9f22a861492d20c4765150c0c794abd70f8147c")
        .allSatisfy((role, hash) -> assertThat(hash).startsWith("sha256"));
  }

  @Test
  void hashes_oneByteOfTheWeights_changesTheModelOnly() throws IOException {
    Map<String, String> before = hashes();
    for (long position : new long[] {0, 17 * MEGABYTE, 40 * MEGABYTE + 4}) {
      flip("model/unet/model.onnx_data", position);
      Map<String, String> after = hashes();
      assertThat(ModelFiles.different(before, after)).containsExactly("unet");
      before = after;
    }
    flip("edges/model.onnx", 7);
    assertThat(ModelFiles.different(before, hashes())).containsExactly("controlnet.edges");
  }

  @Test
  void hashes_otherFilesBesideTheModel_changeNothing() throws IOException {
    Map<String, String> before = hashes();
    write("model/unet/diffusion_pytorch_model.safetensors", 9);
    write("model/unet/README.md", 9);
    assertThat(hashes()).isEqualTo(before);
  }

  @Test
  void different_recordsOfOlderVersions_areNotCompared() {
    assertThat(
            ModelFiles.different(
                Map.of("unet/model.onnx", "12ab", "unet", "12ab"),
                Map.of("unet", "sha256-16m:34", "vae_encoder", "sha256-16m:34")))
        .isEmpty();
  }
}
