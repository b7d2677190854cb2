package org.diffsynth.app.render;

import java.util.ListResourceBundle;
import org.diffsynth.Preset;
import org.diffsynth.app.settings.SchedulerName;
import org.diffsynth.deflicker.LatentDeflicker;
import org.diffsynth.deflicker.LatentDeflicker.Pass;
import org.diffsynth.deflicker.PatchBlending;

/** Values of a task's preset as texts, which descriptions of options show as defaults. */
public final class PresetDefaults extends ListResourceBundle {

  private final RenderCommand command;

  /** Creates the texts for a command. */
  public PresetDefaults(RenderCommand command) {
    this.command = command;
  }

  @Override
  protected Object[][] getContents() {
    Preset preset = command.preset();
    LatentDeflicker deflicker = preset.deflicker();
    Pass loop = deflicker.inLoop();
    String prompt = command.defaultPrompt();
    return new Object[][] {
      {"preset.prompt", prompt == null ? "none, required here or in --settings" : prompt},
      {"preset.steps", Integer.toString(preset.sampling().steps().getAsInt())},
      {"preset.guidanceScale", Double.toString(preset.guidanceScale())},
      {"preset.strength", command.defaultStrength()},
      {"preset.scheduler", scheduler(preset)},
      {"preset.attention", AttentionName.format(preset.crossFrameAttention())},
      {"preset.deflicker.every", Integer.toString(deflicker.steps().interval())},
      {"preset.deflicker.exceptLast", Integer.toString(deflicker.steps().skipLast())},
      {"preset.deflicker.mode", mode(loop)},
      {"preset.deflicker.window", window(loop)},
      {"preset.deflicker.contrast", Float.toString(loop.contrast())},
      {"preset.deflicker.sharpness", Float.toString(loop.sharpness())},
      {"preset.deflicker.end", deflicker.atEnd().isPresent() ? "deflicker" : "do not"}
    };
  }

  private static String scheduler(Preset preset) {
    for (SchedulerName name : SchedulerName.values()) {
      if (name.scheduler().equals(preset.sampling().scheduler().orElseThrow())) {
        return name.toString();
      }
    }
    return "the preset's";
  }

  private static String mode(Pass pass) {
    return pass.deflicker() instanceof PatchBlending blending ? blending.mode().name() : "none";
  }

  private static String window(Pass pass) {
    if (!(pass.deflicker() instanceof PatchBlending blending)) {
      return "none";
    }
    return blending.windowRadius() >= 10_000
        ? "the whole clip"
        : Integer.toString(blending.windowRadius());
  }
}
