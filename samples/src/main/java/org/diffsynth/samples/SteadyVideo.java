package org.diffsynth.samples;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import org.diffsynth.deflicker.PatchBlending;
import org.diffsynth.frame.FrameSource;
import org.diffsynth.frame.Monitor;
import org.diffsynth.video.VideoFiles;
import org.diffsynth.video.VideoSettings;

/**
 * Makes a flickering video steady, frame by frame, so that memory does not depend on its length.
 *
 * <p>Run: {@code samples/run SteadyVideo guide.mp4 style.mp4 steady.mp4}
 */
public final class SteadyVideo {

  private SteadyVideo() {}

  /**
   * Runs the sample from the command line.
   *
   * @param arguments in this order: guide video, flickering video, output
   */
  public static void main(String[] arguments) throws IOException {
    if (arguments.length != 3) {
      System.err.println("usage: samples/run SteadyVideo guide.mp4 style.mp4 steady.mp4");
      return;
    }
    run(Path.of(arguments[0]), Path.of(arguments[1]), Path.of(arguments[2]));
  }

  static void run(Path guidePath, Path stylePath, Path outPath) throws IOException {
    // README: steady video
    try (FrameSource guide = VideoFiles.open(guidePath); // the video before it was processed
        FrameSource style = VideoFiles.open(stylePath)) { // the flickering one
      Monitor monitor =
          Monitor.of(
              progress -> System.out.printf(Locale.ROOT, "%3.0f %%%n", progress.fraction() * 100));
      VideoFiles.write(
          outPath,
          VideoSettings.DEFAULT
              .withFrameRate(style.format().frameRate())
              .withStreamsFrom(stylePath),
          steady -> PatchBlending.DEFAULT.apply(guide, style, steady, monitor));
    }
    // README: end
  }
}
