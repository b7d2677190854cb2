package org.diffsynth.samples;

import java.io.IOException;
import java.nio.file.Path;
import org.diffsynth.Pipeline;
import org.diffsynth.Preset;
import org.diffsynth.RenderRequest;
import org.diffsynth.deflicker.LatentDeflicker;
import org.diffsynth.deflicker.PatchBlending;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.Monitor;
import org.diffsynth.frame.Video;
import org.diffsynth.onnx.annotator.OnnxAnnotator;

/** Java code that the pages in {@code docs} show. {@link ReadmeTest} compares the two. */
final class DocsSnippets {

  private DocsSnippets() {}

  static Video preset(Path modelFolder, Path tileFolder, Video video) throws IOException {
    // README: preset
    try (Pipeline pipeline =
        Pipeline.builder(Preset.VIDEO_RESTORING)
            .model(modelFolder)
            .controlNet("tile", tileFolder) // with the preset's scale and annotator
            .deflicker(LatentDeflicker.every(1).then(PatchBlending.fast(15)))
            .build()) {
      return pipeline.render(video, RenderRequest.of("best quality").withStrength(0.4));
    }
    // README: end
  }

  static void annotator(Video clip, Frame frame) throws IOException {
    // README: annotator
    try (OnnxAnnotator depth = OnnxAnnotator.open(Path.of("models/depth-anything"))) {
      Video control = depth.annotate(clip, Monitor.NONE); // a control video, steady over time
      Frame single = depth.annotate(frame); // one frame, independent of the others
    }
    // README: end
  }
}
