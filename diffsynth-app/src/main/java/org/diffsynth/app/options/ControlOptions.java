package org.diffsynth.app.options;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.diffsynth.app.terminal.UsageException;
import org.diffsynth.deflicker.Deflicker;
import org.diffsynth.deflicker.DeflickerMask;
import org.diffsynth.frame.FrameSource;
import org.diffsynth.frame.VideoFormat;
import org.diffsynth.internal.text.Text;
import org.diffsynth.io.FrameSources;
import picocli.CommandLine.Option;

/** Command-line options for how much of a video is deflickered, where, and in which colours. */
public final class ControlOptions {

  @Option(
      names = "--strength",
      order = 1,
      paramLabel = "X",
      defaultValue = "1",
      description =
          "Share of the deflickered video in the output, 0 to 1. 0 is the style unchanged; 0.5 to"
              + " 0.8 is typical where the full result looks too smooth. Default:"
              + " ${DEFAULT-VALUE}.")
  private double strength;

  @Option(
      names = "--mask",
      order = 2,
      paramLabel = "PATH",
      description =
          "Picture, or video or folder with one picture for each frame: white is deflickered, black"
              + " keeps the style exactly. Other sizes are scaled. Default: deflicker everywhere.")
  private Path mask;

  @Option(
      names = "--mask-feather",
      order = 3,
      paramLabel = "PX",
      description =
          "Width of the soft edge inside the white of the mask in pixels of the style, 0 to 10000; 0"
              + " uses the mask as it is. Default: 8.")
  private Integer feather;

  @Option(
      names = "--luma-only",
      order = 4,
      description =
          "Steady the brightness and keep the colours of the style, as for scanned or restored film."
              + " Default: steady both.")
  private boolean lumaOnly;

  @Option(
      names = {"--colour-only", "--color-only", "--chroma-only"},
      order = 5,
      description =
          "Steady the colours and keep the brightness of the style, and so all its detail, as for"
              + " colourised video. Default: steady both.")
  private boolean colourOnly;

  /** Checks the rules that need no file. */
  public void check() {
    UsageException.check(
        strength >= 0 && strength <= 1, "--strength must be in [0, 1], but was " + strength);
    UsageException.check(feather == null || mask != null, "--mask-feather needs --mask");
    UsageException.check(
        feather == null || feather >= 0 && feather <= 10_000,
        "--mask-feather must be in [0, 10000], but was " + feather);
    UsageException.check(
        !lumaOnly || !colourOnly, "--luma-only and --colour-only exclude each other; give one");
  }

  /** Returns the file of the mask, or null. */
  public Path mask() {
    return mask;
  }

  /** Adds the controls that differ from their defaults to a table of settings. */
  public void describe(Map<String, String> settings) {
    if (strength != 1) {
      settings.put("Strength", Double.toString(strength));
    }
    if (mask != null) {
      settings.put("Mask", mask + ", feather " + usedFeather() + " pixels");
    }
    if (lumaOnly || colourOnly) {
      settings.put("Steadied", lumaOnly ? "luma only" : "colour only");
    }
  }

  private int usedFeather() {
    return feather == null ? DeflickerMask.DEFAULT_FEATHER : feather;
  }

  /**
   * Returns a deflicker with the requested controls.
   *
   * @param style format of the style
   * @param stylePath file of the style, for error messages
   * @throws IOException if the mask cannot be read
   * @throws IllegalArgumentException naming both files if the mask does not fit the style
   */
  public Deflicker controlled(
      Deflicker deflicker, InputOptions input, VideoFormat style, Path stylePath)
      throws IOException {
    Deflicker result = deflicker;
    if (mask != null) {
      checkMask(input, style, stylePath);
      DeflickerMask given = DeflickerMask.of(() -> openMask(input, style));
      result = result.withMask(given.withFeather(usedFeather()));
    }
    if (lumaOnly) {
      result = result.withLumaOnly();
    } else if (colourOnly) {
      result = result.withColourOnly();
    }
    return strength == 1 ? result : result.withStrength(strength);
  }

  private FrameSource openMask(InputOptions input, VideoFormat style) throws IOException {
    FrameSource opened = input.open(mask);
    return input.resize() ? FrameSources.resized(opened, style.size()) : opened;
  }

  private void checkMask(InputOptions input, VideoFormat style, Path stylePath) throws IOException {
    try (FrameSource opened = input.open(mask)) {
      VideoFormat format = opened.format();
      if (format.frameCount() > 1 && format.frameCount() != style.frameCount()) {
        throw new IllegalArgumentException(
            Text.format(
                "the mask %s has %d frames and the style %s has %d; give one picture, or one for"
                    + " each frame",
                mask, format.frameCount(), stylePath, style.frameCount()));
      }
      if (!input.resize() && !format.size().isProportionalTo(style.size())) {
        throw new IllegalArgumentException(
            Text.format(
                "the mask %s is %s and the style %s is %s, which has other proportions; crop or pad"
                    + " the mask, or --resize stretches it",
                mask, format.size(), stylePath, style.size()));
      }
      if (opened.read() == null) {
        throw new IOException("the mask " + mask + " has no pictures");
      }
    }
  }
}
