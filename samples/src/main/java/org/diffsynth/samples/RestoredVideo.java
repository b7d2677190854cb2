package org.diffsynth.samples;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.diffsynth.Pipeline;
import org.diffsynth.Preset;
import org.diffsynth.RenderRequest;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.FrameRate;
import org.diffsynth.frame.FrameSource;
import org.diffsynth.frame.Monitor;
import org.diffsynth.frame.Video;
import org.diffsynth.io.Resampler;
import org.diffsynth.video.VideoFiles;
import org.diffsynth.video.VideoSettings;

/**
 * Enlarges a small or blurred video to twice its size, with detail that a model invents.
 *
 * <p>Run: {@code samples/run RestoredVideo models/sd15 models/tile small.mp4 large.mp4}
 */
public final class RestoredVideo {

  private RestoredVideo() {}

  /**
   * Runs the sample from the command line.
   *
   * @param arguments in this order: model folder, tile ControlNet, input video, output
   */
  public static void main(String[] arguments) throws IOException {
    if (arguments.length != 4) {
      System.err.println(
          "usage: samples/run RestoredVideo models/sd15 models/tile small.mp4 large.mp4");
      return;
    }
    Path inputPath = Path.of(arguments[2]);
    List<Frame> enlarged = new ArrayList<>();
    FrameRate rate;
    try (FrameSource input = VideoFiles.open(inputPath)) {
      rate = input.format().frameRate();
      for (Frame frame = input.read(); frame != null; frame = input.read()) {
        enlarged.add(Resampler.resized(frame, frame.size().times(2)));
      }
    }
    Video video = Video.of(enlarged, rate);
    RenderRequest request = RenderRequest.of("best quality");
    try (Pipeline pipeline =
        Pipeline.builder(Preset.VIDEO_RESTORING)
            .model(Path.of(arguments[0]))
            .controlNet("tile", Path.of(arguments[1]))
            .build()) {
      VideoFiles.write(
          Path.of(arguments[3]),
          VideoSettings.DEFAULT.withFrameRate(rate).withStreamsFrom(inputPath),
          restored -> pipeline.render(video.open(), request, restored, Monitor.NONE));
    }
  }
}
