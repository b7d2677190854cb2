package org.diffsynth.app.render;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.diffsynth.app.frames.FirstFrames;
import org.diffsynth.app.frames.NamedFrames;
import org.diffsynth.app.settings.RenderSettings;
import org.diffsynth.app.settings.RenderSettings.Control;
import org.diffsynth.control.ControlNet;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.FrameSource;
import org.diffsynth.frame.VideoFormat;
import org.diffsynth.internal.text.Text;

/**
 * The ControlNets of a rendering, with the pictures that they get.
 *
 * @param command the task, which knows where its control pictures come from
 * @param input the input, or what takes its place
 * @param result format of the result
 * @param preview number of frames that are rendered, or null for all
 */
record ControlNetSetup(
    RenderCommand command,
    RenderSettings settings,
    RenderInput input,
    VideoFormat result,
    Integer preview) {

  /**
   * Returns the ControlNets.
   *
   * @param given receives the control pictures that come from files
   */
  List<ControlNet> nets(ControlPictures given) throws IOException {
    List<ControlNet> nets = new ArrayList<>();
    for (Map.Entry<String, Control> entry : settings.controlNets().entrySet()) {
      String name = entry.getKey();
      ControlNet net = PipelineOpener.controlNet(name, entry.getValue());
      if (net.scale() == 0) {
        nets.add(net); // never evaluated, so it needs no pictures
        continue;
      }
      FrameSource pictures = command.pictures(settings, name, input, result);
      if (pictures != null && preview != null) {
        pictures = new FirstFrames(pictures, preview);
      }
      if (pictures == null) {
        net =
            net.withAnnotator(
                command.annotator(settings, name).orElseThrow(() -> picturesMissing(name)));
      } else {
        Path origin = origin(entry.getValue());
        net = given.give(net, pictures, origin);
        NamedFrames.checkPairs(origin, settings.input().video());
      }
      nets.add(net);
    }
    return nets;
  }

  /** Returns the control pictures of the first frame by the name of their ControlNet. */
  Map<String, Frame> firstPictures() throws IOException {
    Map<String, Frame> first = new HashMap<>();
    for (String name : settings.controlNets().keySet()) {
      try (FrameSource pictures = command.pictures(settings, name, input, result)) {
        if (pictures != null) {
          first.put(name, pictures.read());
        } else if (input.frames() != null && command.annotator(settings, name).isPresent()) {
          try (FrameSource frames = input.frames().open()) {
            first.put(
                name, command.annotator(settings, name).get().forRun().annotate(frames.read()));
          }
        }
      }
    }
    return first;
  }

  /** Returns the file that control pictures come from, for error messages. */
  private Path origin(Control control) {
    if (control.video() != null) {
      return control.video();
    }
    Path poses = settings.input().poses().path();
    return poses == null ? settings.input().reference() : poses;
  }

  private static IOException picturesMissing(String name) {
    return new IOException(
        Text.format("the ControlNet %1$s needs its pictures: --control-video %1$s=PATH", name));
  }
}
