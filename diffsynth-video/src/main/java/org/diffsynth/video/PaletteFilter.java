package org.diffsynth.video;

import java.io.IOException;
import org.bytedeco.ffmpeg.avfilter.AVFilterContext;
import org.bytedeco.ffmpeg.avfilter.AVFilterGraph;
import org.bytedeco.ffmpeg.avfilter.AVFilterInOut;
import org.bytedeco.ffmpeg.avutil.AVFrame;
import org.bytedeco.ffmpeg.avutil.AVRational;
import org.bytedeco.ffmpeg.global.avfilter;
import org.bytedeco.ffmpeg.global.avutil;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;
import org.diffsynth.compute.Closer;
import org.diffsynth.internal.text.Text;

/** Chooses 256 colors for each frame and dithers the frame to them, with FFmpeg's filters. */
final class PaletteFilter implements AutoCloseable {

  private static final String GRAPH =
      "[in]split[a][b];[a]palettegen=stats_mode=single[p];[b][p]paletteuse=new=1[out]";

  private final Closer natives = new Closer();
  private AVFilterContext source;
  private AVFilterContext sink;
  private AVFrame indexed;

  private PaletteFilter() {}

  static PaletteFilter open(int width, int height, AVRational timeBase) throws IOException {
    PaletteFilter filter = new PaletteFilter();
    try {
      filter.build(width, height, timeBase);
      return filter;
    } catch (IOException | RuntimeException e) {
      filter.close();
      throw e;
    }
  }

  private void build(int width, int height, AVRational timeBase) throws IOException {
    AVFilterGraph graph =
        natives.add(
            Ffmpeg.allocated(avfilter.avfilter_graph_alloc(), "a filter"),
            avfilter::avfilter_graph_free);
    String failedTo = "cannot set up the choice of colors";
    source = new AVFilterContext(null);
    String input =
        Text.format(
            "video_size=%dx%d:pix_fmt=rgb24:time_base=%d/%d",
            width, height, timeBase.num(), timeBase.den());
    Ffmpeg.check(
        avfilter.avfilter_graph_create_filter(
            source, avfilter.avfilter_get_by_name("buffer"), "in", input, (Pointer) null, graph),
        failedTo);
    sink = new AVFilterContext(null);
    Ffmpeg.check(
        avfilter.avfilter_graph_create_filter(
            sink, avfilter.avfilter_get_by_name("buffersink"), "out", (String) null, null, graph),
        failedTo);
    AVFilterInOut outputs = end("in", source);
    AVFilterInOut inputs = end("out", sink);
    try {
      Ffmpeg.check(
          avfilter.avfilter_graph_parse_ptr(graph, GRAPH, inputs, outputs, (Pointer) null),
          failedTo);
    } finally {
      avfilter.avfilter_inout_free(inputs);
      avfilter.avfilter_inout_free(outputs);
    }
    Ffmpeg.check(avfilter.avfilter_graph_config(graph, null), failedTo);
    indexed =
        natives.add(Ffmpeg.allocated(avutil.av_frame_alloc(), "a frame"), avutil::av_frame_free);
  }

  private static AVFilterInOut end(String name, AVFilterContext filter) throws IOException {
    AVFilterInOut end = Ffmpeg.allocated(avfilter.avfilter_inout_alloc(), "a filter");
    end.name(avutil.av_strdup(new BytePointer(name)));
    end.filter_ctx(filter);
    end.pad_idx(0);
    end.next(null);
    return end;
  }

  /** Returns a frame in 256 colors. The caller releases the reference to it. */
  AVFrame apply(AVFrame rgb) throws IOException {
    String failedTo = "cannot choose the colors of a frame";
    Ffmpeg.check(
        avfilter.av_buffersrc_add_frame_flags(source, rgb, avfilter.AV_BUFFERSRC_FLAG_KEEP_REF),
        failedTo);
    Ffmpeg.check(avfilter.av_buffersink_get_frame(sink, indexed), failedTo);
    return indexed;
  }

  @Override
  public void close() {
    natives.close();
  }
}
