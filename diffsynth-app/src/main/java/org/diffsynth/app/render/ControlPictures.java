package org.diffsynth.app.render;

import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import org.diffsynth.KeyframeRendering;
import org.diffsynth.compute.Closer;
import org.diffsynth.control.Annotator;
import org.diffsynth.control.ControlNet;
import org.diffsynth.frame.FrameSource;
import org.diffsynth.frame.Video;
import org.diffsynth.frame.VideoFormat;
import org.diffsynth.internal.text.Text;

/** Control pictures that are read from files. Closing this object closes all files. */
final class ControlPictures implements AutoCloseable {

  private final KeyframeRendering rendering;
  private final VideoFormat input;
  private final VideoFormat result;
  private final boolean resize;
  private final Closer open = new Closer();
  private final Map<String, Video> stills = new HashMap<>();

  /**
   * Creates an empty collection.
   *
   * @param rendering decides which frames are rendered and so need pictures
   * @param input format of the input
   * @param result format of the result
   * @param resize whether pictures of another size are scaled
   */
  ControlPictures(
      KeyframeRendering rendering, VideoFormat input, VideoFormat result, boolean resize) {
    this.rendering = rendering;
    this.input = input;
    this.result = result;
    this.resize = resize;
  }

  /** Returns the pictures that serve for all frames, by name of the ControlNet. */
  Map<String, Video> stills() {
    return stills;
  }

  /**
   * Gives a ControlNet the pictures of a source: one, or one per input frame, of the size of the
   * input or of the result.
   *
   * @param pictures the source, which this object closes from now on
   * @param from file of the pictures, for error messages
   * @return the ControlNet, with an annotator if there is one picture per frame
   */
  ControlNet give(ControlNet net, FrameSource pictures, Object from) throws IOException {
    open.add(pictures);
    VideoFormat format = pictures.format();
    if (format.frameCount() == 1) {
      stills.put(net.name(), Video.readAll(pictures));
      return net;
    }
    if (format.frameCount() != input.frameCount()) {
      throw new IOException(
          Text.format(
              "there are %d control pictures for %s in %s, but the input has %d frames",
              format.frameCount(), net.name(), from, input.frameCount()));
    }
    if (!resize && !format.sameSize(input) && !format.sameSize(result)) {
      throw new IOException(
          Text.format(
              "the control pictures for %s in %s are %s, but the input is %s; --resize scales them",
              net.name(), from, format.size(), input.size()));
    }
    return net.withAnnotator(Annotator.ofSource(rendering.keys(pictures)));
  }

  @Override
  public void close() throws IOException {
    open.closeFiles();
  }
}
