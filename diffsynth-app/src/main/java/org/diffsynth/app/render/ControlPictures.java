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
  private final RenderInput input;
  private final VideoFormat result;
  private final boolean resize;
  private final Closer open = new Closer();
  private final Map<String, Video> videos = new HashMap<>();

  /**
   * Creates an empty collection.
   *
   * @param rendering decides which frames are rendered and so need pictures
   * @param input the input, or what takes its place
   * @param result format of the result
   * @param resize whether pictures of another size are scaled
   */
  ControlPictures(
      KeyframeRendering rendering, RenderInput input, VideoFormat result, boolean resize) {
    this.rendering = rendering;
    this.input = input;
    this.result = result;
    this.resize = resize;
  }

  /**
   * Returns the pictures that the request must have, by name of the ControlNet: one that serves for
   * all frames, or the pictures of a task that starts from noise alone.
   */
  Map<String, Video> videos() {
    return videos;
  }

  /**
   * Gives a ControlNet the pictures of a source: one, or one per input frame, of the size of the
   * input or of the result.
   *
   * @param pictures the source, which this object closes from now on
   * @param from file of the pictures, for error messages
   * @return the ControlNet, with an annotator if there is one picture per frame of an input
   */
  ControlNet give(ControlNet net, FrameSource pictures, Object from) throws IOException {
    open.add(pictures);
    VideoFormat format = pictures.format();
    if (format.frameCount() == 1) {
      videos.put(net.name(), Video.readAll(pictures));
      return net;
    }
    VideoFormat expected = input.format();
    if (format.frameCount() != expected.frameCount()) {
      throw new IOException(
          Text.format(
              "there are %d control pictures for %s in %s, but the %s has %d frames",
              format.frameCount(),
              net.name(),
              from,
              input.frames() == null ? "result" : "input",
              expected.frameCount()));
    }
    if (!resize && !format.sameSize(expected) && !format.sameSize(result)) {
      throw new IOException(
          Text.format(
              "the control pictures for %s in %s are %s, but the input is %s; --resize scales them",
              net.name(), from, format.size(), expected.size()));
    }
    if (input.frames() == null) {
      videos.put(net.name(), Video.readAll(pictures));
      return net;
    }
    return net.withAnnotator(Annotator.ofSource(rendering.keys(pictures)));
  }

  @Override
  public void close() throws IOException {
    open.closeFiles();
  }
}
