package org.diffsynth.app.render;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.diffsynth.diffusion.RenderEstimate;
import org.diffsynth.diffusion.RenderEstimate.Change;
import org.diffsynth.diffusion.RenderEstimate.Saving;
import org.diffsynth.internal.text.Text;

/** Says what a render will cost, and which options would make it cheaper. */
final class PlanLines {

  private static final int MOST_SAVINGS = 3;
  private static final double KILO = 1000;
  private static final int MINUTE = 60;
  private static final int LONG = 120;
  private static final Pattern RESIDENT = Pattern.compile("VmRSS:\\s+(\\d+) kB");

  private PlanLines() {}

  /**
   * Returns the lines.
   *
   * @param frames number of frames that are rendered
   */
  static List<String> of(RenderEstimate estimate, long frames) {
    List<String> lines = new ArrayList<>();
    lines.add(
        Text.format(
            "plan: %d frames, %d model calls that evaluate %d frames: about %s; memory %s, and %s of"
                + " latents; up to %s of temporary files",
            frames,
            estimate.modelCalls(),
            estimate.modelRows(),
            time(estimate.time()),
            memory(),
            bytes(estimate.latentBytes()),
            bytes(estimate.diskBytes())));
    for (Saving saving :
        estimate.savings().subList(0, Math.min(MOST_SAVINGS, estimate.savings().size()))) {
      double share = (double) saving.time().toMillis() / Math.max(1, estimate.time().toMillis());
      lines.add(
          Text.format(
              "plan: %s would save about %s (%.0f %%)",
              option(saving.change()), time(saving.time()), 100 * share));
    }
    return lines;
  }

  private static String option(Change change) {
    return switch (change) {
      case TINY_LOOP_VAE -> "--loop-vae with a tiny VAE (TAESD)";
      case FIRST_AND_PREVIOUS -> "--attention first_and_previous";
      case DEFLICKER_EVERY_FIFTH_STEP -> "--deflicker-every 5";
      case EVERY_FIFTH_FRAME -> "--keyframe-every 5";
      case EIGHT_STEPS -> "--steps 8";
      case NO_GUIDANCE -> "--guidance-scale 1";
    };
  }

  private static String time(Duration time) {
    long seconds = Math.max(1, Math.round(time.toMillis() / KILO));
    if (seconds < LONG) {
      return seconds + " s";
    }
    long minutes = Math.round((double) seconds / MINUTE);
    return minutes < LONG
        ? minutes + " min"
        : Text.format("%d h %02d min", minutes / MINUTE, minutes % MINUTE);
  }

  private static String bytes(long count) {
    double mega = count / (KILO * KILO);
    return mega < KILO ? Text.format("%.0f MB", mega) : Text.format("%.1f GB", mega / KILO);
  }

  /** Returns the memory of this process after a model call, where the operating system tells. */
  private static String memory() {
    try {
      Matcher found = RESIDENT.matcher(Files.readString(Path.of("/proc/self/status")));
      return found.find() ? bytes(Long.parseLong(found.group(1)) * 1024) + " now" : "unknown";
    } catch (IOException e) {
      return "unknown on this system";
    }
  }
}
