package org.diffsynth.app.options;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.diffsynth.app.frames.ConvertedSource;
import org.diffsynth.frame.FrameRate;
import org.diffsynth.frame.FrameSource;
import org.diffsynth.frame.VideoFormat;
import org.diffsynth.internal.text.Text;
import org.diffsynth.video.VideoFiles;
import picocli.CommandLine.Option;

/** Command-line options for reading input videos, and for inputs of different sizes. */
public class InputOptions {

  @Option(
      names = "--frame-rate",
      order = 50,
      paramLabel = "RATE",
      converter = FrameRateConverter.class,
      description =
          "Read the inputs at this number of frames per second, such as 25, 29.97 or 30000/1001."
              + " Needed for files with a variable frame rate. Default: the rate in the file; 25"
              + " for folders of pictures.")
  private FrameRate frameRate;

  @Option(
      names = "--resize",
      order = 51,
      description =
          "Scale inputs of different sizes to one size. Default: stop with an error if sizes"
              + " differ.")
  private boolean resize;

  /** Opens a video file or a folder of pictures at the requested frame rate. */
  public FrameSource open(Path path) throws IOException {
    return VideoFiles.open(path, Optional.ofNullable(frameRate));
  }

  /** Returns the requested frame rate, or the default of folders of pictures. */
  public FrameRate frameRate() {
    return frameRate == null ? FrameRate.DEFAULT : frameRate;
  }

  /** Returns whether inputs of different sizes are scaled to one size. */
  public boolean resize() {
    return resize;
  }

  /**
   * Returns the source at the size of another video, scaled if that was requested.
   *
   * @param role role of the source in error messages, such as "guide"
   * @param path file of the source, for error messages
   * @param other format that the source must match
   * @param otherRole role of the other video, such as "style"
   * @param otherPath file of the other video
   * @throws IllegalArgumentException naming both files, if the lengths differ, or if the sizes
   *     differ and scaling was not requested
   */
  public FrameSource fitted(
      String role,
      FrameSource source,
      Path path,
      VideoFormat other,
      String otherRole,
      Path otherPath) {
    VideoFormat format = source.format();
    if (format.frameCount() != other.frameCount()) {
      throw new IllegalArgumentException(
          Text.format(
              "the %s %s has %d frames and the %s %s has %d; cut them to the same length",
              role, path, format.frameCount(), otherRole, otherPath, other.frameCount()));
    }
    if (format.sameSize(other)) {
      return source;
    }
    if (!resize) {
      throw new IllegalArgumentException(
          Text.format(
              "the %s %s is %s and the %s %s is %s; --resize scales the %s",
              role, path, format.size(), otherRole, otherPath, other.size(), role));
    }
    return ConvertedSource.resized(source, other.size());
  }
}
