package org.diffsynth.samples;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.diffsynth.Pipeline;
import org.diffsynth.Preset;
import org.diffsynth.RenderRequest;
import org.diffsynth.annotator.ContentShuffle;
import org.diffsynth.control.ReferencePicture;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.FrameSink;
import org.diffsynth.frame.FrameSource;
import org.diffsynth.frame.Monitor;
import org.diffsynth.frame.Video;
import org.diffsynth.io.FrameFiles;
import org.diffsynth.io.Resampler;
import org.diffsynth.video.VideoFiles;
import org.diffsynth.video.VideoSettings;

/** Renders a video in the style of a picture. */
public final class ImageStyledVideo {

  private ImageStyledVideo() {}

  /** Arguments: model folder, shuffle ControlNet, input, style picture, output. */
  public static void main(String[] arguments) throws IOException {
    Path inputPath = Path.of(arguments[2]);
    Preset preset = Preset.IMAGE_GUIDED_STYLIZATION;
    try (Pipeline pipeline =
            Pipeline.builder(preset)
                .model(Path.of(arguments[0]))
                .controlNet("shuffle", Path.of(arguments[1]))
                .build();
        FrameSource input = VideoFiles.open(inputPath);
        FrameSink out =
            VideoFiles.create(
                Path.of(arguments[4]),
                VideoSettings.DEFAULT
                    .withFrameRate(input.format().frameRate())
                    .withAudioFrom(inputPath))) {
      Frame picture = FrameFiles.readPicture(Path.of(arguments[3]));
      Frame style = Resampler.filled(picture, input.format().size());
      Frame shuffled = ContentShuffle.of(0).annotate(style);
      RenderRequest request =
          RenderRequest.of("best quality")
              .withReferences(List.of(ReferencePicture.of(style))) // every frame looks at it
              .withControlVideos(
                  Map.of("shuffle", Video.of(List.of(shuffled), input.format().frameRate())));
      pipeline.render(input, request, out, Monitor.NONE);
      out.commit();
    }
  }
}
