package org.diffsynth.video;

import static org.bytedeco.ffmpeg.presets.avutil.AVERROR_EAGAIN;

import java.io.IOException;
import org.bytedeco.ffmpeg.avfilter.AVFilterContext;
import org.bytedeco.ffmpeg.avfilter.AVFilterGraph;
import org.bytedeco.ffmpeg.avfilter.AVFilterInOut;
import org.bytedeco.ffmpeg.avutil.AVFrame;
import org.bytedeco.ffmpeg.global.avfilter;
import org.bytedeco.ffmpeg.global.avutil;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;
import org.diffsynth.compute.Closer;

/** A chain of FFmpeg's filters with one input and one output. */
final class FilterGraph implements AutoCloseable {

  private final String purpose;
  private final Closer natives = new Closer();
  private AVFilterContext source;
  private AVFilterContext sink;

  private FilterGraph(String purpose) {
    this.purpose = purpose;
  }

  /**
   * Sets up filters.
   *
   * @param input description of the input pictures, as the filter {@code buffer} reads it
   * @param chain filters between the labels {@code [in]} and {@code [out]}
   * @param purpose what the filters do, for error messages, such as "choose the colors of a frame"
   */
  static FilterGraph open(String input, String chain, String purpose) throws IOException {
    FilterGraph graph = new FilterGraph(purpose);
    try {
      graph.build(input, chain);
      return graph;
    } catch (IOException | RuntimeException e) {
      graph.close();
      throw e;
    }
  }

  private void build(String input, String chain) throws IOException {
    AVFilterGraph graph =
        natives.add(
            Ffmpeg.allocated(avfilter.avfilter_graph_alloc(), "a filter"),
            avfilter::avfilter_graph_free);
    source = new AVFilterContext(null);
    check(
        avfilter.avfilter_graph_create_filter(
            source, avfilter.avfilter_get_by_name("buffer"), "in", input, (Pointer) null, graph));
    sink = new AVFilterContext(null);
    check(
        avfilter.avfilter_graph_create_filter(
            sink, avfilter.avfilter_get_by_name("buffersink"), "out", (String) null, null, graph));
    AVFilterInOut outputs = end("in", source);
    AVFilterInOut inputs = end("out", sink);
    try {
      check(avfilter.avfilter_graph_parse_ptr(graph, chain, inputs, outputs, (Pointer) null));
    } finally {
      avfilter.avfilter_inout_free(inputs);
      avfilter.avfilter_inout_free(outputs);
    }
    check(avfilter.avfilter_graph_config(graph, null));
    for (int i = 0; i < graph.nb_filters(); i++) {
      SilentFilter.silence(graph.filters(i));
    }
  }

  private static AVFilterInOut end(String name, AVFilterContext filter) throws IOException {
    AVFilterInOut end = Ffmpeg.allocated(avfilter.avfilter_inout_alloc(), "a filter");
    end.name(avutil.av_strdup(new BytePointer(name)));
    end.filter_ctx(filter);
    end.pad_idx(0);
    end.next(null);
    return end;
  }

  private int check(int code) throws IOException {
    return Ffmpeg.check(code, "cannot " + purpose);
  }

  /** Gives a frame to the filters, which keep a reference to it; null means the end. */
  void push(AVFrame frame) throws IOException {
    check(
        avfilter.av_buffersrc_add_frame_flags(source, frame, avfilter.AV_BUFFERSRC_FLAG_KEEP_REF));
  }

  /**
   * Gets the next filtered frame.
   *
   * @param filtered receives a reference to the frame, which the caller releases
   * @return whether there was a frame; otherwise the filters need more frames, or all are filtered
   */
  boolean pull(AVFrame filtered) throws IOException {
    int code = avfilter.av_buffersink_get_frame(sink, filtered);
    if (code == AVERROR_EAGAIN() || code == avutil.AVERROR_EOF()) {
      return false;
    }
    check(code);
    return true;
  }

  @Override
  public void close() {
    natives.close();
  }
}
