package org.diffsynth.samples;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.diffsynth.deflicker.KeyframeInterpolation;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.FrameSource;
import org.diffsynth.frame.Monitor;
import org.diffsynth.io.FrameFiles;
import org.diffsynth.video.VideoFiles;
import org.diffsynth.video.VideoSettings;

/**
 * Makes a whole painted video from two painted frames.
 *
 * <p>Run: {@code samples/run BetweenKeyframes guide.mp4 frame-0.png 24 frame-24.png painted.mp4}
 */
public final class BetweenKeyframes {

  private BetweenKeyframes() {}

  /**
   * Runs the sample from the command line.
   *
   * @param arguments in this order: guide video, picture of frame 0, number and picture of another
   *     frame, output
   */
  public static void main(String[] arguments) throws IOException {
    if (arguments.length != 5) {
      System.err.println(
          "usage: samples/run BetweenKeyframes guide.mp4 frame-0.png 24 frame-24.png "
              + "painted.mp4");
      return;
    }
    Map<Integer, Frame> keys =
        Map.of(
            0,
            FrameFiles.readPicture(Path.of(arguments[1])),
            Integer.parseInt(arguments[2]),
            FrameFiles.readPicture(Path.of(arguments[3])));
    try (FrameSource guide = VideoFiles.open(Path.of(arguments[0]))) {
      VideoFiles.write(
          Path.of(arguments[4]),
          VideoSettings.DEFAULT.withFrameRate(guide.format().frameRate()),
          painted -> KeyframeInterpolation.DEFAULT.apply(guide, keys, painted, Monitor.NONE));
    }
  }
}
