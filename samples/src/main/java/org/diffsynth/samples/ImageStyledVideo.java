package org.diffsynth.samples;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.diffsynth.Pipeline;
import org.diffsynth.Preset;
import org.diffsynth.RenderRequest;
import org.diffsynth.annotator.ContentShuffle;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.FrameSource;
import org.diffsynth.frame.Monitor;
import org.diffsynth.frame.Video;
import org.diffsynth.frame.VideoFormat;
import org.diffsynth.io.FrameFiles;
import org.diffsynth.io.Resampler;
import org.diffsynth.request.Conditioning.ReferencePicture;
import org.diffsynth.video.VideoFiles;
import org.diffsynth.video.VideoSettings;

/**
 * Renders a video in the style of a picture.
 *
 * <p>Run: {@code samples/run ImageStyledVideo models/sd15 models/shuffle input.mp4 style.png
 * styled.mp4}
 */
public final class ImageStyledVideo {

  private ImageStyledVideo() {}

  /**
   * Runs the sample from the command line.
   *
   * @param arguments in this order: model folder, shuffle ControlNet, input video, style picture,
   *     output
   */
  public static void main(String[] arguments) throws IOException {
    if (arguments.length != 5) {
      System.err.println(
          "usage: samples/run ImageStyledVideo models/sd15 models/shuffle input.mp4 "
              + "style.png styled.mp4");
      return;
    }
    Path inputPath = Path.of(arguments[2]);
    try (Pipeline pipeline =
            Pipeline.builder(Preset.IMAGE_GUIDED_STYLIZATION)
                .model(Path.of(arguments[0]))
                .controlNet("shuffle", Path.of(arguments[1]))
                .build();
        FrameSource input = VideoFiles.open(inputPath)) {
      VideoFormat format = input.format();
      Frame picture = FrameFiles.readPicture(Path.of(arguments[3]));
      Frame style = Resampler.filled(picture, format.size());
      Frame shuffled = ContentShuffle.of(0).annotate(style);
      RenderRequest request =
          RenderRequest.of("best quality")
              .withReferences(List.of(ReferencePicture.of(style))) // all frames attend to it
              .withControlVideo("shuffle", Video.of(List.of(shuffled), format.frameRate()));
      VideoFiles.write(
          Path.of(arguments[4]),
          VideoSettings.DEFAULT.withFrameRate(format.frameRate()).withStreamsFrom(inputPath),
          styled -> pipeline.render(input, request, styled, Monitor.NONE));
    }
  }
}
