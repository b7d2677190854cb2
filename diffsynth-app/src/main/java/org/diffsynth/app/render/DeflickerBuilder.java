package org.diffsynth.app.render;

import java.util.List;
import org.diffsynth.Preset;
import org.diffsynth.app.settings.RenderSettings.Deflicker;
import org.diffsynth.app.terminal.UsageException;
import org.diffsynth.deflicker.LatentDeflicker;
import org.diffsynth.deflicker.LatentDeflicker.Pass;
import org.diffsynth.deflicker.LatentDeflicker.Steps;
import org.diffsynth.deflicker.PatchBlending;
import org.diffsynth.deflicker.Shots;
import org.diffsynth.internal.text.Text;

/** Builds the deflickering inside the denoising loop: the preset's, changed by settings. */
final class DeflickerBuilder {

  /** Window of a deflicker whose steps the user chose, which the preset then does not decide. */
  private static final int OWN_WINDOW = 15;

  private DeflickerBuilder() {}

  /**
   * Returns the deflicker for a preset and settings.
   *
   * <p>Settings without steps change single values of the preset. Settings with steps replace the
   * preset: the fast mode with a window of 15 frames, also at the end, is changed instead.
   *
   * @throws UsageException if settings change a deflicker that the preset does not have, or a value
   *     is out of range
   */
  static LatentDeflicker deflicker(Preset preset, Deflicker settings, Shots shots) {
    try {
      LatentDeflicker result = changed(start(preset, settings), settings);
      return new LatentDeflicker(
          result.steps(),
          complete(result.inLoop(), settings, shots),
          result.atEnd().map(pass -> complete(pass, settings, shots)));
    } catch (IllegalArgumentException e) {
      throw new UsageException("--deflicker-…: " + e.getMessage());
    }
  }

  /** Adds the settings that all passes share. */
  private static Pass complete(Pass pass, Deflicker settings, Shots shots) {
    if (!(pass.deflicker() instanceof PatchBlending blending)) {
      return pass;
    }
    PatchBlending inShots = blending.withShots(shots);
    return pass.withDeflicker(
        settings.strength() == null ? inShots : inShots.withStrength(settings.strength()));
  }

  private static LatentDeflicker start(Preset preset, Deflicker settings) {
    Integer every = settings.at().every();
    List<Integer> listed = settings.at().steps();
    if (every == null && listed == null) {
      UsageException.check(
          !preset.deflicker().isNone() || !settings.changesHow(),
          Text.format(
              "the preset %s does not deflicker in the loop; choose steps with --deflicker-every N",
              preset));
      return preset.deflicker();
    }
    if (listed == null && every == 0) {
      return LatentDeflicker.NONE;
    }
    return new Steps(every == null ? 0 : every, listed == null ? List.of() : listed, 0)
        .then(PatchBlending.fast(OWN_WINDOW))
        .withFinalPass();
  }

  private static LatentDeflicker changed(LatentDeflicker start, Deflicker settings) {
    if (start.isNone()) {
      return start;
    }
    LatentDeflicker result = start;
    if (settings.at().exceptLast() != null) {
      result = result.withSteps(result.steps().withSkipLast(settings.at().exceptLast()));
    }
    result = result.withInLoop(changed(result.inLoop(), settings));
    Pass loop = result.inLoop();
    if (settings.contrast() != null) {
      result = result.withContrast(settings.contrast());
    }
    if (settings.sharpness() != null) {
      result = result.withSharpness(settings.sharpness());
    }
    boolean atEnd = settings.end() == null ? start.atEnd().isPresent() : settings.end();
    return atEnd
        ? result.withFinalPass(changed(start.atEnd().orElse(Pass.of(loop.deflicker())), settings))
        : result.withoutFinalPass();
  }

  private static Pass changed(Pass pass, Deflicker settings) {
    if (!(pass.deflicker() instanceof PatchBlending blending)) {
      return pass;
    }
    if (settings.mode() != null) {
      blending = blending.withMode(settings.mode());
    }
    if (settings.window() != null) {
      blending = blending.withWindowRadius(settings.window());
    }
    return pass.withDeflicker(blending);
  }
}
