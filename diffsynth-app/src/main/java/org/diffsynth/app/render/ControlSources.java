package org.diffsynth.app.render;

import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import org.diffsynth.KeyframeRendering;
import org.diffsynth.compute.Closer;
import org.diffsynth.control.ControlNet;
import org.diffsynth.control.GivenPictures;
import org.diffsynth.frame.FrameSource;
import org.diffsynth.frame.Video;
import org.diffsynth.frame.VideoFormat;

/** The control pictures that come from files; closing this closes them all. */
public final class ControlSources implements AutoCloseable {

  private final KeyframeRendering rendering;
  private final Closer open = new Closer();
  private final Map<String, Video> stills = new HashMap<>();

  ControlSources(KeyframeRendering rendering) {
    this.rendering = rendering;
  }

  /** Pictures that serve for all frames, by name of the ControlNet. */
  Map<String, Video> stills() {
    return stills;
  }

  /**
   * The net with pictures out of a source, which this takes over: one, or as many as the input has
   * frames, of the size of the input or the result.
   *
   * @param from where they come from, for errors
   * @param scaled whether pictures of another size may be scaled
   */
  ControlNet given(
      ControlNet net,
      FrameSource pictures,
      String from,
      VideoFormat input,
      VideoFormat result,
      boolean scaled)
      throws IOException {
    open.add(pictures);
    VideoFormat format = pictures.format();
    if (format.frameCount() == 1) {
      stills.put(net.name(), Video.readAll(pictures));
      return net;
    }
    if (format.frameCount() != input.frameCount()) {
      throw new IOException(
          "there are %d control pictures for %s in %s, but the input has %d frames"
              .formatted(format.frameCount(), net.name(), from, input.frameCount()));
    }
    if (!scaled && !format.sameSize(input) && !format.sameSize(result)) {
      throw new IOException(
          "the control pictures for %s in %s are %s, but the input is %s; --resize scales them"
              .formatted(net.name(), from, format.size(), input.size()));
    }
    return net.withAnnotator(new GivenPictures(rendering.keys(pictures)));
  }

  @Override
  public void close() throws IOException {
    open.closeFiles();
  }
}
