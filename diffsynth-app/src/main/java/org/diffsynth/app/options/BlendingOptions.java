package org.diffsynth.app.options;

import java.util.Locale;
import java.util.Map;
import org.diffsynth.app.terminal.UsageException;
import org.diffsynth.compute.ComputeOptions;
import org.diffsynth.deflicker.Deflicker;
import org.diffsynth.deflicker.FlowBlending;
import org.diffsynth.deflicker.PatchBlending;
import org.diffsynth.deflicker.PatchBlending.BlendMode;
import org.diffsynth.deflicker.Shots;
import picocli.CommandLine.Option;

/** Command-line options that choose how {@code diffsynth deflicker} blends. */
public final class BlendingOptions {

  private enum Method {
    PATCH,
    FLOW
  }

  @Option(
      names = "--method",
      order = 1,
      paramLabel = "METHOD",
      defaultValue = "PATCH",
      description =
          "How frames are carried onto each other: PATCH matches patches of the guide; FLOW averages"
              + " along the optical flow of the guide, for comparison, and has neither modes nor a"
              + " seed. Default: ${DEFAULT-VALUE}.")
  private Method method = Method.PATCH;

  @Option(
      names = "--mode",
      order = 2,
      paramLabel = "MODE",
      description =
          "${COMPLETION-CANDIDATES}. SHARP keeps the most detail; the others are those of the"
              + " DiffSynth paper, from fastest to slowest. Default: SHARP.")
  private BlendMode mode;

  @Option(
      names = "--window",
      order = 3,
      paramLabel = "N",
      defaultValue = "15",
      description =
          "Frames on each side that are blended into one, 0 to 10000; 5 to 30 is typical. More are"
              + " steadier, softer and slower. Default: ${DEFAULT-VALUE}.")
  private int window;

  @Option(
      names = "--delay",
      order = 4,
      paramLabel = "N",
      description =
          "Write each frame at most N frames late, for live input: of the frames after it, only N"
              + " are used, which is less steady. Default: as late as the window needs.")
  private Integer delay;

  @Option(
      names = "--seed",
      order = 5,
      paramLabel = "N",
      description = "Seed of the random search; the same seed gives identical bytes. Default: 0.")
  private Long seed;

  /**
   * Checks the options before any work.
   *
   * @throws UsageException if an option is out of range or does not apply to the method
   */
  public void check(ComputeOptions compute) {
    if (method == Method.FLOW) {
      checkAbsent("--mode", mode);
      checkAbsent("--delay", delay);
      checkAbsent("--seed", seed);
    }
    deflicker(compute, Shots.AUTO);
  }

  private static void checkAbsent(String option, Object value) {
    UsageException.check(
        value == null, option + " needs --method PATCH: the average along optical flow has none");
  }

  /** Returns the deflicker that the options describe. */
  public Deflicker deflicker(ComputeOptions compute, Shots shots) {
    try {
      return method == Method.FLOW
          ? FlowBlending.of(window).withCompute(compute).withShots(shots)
          : patches().withCompute(compute).withShots(shots);
    } catch (IllegalArgumentException e) {
      throw new UsageException(
          e.getMessage().replace("windowRadius", "--window").replaceFirst("^delay", "--delay"));
    }
  }

  private PatchBlending patches() {
    PatchBlending result =
        PatchBlending.of(mode == null ? BlendMode.SHARP : mode, window)
            .withSeed(seed == null ? 0 : seed);
    return delay == null ? result : result.withDelay(delay);
  }

  /** Adds the settings to those that a report shows. */
  public void describe(Map<String, String> settings) {
    if (method == Method.FLOW) {
      settings.put("Method", "optical flow");
      settings.put("Window radius", window + " frames");
      return;
    }
    PatchBlending blending = patches();
    settings.put("Mode", blending.mode().toString().toLowerCase(Locale.ROOT));
    settings.put("Window radius", window + " frames");
    blending.delay().ifPresent(frames -> settings.put("Delay", frames + " frames"));
    settings.put("Patch sizes per level", blending.matching().patchSizes().toString());
    settings.put("Random probes", Integer.toString(blending.matching().randomProbes()));
    settings.put("Seed", Long.toString(blending.matching().seed()));
  }
}
