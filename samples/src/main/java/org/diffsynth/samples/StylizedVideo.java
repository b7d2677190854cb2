package org.diffsynth.samples;

import java.io.IOException;
import java.nio.file.Path;
import org.diffsynth.Pipeline;
import org.diffsynth.Preset;
import org.diffsynth.RenderRequest;
import org.diffsynth.deflicker.LatentDeflicker;
import org.diffsynth.deflicker.PatchBlending;
import org.diffsynth.diffusion.CrossFrameAttention;
import org.diffsynth.frame.FrameSource;
import org.diffsynth.frame.Monitor;
import org.diffsynth.video.VideoFiles;
import org.diffsynth.video.VideoSettings;

/**
 * Renders a video in the style that a prompt describes, deflickered inside the denoising loop.
 *
 * <p>Run: {@code samples/run StylizedVideo models/sd15 input.mp4 winter.mp4}
 */
public final class StylizedVideo {

  private StylizedVideo() {}

  /**
   * Runs the sample from the command line.
   *
   * @param arguments in this order: model folder, input video, output
   */
  public static void main(String[] arguments) throws IOException {
    if (arguments.length != 3) {
      System.err.println("usage: samples/run StylizedVideo models/sd15 input.mp4 winter.mp4");
      return;
    }
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
        FrameSource input = VideoFiles.open(inputPath)) {
      RenderRequest request = RenderRequest.of("winter, snow, oil painting").withSeed(7);
      VideoFiles.write(
          outPath,
          VideoSettings.DEFAULT.withFrameRate(input.format().frameRate()),
          styled -> pipeline.render(input, request, styled, Monitor.NONE));
    }
    // README: end
  }
}
