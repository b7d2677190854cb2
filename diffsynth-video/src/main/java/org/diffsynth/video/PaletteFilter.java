package org.diffsynth.video;

import java.io.IOException;
import org.bytedeco.ffmpeg.avutil.AVFrame;
import org.bytedeco.ffmpeg.avutil.AVRational;
import org.bytedeco.ffmpeg.global.avutil;
import org.diffsynth.compute.Closer;
import org.diffsynth.internal.text.Text;

/** Chooses 256 colors for each frame and dithers the frame to them, with FFmpeg's filters. */
final class PaletteFilter implements AutoCloseable {

  private static final String CHAIN =
      "[in]split[a][b];[a]palettegen=stats_mode=single[p];[b][p]paletteuse=new=1[out]";
  private static final String PURPOSE = "choose the colors of a frame";

  private final Closer natives = new Closer();
  private final FilterGraph graph;
  private final AVFrame indexed;

  private PaletteFilter(int width, int height, AVRational timeBase) throws IOException {
    String input =
        Text.format(
            "video_size=%dx%d:pix_fmt=rgb24:time_base=%d/%d",
            width, height, timeBase.num(), timeBase.den());
    graph = natives.add(FilterGraph.open(input, CHAIN, PURPOSE));
    indexed =
        natives.add(Ffmpeg.allocated(avutil.av_frame_alloc(), "a frame"), avutil::av_frame_free);
  }

  static PaletteFilter open(int width, int height, AVRational timeBase) throws IOException {
    return new PaletteFilter(width, height, timeBase);
  }

  /** Returns a frame in 256 colors. The caller releases the reference to it. */
  AVFrame apply(AVFrame rgb) throws IOException {
    graph.push(rgb);
    if (!graph.pull(indexed)) {
      throw new IOException("cannot " + PURPOSE);
    }
    return indexed;
  }

  @Override
  public void close() {
    natives.close();
  }
}
