package org.diffsynth.spark;

import java.io.IOException;
import java.io.Serializable;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Objects;
import org.diffsynth.compute.ComputeOptions;
import org.diffsynth.deflicker.Deflicker;
import org.diffsynth.deflicker.PatchBlending;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.FrameSource;
import org.diffsynth.video.VideoFiles;

/**
 * A clip to be deflickered: paths and settings. A Java bean, so that the rows of a table with
 * columns of these names are clips: {@code table.as(Encoders.bean(Clip.class))}. Only {@code style}
 * and {@code output} are required.
 */
public class Clip implements Serializable {

  private static final long serialVersionUID = 1;

  private String style;
  private String guide;
  private String output;
  private String job;
  private String mode;
  private Integer window;
  private Double strength;

  /** Creates a clip without paths, as Spark's encoders do. */
  public Clip() {}

  /**
   * Creates a clip.
   *
   * @param style the flickering video: a video file or a folder of pictures
   * @param output video file or folder of pictures that is written; an existing one is replaced
   */
  public static Clip of(String style, String output) {
    Clip clip = new Clip();
    clip.setStyle(Objects.requireNonNull(style, "style"));
    clip.setOutput(Objects.requireNonNull(output, "output"));
    return clip;
  }

  /** Returns the path of the flickering video. */
  public String getStyle() {
    return style;
  }

  /** Sets the path of the flickering video: a video file or a folder of pictures. */
  public void setStyle(String path) {
    style = path;
  }

  /** Returns the path of the steady video that the style was made from; null if there is none. */
  public String getGuide() {
    return guide;
  }

  /** Sets the path of the steady video that the style was made from, or null without one. */
  public void setGuide(String path) {
    guide = path;
  }

  /** Returns the path of the video that is written. */
  public String getOutput() {
    return output;
  }

  /** Sets the path of the video that is written. An existing one is replaced. */
  public void setOutput(String path) {
    output = path;
  }

  /** Returns the folder that keeps finished frames; null if there is none. */
  public String getJob() {
    return job;
  }

  /**
   * Sets the folder that keeps finished frames, so that a retry continues; of its own for each
   * clip. With null, the default, a retry begins the clip again.
   */
  public void setJob(String path) {
    job = path;
  }

  /** Returns the name of the blend mode; null for the default, {@code SHARP}. */
  public String getMode() {
    return mode;
  }

  /** Sets the blend mode: {@code SHARP}, {@code FAST} or {@code BALANCED}; null for SHARP. */
  public void setMode(String name) {
    mode = name;
  }

  /** Returns the frames on each side that are blended; null for the default, 15. */
  public Integer getWindow() {
    return window;
  }

  /** Sets the frames on each side that are blended, at least 0; null for 15. */
  public void setWindow(Integer frames) {
    window = frames;
  }

  /** Returns the strength; null for the default, 1. */
  public Double getStrength() {
    return strength;
  }

  /** Sets the share of the result in the output, 0 to 1; null for 1. */
  public void setStrength(Double share) {
    strength = share;
  }

  /**
   * Returns the deflicker of the settings.
   *
   * @throws IllegalArgumentException if a setting is outside its range
   */
  Deflicker deflicker(ComputeOptions compute) {
    PatchBlending blending = PatchBlending.DEFAULT;
    if (mode != null) {
      blending = blending.withMode(blendMode());
    }
    if (window != null) {
      blending = blending.withWindowRadius(window);
    }
    blending = blending.withCompute(compute);
    return strength == null || strength == 1 ? blending : blending.withStrength(strength);
  }

  private PatchBlending.BlendMode blendMode() {
    return Arrays.stream(PatchBlending.BlendMode.values())
        .filter(value -> value.name().equals(mode.trim().toUpperCase(Locale.ROOT)))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "mode must be one of "
                        + Arrays.toString(PatchBlending.BlendMode.values())
                        + ", but was '"
                        + mode
                        + "'"));
  }

  /**
   * Checks what can be checked without reading the videos.
   *
   * @throws IllegalArgumentException if a path is missing or a setting is outside its range
   */
  void check() {
    for (String[] path : new String[][] {{"style", style}, {"output", output}}) {
      if (path[1] == null || path[1].isBlank()) {
        throw new IllegalArgumentException(path[0] + " must be a path, but was missing");
      }
    }
    deflicker(ComputeOptions.AUTO);
  }

  Path stylePath() {
    return Path.of(style);
  }

  /** Returns the path of the guide, or null. */
  Path guidePath() {
    return guide == null || guide.isBlank() ? null : Path.of(guide);
  }

  /** Returns the depth of the first frame of the style, which the output gets. */
  Frame.Depth depth() throws IOException {
    try (FrameSource source = VideoFiles.open(stylePath())) {
      Frame first = source.read();
      return first == null ? Frame.Depth.UINT8 : first.depth();
    }
  }

  @Override
  public String toString() {
    return "Clip[" + style + " to " + output + "]";
  }
}
