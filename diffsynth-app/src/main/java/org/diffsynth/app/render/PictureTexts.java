package org.diffsynth.app.render;

import java.io.IOException;
import java.util.Map;
import org.diffsynth.Preset;
import org.diffsynth.app.settings.RenderSettings;
import org.diffsynth.app.settings.RenderSettings.Guidance;
import org.diffsynth.app.settings.RenderSettings.Sampling;
import org.diffsynth.app.settings.SchedulerName;
import org.diffsynth.app.settings.SettingsTree;
import org.diffsynth.frame.FrameSize;

/** Texts that each picture of a folder of PNG pictures carries, to show how it was made. */
final class PictureTexts {

  private PictureTexts() {}

  /**
   * Returns texts by keyword: {@code parameters} in the form that web interfaces for Stable
   * Diffusion write, so that their readers show it, and {@code diffsynth} with the settings file.
   */
  static Map<String, String> of(SettingsTree tree, RenderSettings settings, FrameSize size)
      throws IOException {
    return Map.of("parameters", parameters(settings, size), "diffsynth", tree.json());
  }

  private static String parameters(RenderSettings settings, FrameSize size) {
    Preset preset = settings.preset();
    Guidance guidance = settings.guidance();
    Sampling sampling = settings.sampling();
    SchedulerName scheduler =
        sampling.scheduler() == null ? SchedulerName.DDIM : sampling.scheduler();
    return guidance.prompt()
        + (guidance.negativePrompt() == null
            ? ""
            : "\nNegative prompt: " + guidance.negativePrompt())
        + "\nSteps: "
        + (sampling.steps() == null ? preset.sampling().steps().getAsInt() : sampling.steps())
        + ", Sampler: "
        + scheduler.webName()
        + ", CFG scale: "
        + (guidance.scale() == null ? guidanceScale(settings) : guidance.scale())
        + ", Seed: "
        + sampling.seed()
        + ", Size: "
        + size
        + ", Model: "
        + (BundledSettings.isUsed(settings)
            ? BundledSettings.model().orElseThrow().name()
            : settings.model().folder().getFileName())
        + ", Denoising strength: "
        + (sampling.strength() == null
            ? preset.sampling().strength().getAsDouble()
            : sampling.strength());
  }

  private static double guidanceScale(RenderSettings settings) {
    return BundledSettings.isUsed(settings)
        ? BundledSettings.model().orElseThrow().guidanceScale()
        : settings.preset().guidanceScale();
  }
}
