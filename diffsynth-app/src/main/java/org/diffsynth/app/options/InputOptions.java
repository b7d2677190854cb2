package org.diffsynth.app.options;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.diffsynth.app.frames.ResizedSource;
import org.diffsynth.frame.FrameRate;
import org.diffsynth.frame.FrameSource;
import org.diffsynth.frame.VideoFormat;
import org.diffsynth.video.VideoFiles;
import picocli.CommandLine.Option;

/** How inputs are read and brought together. */
public final class InputOptions {

  @Option(
      names = "--frame-rate",
      paramLabel = "RATE",
      converter = FrameRateConverter.class,
      description =
          "Take the frames of the inputs at this rate, such as 25, 29.97 or 30000/1001, whatever"
              + " the files say. Folders of pictures play at 25 otherwise.")
  private FrameRate frameRate;

  @Option(
      names = "--resize",
      description = "Scale the guide to the size of the style when they differ.")
  private boolean resize;

  public FrameSource open(Path path) throws IOException {
    return VideoFiles.open(path, Optional.ofNullable(frameRate));
  }

  /** The rate of what has none of its own. */
  public FrameRate frameRate() {
    return frameRate == null ? FrameRate.DEFAULT : frameRate;
  }

  /** Whether inputs of different sizes may be scaled. */
  public boolean resize() {
    return resize;
  }

  /**
   * The guide, at the size of {@code other}.
   *
   * @throws IllegalArgumentException naming both files if they cannot be brought together
   */
  public FrameSource fitted(
      FrameSource guide, Path guidePath, VideoFormat other, String what, Path otherPath) {
    return fitted("guide", guide, guidePath, other, what, otherPath);
  }

  /** The same for something that is called {@code name}. */
  public FrameSource fitted(
      String name, FrameSource source, Path path, VideoFormat other, String what, Path otherPath) {
    VideoFormat format = source.format();
    if (format.frameCount() != other.frameCount()) {
      throw new IllegalArgumentException(
          "the %s %s has %d frames and the %s %s has %d; cut them to the same length"
              .formatted(name, path, format.frameCount(), what, otherPath, other.frameCount()));
    }
    if (format.sameSize(other)) {
      return source;
    }
    if (!resize) {
      throw new IllegalArgumentException(
          "the %s %s is %s and the %s %s is %s; --resize scales the %s"
              .formatted(name, path, format.size(), what, otherPath, other.size(), name));
    }
    return new ResizedSource(source, other.size());
  }
}
