package org.diffsynth.samples;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.diffsynth.Pipeline;
import org.diffsynth.Preset;
import org.diffsynth.RenderRequest;
import org.diffsynth.annotator.DepthAlignment;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.FrameRate;
import org.diffsynth.frame.FrameSource;
import org.diffsynth.frame.Monitor;
import org.diffsynth.frame.Video;
import org.diffsynth.io.FrameFiles;
import org.diffsynth.video.VideoFiles;
import org.diffsynth.video.VideoSettings;

/**
 * Paints an untextured 3D render along the depth that the renderer wrote.
 *
 * <p>Run: {@code samples/run PaintedRender models/sd15 models/depth render.mp4 z-buffer 0.1 50 "a
 * stone house" house.mp4}
 */
public final class PaintedRender {

  private PaintedRender() {}

  /**
   * Runs the sample from the command line.
   *
   * @param arguments in this order: model, depth ControlNet, render, z-buffer folder, near, far,
   *     prompt, output
   */
  public static void main(String[] arguments) throws IOException {
    if (arguments.length != 8) {
      System.err.println(
          "usage: samples/run PaintedRender models/sd15 models/depth render.mp4 z-buffer 0.1 50 "
              + "\"a stone house\" house.mp4");
      return;
    }
    double near = Double.parseDouble(arguments[4]);
    double far = Double.parseDouble(arguments[5]);
    List<Frame> depth = new ArrayList<>();
    for (Path picture : FrameFiles.list(Path.of(arguments[3]))) {
      depth.add(DepthAlignment.fromZBuffer(FrameFiles.readPicture(picture), near, far));
    }
    RenderRequest request =
        RenderRequest.of(arguments[6])
            .withControlVideo("depth", Video.of(depth, FrameRate.DEFAULT));
    try (Pipeline pipeline =
            Pipeline.builder(Preset.RENDERING_3D)
                .model(Path.of(arguments[0]))
                .controlNet("depth", Path.of(arguments[1]))
                .build();
        FrameSource render = VideoFiles.open(Path.of(arguments[2]))) {
      VideoFiles.write(
          Path.of(arguments[7]),
          VideoSettings.DEFAULT.withFrameRate(render.format().frameRate()),
          painted -> pipeline.render(render, request, painted, Monitor.NONE));
    }
  }
}
