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
import org.diffsynth.frame.FrameSink;
import org.diffsynth.frame.FrameSource;
import org.diffsynth.frame.Video;
import org.diffsynth.io.Resampler;
import org.diffsynth.video.VideoFiles;
import org.diffsynth.video.VideoSettings;

/** Makes a small or blurred video twice as large, with detail that a model invents. */
public final class RestoredVideo {

  private RestoredVideo() {}

  /** Arguments: model folder, tile ControlNet, input, output. */
  public static void main(String[] arguments) throws IOException {
    Path inputPath = Path.of(arguments[2]);
    Preset preset = Preset.VIDEO_RESTORING;
    List<Frame> enlarged = new ArrayList<>();
    FrameRate rate;
    try (FrameSource input = VideoFiles.open(inputPath)) {
      rate = input.format().frameRate();
      for (Frame frame = input.read(); frame != null; frame = input.read()) {
        enlarged.add(Resampler.resized(frame, frame.size().times(2)));
      }
    }
    try (Pipeline pipeline =
            Pipeline.builder(preset)
                .model(Path.of(arguments[0]))
                .controlNet("tile", Path.of(arguments[1]))
                .build();
        FrameSink out =
            VideoFiles.create(
                Path.of(arguments[3]),
                VideoSettings.DEFAULT.withFrameRate(rate).withAudioFrom(inputPath))) {
      Video video = Video.of(enlarged, rate);
      for (Frame frame : pipeline.render(video, RenderRequest.of("best quality"))) {
        out.write(frame);
      }
      out.commit();
    }
  }
}
