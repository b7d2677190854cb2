package org.diffsynth.internal.diffusion;

import java.io.IOException;
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
import org.diffsynth.control.ReferencePicture;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.Video;
import org.diffsynth.spi.UnetInput.ControlInput;

/**
 * The control pictures of a run at working size: those of the clip's frames, then those of the
 * references. A still serves for all. Made once, in order, and kept outside the heap.
 */
final class ControlPictures implements AutoCloseable {

  private final Map<ControlNet, FrameStore> stores = new LinkedHashMap<>();
  private final Map<ControlNet, Annotator> annotators = new HashMap<>();
  private final Closer opened = new Closer();
  private final Set<ControlNet> annotated = new LinkedHashSet<>();
  private final Set<ControlNet> stills = new HashSet<>();
  private final PictureSize size;
  private final int frames;

  /** A ControlNet of scale 0 gets no pictures and is never run. */
  ControlPictures(RenderPlan plan, int frames, PictureSize size) throws IOException {
    this.size = size;
    this.frames = frames;
    try (Closer closer = new Closer()) {
      closer.add(opened);
      for (ControlNet net : plan.controlNets()) {
        if (net.scale() > 0) {
          stores.put(net, opened.add(new FrameStore(size.width(), size.height())));
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
              "ControlNet '%s' has no annotator, so the request must bring its control video"
                  .formatted(net.name()));
        }
      }
      closer.keepOpen();
    }
  }

  private void copy(ControlNet net, Video video) throws IOException {
    if (video.size() != frames && video.size() != 1) {
      throw new IllegalArgumentException(
          "the control video of '%s' must have 1 frame or %d as the clip, had %d"
              .formatted(net.name(), frames, video.size()));
    }
    if (video.size() == 1) {
      stills.add(net);
    }
    for (Frame picture : video) {
      stores.get(net).add(size.fit(picture));
    }
  }

  /** Has the annotators look at the next frame of the clip. */
  void annotate(Frame frame) throws IOException {
    for (ControlNet net : annotated) {
      stores.get(net).add(size.fit(annotators.get(net).annotate(frame)));
    }
  }

  /** To be called after the clip's last frame. */
  void addReferences(List<ReferencePicture> references) throws IOException {
    for (Map.Entry<ControlNet, FrameStore> entry : stores.entrySet()) {
      ControlNet net = entry.getKey();
      if (stills.contains(net)) {
        continue;
      }
      if (entry.getValue().size() != frames) {
        throw new IllegalArgumentException(
            "ControlNet '%s' has an annotator, which needs an input video".formatted(net.name()));
      }
      for (int k = 0; k < references.size(); k++) {
        Frame picture = references.get(k).controlPictures().get(net.name());
        if (picture == null && annotators.containsKey(net)) {
          picture = annotators.get(net).annotate(size.fit(references.get(k).picture()));
        }
        if (picture == null) {
          throw new IllegalArgumentException(
              "reference %d has no control picture for ControlNet '%s'".formatted(k, net.name()));
        }
        entry.getValue().add(size.fit(picture));
      }
    }
  }

  /** What the ControlNets that run in a step work from, for these frames. */
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
