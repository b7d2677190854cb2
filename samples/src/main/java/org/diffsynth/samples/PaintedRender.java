package org.diffsynth.samples;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.diffsynth.Pipeline;
import org.diffsynth.Preset;
import org.diffsynth.RenderRequest;
import org.diffsynth.annotator.DepthAlignment;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.FrameRate;
import org.diffsynth.frame.FrameSink;
import org.diffsynth.frame.FrameSource;
import org.diffsynth.frame.Monitor;
import org.diffsynth.frame.Video;
import org.diffsynth.io.FrameFiles;
import org.diffsynth.video.VideoFiles;
import org.diffsynth.video.VideoSettings;

/** Paints a render without textures, along the depth that the renderer wrote. */
public final class PaintedRender {

  private PaintedRender() {}

  /** Arguments: model, depth ControlNet, render, z-buffer pictures, near, far, prompt, output. */
  public static void main(String[] arguments) throws IOException {
    double near = Double.parseDouble(arguments[4]);
    double far = Double.parseDouble(arguments[5]);
    List<Frame> depth = new ArrayList<>();
    for (Path picture : FrameFiles.list(Path.of(arguments[3]))) {
      depth.add(DepthAlignment.fromZBuffer(FrameFiles.readPicture(picture), near, far));
    }
    Preset preset = Preset.RENDERING_3D;
    try (Pipeline pipeline =
            Pipeline.builder(preset)
                .model(Path.of(arguments[0]))
                .controlNet("depth", Path.of(arguments[1]))
                .build();
        FrameSource render = VideoFiles.open(Path.of(arguments[2]));
        FrameSink out =
            VideoFiles.create(
                Path.of(arguments[7]),
                VideoSettings.DEFAULT.withFrameRate(render.format().frameRate()))) {
      RenderRequest request =
          RenderRequest.of(arguments[6])
              .withControlVideos(Map.of("depth", Video.of(depth, FrameRate.DEFAULT)));
      pipeline.render(render, request, out, Monitor.NONE);
      out.commit();
    }
  }
}
