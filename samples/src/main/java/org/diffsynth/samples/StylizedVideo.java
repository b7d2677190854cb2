package org.diffsynth.samples;

import java.io.IOException;
import java.nio.file.Path;
import org.diffsynth.Pipeline;
import org.diffsynth.Preset;
import org.diffsynth.RenderRequest;
import org.diffsynth.deflicker.LatentDeflicker;
import org.diffsynth.deflicker.PatchBlending;
import org.diffsynth.diffusion.CrossFrameAttention;
import org.diffsynth.frame.FrameSink;
import org.diffsynth.frame.FrameSource;
import org.diffsynth.frame.Monitor;
import org.diffsynth.video.VideoFiles;
import org.diffsynth.video.VideoSettings;

/** Renders a video in the style a prompt tells, deflickered inside the denoising loop. */
public final class StylizedVideo {

  private StylizedVideo() {}

  /** Arguments: model folder, input, output. */
  public static void main(String[] arguments) throws IOException {
    run(Path.of(arguments[0]), Path.of(arguments[1]), Path.of(arguments[2]));
  }

  static void run(Path modelFolder, Path inputPath, Path outPath) throws IOException {
    // README: stylized video
    try (Pipeline pipeline =
            Pipeline.builder(Preset.TEXT_GUIDED_STYLIZATION)
                .model(modelFolder) // in the layout of 'optimum-cli export onnx'
                .crossFrameAttention(CrossFrameAttention.FIRST_FRAME)
                .deflicker(LatentDeflicker.every(5).then(PatchBlending.fast(30)).withFinalPass())
                .build();
        FrameSource input = VideoFiles.open(inputPath);
        FrameSink styled =
            VideoFiles.create(
                outPath, VideoSettings.DEFAULT.withFrameRate(input.format().frameRate()))) {
      RenderRequest request = RenderRequest.of("winter, snow, oil painting").withSeed(7);
      pipeline.render(input, request, styled, Monitor.NONE);
      styled.commit();
    }
    // README: end
  }
}
