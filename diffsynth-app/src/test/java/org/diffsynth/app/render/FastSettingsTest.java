package org.diffsynth.app.render;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.diffsynth.Preset;
import org.diffsynth.app.settings.SettingsTree;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What --fast sets for which model, and that it leaves alone what is given. */
class FastSettingsTest {

  @TempDir Path folder;

  private static SettingsTree tree(Preset preset, Path model) {
    SettingsTree tree = SettingsTree.empty();
    tree.put("preset", preset);
    if (model != null) {
      tree.put("model.folder", model);
    }
    return tree;
  }

  @ParameterizedTest
  @CsvSource({
    "lcm-lora-sdv1-5.safetensors, LCM, 4",
    "pytorch_lora_LCM.safetensors, LCM, 4",
    "TCD-SD15-LoRA.safetensors, TCD, 4",
    "Hyper-SD15-8steps-lora.safetensors, DDIM_TRAILING, 8",
    "Hyper-SD15-4step-CFG-lora.safetensors, DDIM_TRAILING, 4",
    "film_calcmap.safetensors, DDIM_TRAILING, 8",
    "oil-painting.safetensors, DDIM_TRAILING, 8"
  })
  void addTo_lora_choosesSchedulerAndStepsByItsName(String lora, String scheduler, int steps)
      throws IOException {
    SettingsTree tree = tree(Preset.PLAIN, null);
    tree.putAll(tree(Preset.PLAIN, folder.resolve("dreamshaper.safetensors")));
    tree.put("model.loras", Map.of(folder.resolve(lora).toString(), 1.0));
    FastSettings.addTo(tree);
    assertThat(tree.settings().sampling().scheduler()).hasToString(scheduler);
    assertThat(tree.settings().sampling().steps()).isEqualTo(steps);
    assertThat(tree.settings().guidance().scale()).isEqualTo(1);
    assertThat(tree.settings().model().attention()).isEqualTo("first_and_previous");
  }

  @Test
  void addTo_folderOfLatentConsistencyModel_keepsTheGuidanceScale() throws IOException {
    Files.createDirectories(folder.resolve("model/unet"));
    Files.writeString(folder.resolve("model/unet/config.json"), "{\"time_cond_proj_dim\": 256}");
    SettingsTree tree = tree(Preset.PLAIN, folder.resolve("model"));
    FastSettings.addTo(tree);
    assertThat(tree.settings().sampling().scheduler()).hasToString("LCM");
    assertThat(tree.has("guidance.scale")).isFalse();
  }

  @Test
  void addTo_givenSettings_stayAsTheyAre() throws IOException {
    SettingsTree tree = tree(Preset.PLAIN, null);
    tree.put("sampling.steps", 20);
    tree.put("guidance.scale", 3.5);
    tree.put("model.attention", "none");
    assertThat(FastSettings.addTo(tree)).isEqualTo("--scheduler ddim_trailing");
    assertThat(tree.settings().sampling().steps()).isEqualTo(20);
    assertThat(tree.settings().guidance().scale()).isEqualTo(3.5);
    assertThat(tree.settings().model().attention()).isEqualTo("none");
    assertThat(FastSettings.addTo(tree)).startsWith("nothing");
  }

  @Test
  void addTo_taskWithReferencePicture_keepsItsAttention() throws IOException {
    SettingsTree tree = tree(Preset.IMAGE_GUIDED_STYLIZATION, null);
    FastSettings.addTo(tree);
    assertThat(tree.has("model.attention")).isFalse();
  }
}
