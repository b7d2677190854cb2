package org.diffsynth.video;

import java.io.IOException;
import org.bytedeco.ffmpeg.avutil.AVFrame;
import org.bytedeco.ffmpeg.avutil.AVRational;
import org.bytedeco.ffmpeg.global.avutil;
import org.diffsynth.compute.Closer;
import org.diffsynth.internal.text.Text;

/**
 * Deinterlaces pictures with FFmpeg's filter bwdif, which computes the rows of one of the two
 * fields from both fields of the frame before, this frame and the next one. There is one picture
 * for each frame; pictures that are not marked as interlaced pass unchanged.
 *
 * <p>The filter is set up at the first interlaced picture, so progressive videos cost nothing. From
 * then on, pictures come out one frame later than they go in.
 */
final class Deinterlacer implements AutoCloseable {

  /** AV_FRAME_FLAG_INTERLACED of libavutil/frame.h, a macro that the Java bindings lack. */
  static final int INTERLACED = 1 << 3;

  /** AV_FRAME_FLAG_TOP_FIELD_FIRST of libavutil/frame.h. */
  private static final int TOP_FIELD_FIRST = 1 << 4;

  private final Deinterlace mode;
  private final FieldOrder order;
  private final Closer natives = new Closer();
  private final AVFrame filtered;
  private FilterGraph graph;
  private boolean ended;

  /**
   * Creates a deinterlacer.
   *
   * @param order what the header says about pictures that are not marked
   */
  Deinterlacer(Deinterlace mode, FieldOrder order) throws IOException {
    this.mode = mode;
    this.order = order;
    this.filtered =
        natives.add(Ffmpeg.allocated(avutil.av_frame_alloc(), "a frame"), avutil::av_frame_free);
  }

  /** Returns whether a picture must pass the filter. */
  boolean wants(AVFrame decoded) {
    if (mode == Deinterlace.OFF) {
      return false;
    }
    boolean marked = (decoded.flags() & INTERLACED) != 0;
    if (!marked && (mode == Deinterlace.ON || order.everyPicture())) {
      decoded.flags(decoded.flags() | INTERLACED | (order.topFirst() ? TOP_FIELD_FIRST : 0));
      marked = true;
    }
    return marked || graph != null;
  }

  /** Gives a decoded picture to the filter. */
  void push(AVFrame decoded, AVRational timeBase) throws IOException {
    if (graph == null) {
      String input =
          Text.format(
              "video_size=%dx%d:pix_fmt=%d:time_base=%d/%d:colorspace=%d:range=%d",
              decoded.width(),
              decoded.height(),
              decoded.format(),
              timeBase.num(),
              timeBase.den(),
              decoded.colorspace(),
              decoded.color_range());
      graph =
          natives.add(
              FilterGraph.open(
                  input,
                  "[in]bwdif=mode=send_frame:parity=auto:deint=interlaced[out]",
                  "deinterlace a picture"));
    }
    graph.push(decoded);
  }

  /**
   * Ends the video.
   *
   * @return whether {@link #pull} may give pictures that the filter has held back; false if this
   *     was called before
   */
  boolean end() throws IOException {
    if (graph == null || ended) {
      return false;
    }
    ended = true;
    graph.push(null);
    return true;
  }

  /**
   * Returns the next deinterlaced picture, which is valid until the next call, or null. Its times
   * are in the time base of the pictures that went in.
   */
  AVFrame pull() throws IOException {
    avutil.av_frame_unref(filtered);
    if (graph == null || !graph.pull(filtered)) {
      return null;
    }
    if (filtered.pts() != avutil.AV_NOPTS_VALUE) {
      filtered.pts(filtered.pts() / 2); // bwdif halves the time base
    }
    return filtered;
  }

  @Override
  public void close() {
    natives.close();
  }
}
