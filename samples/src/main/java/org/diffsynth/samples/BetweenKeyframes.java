package org.diffsynth.samples;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.diffsynth.deflicker.KeyframeInterpolation;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.FrameSink;
import org.diffsynth.frame.FrameSource;
import org.diffsynth.frame.Monitor;
import org.diffsynth.io.FrameFiles;
import org.diffsynth.video.VideoFiles;
import org.diffsynth.video.VideoSettings;

/** Paints a whole video from two painted frames. */
public final class BetweenKeyframes {

  private BetweenKeyframes() {}

  /** Arguments: guide, picture of frame 0, number of the other frame, its picture, output. */
  public static void main(String[] arguments) throws IOException {
    Map<Integer, Frame> keys =
        Map.of(
            0,
            FrameFiles.readPicture(Path.of(arguments[1])),
            Integer.parseInt(arguments[2]),
            FrameFiles.readPicture(Path.of(arguments[3])));
    try (FrameSource guide = VideoFiles.open(Path.of(arguments[0]));
        FrameSink painted =
            VideoFiles.create(
                Path.of(arguments[4]),
                VideoSettings.DEFAULT.withFrameRate(guide.format().frameRate()))) {
      KeyframeInterpolation.DEFAULT.apply(guide, keys, painted, Monitor.NONE);
      painted.commit();
    }
  }
}
