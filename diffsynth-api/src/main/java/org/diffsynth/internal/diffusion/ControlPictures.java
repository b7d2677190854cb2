package org.diffsynth.internal.diffusion;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.diffsynth.compute.Closer;
import org.diffsynth.control.Annotator;
import org.diffsynth.control.ControlNet;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.FrameSize;
import org.diffsynth.frame.Video;
import org.diffsynth.internal.text.Text;
import org.diffsynth.request.Conditioning.ReferencePicture;
import org.diffsynth.spi.UnetInput.ControlInput;

/**
 * The control pictures of a run at working size, in temporary files: for each ControlNet those of
 * the frames of the clip, followed by those of the reference pictures. A control video of one frame
 * serves for all. Every annotator is asked once per frame, in order, and starts without memory of
 * other runs.
 */
final class ControlPictures implements AutoCloseable {

  private final Map<ControlNet, FrameStore> stores = new LinkedHashMap<>();
  private final Map<ControlNet, Annotator> annotators = new HashMap<>();
  private final Closer opened = new Closer();
  private final Set<ControlNet> annotated = new LinkedHashSet<>();
  private final Set<ControlNet> stills = new HashSet<>();
  private final FrameSize size;
  private final int frames;

  /** Copies the control videos of the request. A ControlNet of scale 0 needs no pictures. */
  ControlPictures(RenderPlan plan, int frames, FrameSize size) throws IOException {
    this.size = size;
    this.frames = frames;
    try (Closer closer = new Closer()) {
      closer.add(opened);
      for (ControlNet net : plan.controlNets()) {
        if (net.scale() > 0) {
          Path temporary = plan.compute().memory().temporaryPath();
          stores.put(net, opened.add(new FrameStore(size.width(), size.height(), temporary)));
        }
      }
      for (ControlNet net : stores.keySet()) {
        net.annotator().ifPresent(annotator -> annotators.put(net, annotator.forRun()));
        Optional<Video> video = plan.controlVideo(net);
        if (video.isPresent()) {
          copy(net, video.get());
        } else if (annotators.containsKey(net)) {
          annotated.add(net);
        } else {
          throw new IllegalArgumentException(
              Text.format(
                  "nothing makes the control pictures of ControlNet '%1$s': give them with"
                      + " RenderRequest.withControlVideo(\"%1$s\", video), or give the ControlNet"
                      + " an annotator with ControlNet.withAnnotator",
                  net.name()));
        }
      }
      closer.keepOpen();
    }
  }

  private void copy(ControlNet net, Video video) throws IOException {
    if (video.size() != frames && video.size() != 1) {
      throw new IllegalArgumentException(
          Text.format(
              "the control video of '%s' must have 1 frame or %d frames as the clip, but had %d",
              net.name(), frames, video.size()));
    }
    if (video.size() == 1) {
      stills.add(net);
    }
    for (Frame picture : video) {
      stores.get(net).add(PictureAdjustment.fit(picture, size));
    }
  }

  /** Makes the control pictures of the next frame of the clip with the annotators. */
  void annotate(Frame frame) throws IOException {
    for (ControlNet net : annotated) {
      stores.get(net).add(PictureAdjustment.fit(annotators.get(net).annotate(frame), size));
    }
  }

  /** Adds the control pictures of the references; called after the last frame of the clip. */
  void addReferences(List<ReferencePicture> references) throws IOException {
    for (Map.Entry<ControlNet, FrameStore> entry : stores.entrySet()) {
      ControlNet net = entry.getKey();
      if (stills.contains(net)) {
        continue;
      }
      if (entry.getValue().size() != frames) {
        throw new IllegalArgumentException(
            Text.format(
                "the annotator of ControlNet '%1$s' needs an input video; without one, give its"
                    + " pictures with RenderRequest.withControlVideo(\"%1$s\", video)",
                net.name()));
      }
      for (int k = 0; k < references.size(); k++) {
        Frame picture = references.get(k).controlPictures().get(net.name());
        if (picture == null && annotators.containsKey(net)) {
          picture =
              annotators
                  .get(net)
                  .annotate(PictureAdjustment.fit(references.get(k).picture(), size));
        }
        if (picture == null) {
          throw new IllegalArgumentException(
              Text.format(
                  "reference %d has no control picture for ControlNet '%s'", k, net.name()));
        }
        entry.getValue().add(PictureAdjustment.fit(picture, size));
      }
    }
  }

  /** Returns the inputs of the ControlNets that work in a step, for the given frames. */
  List<ControlInput> inputs(List<Integer> wanted, int step, int steps) throws IOException {
    List<ControlInput> inputs = new ArrayList<>();
    for (Map.Entry<ControlNet, FrameStore> entry : stores.entrySet()) {
      ControlNet net = entry.getKey();
      if (net.runsAt(step, steps)) {
        List<Frame> pictures = new ArrayList<>();
        for (int frame : wanted) {
          pictures.add(entry.getValue().get(stills.contains(net) ? 0 : frame));
        }
        inputs.add(new ControlInput(net.name(), pictures, net.scale()));
      }
    }
    return inputs;
  }

  @Override
  public void close() throws IOException {
    opened.closeFiles();
  }
}
