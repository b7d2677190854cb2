package org.diffsynth.app.render;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.diffsynth.app.options.InputOptions;
import org.diffsynth.app.settings.RenderSettings;
import org.diffsynth.app.settings.RenderSettings.Control;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.FrameSize;
import org.diffsynth.io.FrameFiles;
import org.diffsynth.io.Resampler;
import org.diffsynth.request.Conditioning.ReferencePicture;

/**
 * The reference pictures of a rendering at the size of the result, with their control pictures.
 *
 * @param command the task, which knows how its control pictures are made
 * @param size size of the result
 */
record ReferencePictures(RenderCommand command, RenderSettings settings, FrameSize size) {

  /** Reads the reference of the task, and those of {@code --reference} after it. */
  List<ReferencePicture> read(InputOptions inputs) throws IOException {
    List<ReferencePicture> references = new ArrayList<>();
    if (settings.input().reference() != null) {
      Frame picture = FrameFiles.readPicture(settings.input().reference());
      Map<String, Frame> given = new HashMap<>();
      for (Map.Entry<String, Control> entry : settings.controlNets().entrySet()) {
        if (entry.getValue().reference() != null) {
          given.put(
              entry.getKey(), command.referenceControl(entry.getValue().reference(), picture));
        }
      }
      references.add(fitted(new ReferencePicture(picture, given)));
    }
    for (Frame picture : RenderStyle.references(settings, inputs)) {
      references.add(fitted(ReferencePicture.of(picture)));
    }
    return references;
  }

  /**
   * Returns a reference at the size of the result. A ControlNet whose pictures cannot be made from
   * the reference gets a black one.
   */
  ReferencePicture fitted(ReferencePicture reference) {
    Map<String, Frame> controls = new HashMap<>();
    for (Map.Entry<String, Control> entry : settings.controlNets().entrySet()) {
      String name = entry.getKey();
      Frame given = reference.controlPictures().get(name);
      if (given != null) {
        controls.put(name, Resampler.filled(given, size));
      } else if (entry.getValue().video() != null || command.annotator(settings, name).isEmpty()) {
        controls.put(name, black());
      }
    }
    return new ReferencePicture(Resampler.filled(reference.picture(), size), controls);
  }

  private Frame black() {
    return Frame.ofRgb8(size.width(), size.height(), new byte[Math.toIntExact(size.pixels() * 3)]);
  }
}
