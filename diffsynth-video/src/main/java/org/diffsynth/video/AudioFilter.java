package org.diffsynth.video;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.bytedeco.ffmpeg.avfilter.AVFilterContext;
import org.bytedeco.ffmpeg.avfilter.AVFilterGraph;
import org.bytedeco.ffmpeg.avfilter.AVFilterInOut;
import org.bytedeco.ffmpeg.avutil.AVChannelLayout;
import org.bytedeco.ffmpeg.avutil.AVFrame;
import org.bytedeco.ffmpeg.avutil.AVRational;
import org.bytedeco.ffmpeg.global.avfilter;
import org.bytedeco.ffmpeg.global.avutil;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;
import org.diffsynth.compute.Closer;
import org.diffsynth.internal.text.Text;

/**
 * Converts decoded sound to the sample rate, format and block length of an encoder. Gaps between
 * packets are filled with silence, so that the sound stays beside the picture.
 */
final class AudioFilter implements AutoCloseable {

  private final Closer natives = new Closer();
  private final AVFilterContext source = new AVFilterContext(null);
  private final AVFilterContext sink = new AVFilterContext(null);

  /**
   * Sets up the conversion.
   *
   * @param first a decoded block of sound, which states the format that comes in
   * @param timeBase time base of the decoded blocks
   * @param chain filters by FFmpeg's names
   */
  AudioFilter(AVFrame first, AVRational timeBase, String chain) throws IOException {
    try {
      build(first, timeBase, chain);
    } catch (IOException | RuntimeException e) {
      close();
      throw e;
    }
  }

  private void build(AVFrame first, AVRational timeBase, String chain) throws IOException {
    String failedTo = "cannot set up the conversion of sound";
    AVFilterGraph graph =
        natives.add(
            Ffmpeg.allocated(avfilter.avfilter_graph_alloc(), "a filter"),
            avfilter::avfilter_graph_free);
    String input =
        Text.format(
            "time_base=%d/%d:sample_rate=%d:sample_fmt=%d:channel_layout=%s",
            timeBase.num(), timeBase.den(), first.sample_rate(), first.format(), layout(first));
    Ffmpeg.check(
        avfilter.avfilter_graph_create_filter(
            source, avfilter.avfilter_get_by_name("abuffer"), "in", input, (Pointer) null, graph),
        failedTo);
    Ffmpeg.check(
        avfilter.avfilter_graph_create_filter(
            sink, avfilter.avfilter_get_by_name("abuffersink"), "out", (String) null, null, graph),
        failedTo);
    AVFilterInOut outputs = end("in", source);
    AVFilterInOut inputs = end("out", sink);
    try {
      Ffmpeg.check(
          avfilter.avfilter_graph_parse_ptr(graph, chain, inputs, outputs, (Pointer) null),
          failedTo);
    } finally {
      avfilter.avfilter_inout_free(inputs);
      avfilter.avfilter_inout_free(outputs);
    }
    Ffmpeg.check(avfilter.avfilter_graph_config(graph, null), failedTo);
    for (int i = 0; i < graph.nb_filters(); i++) {
      SilentFilter.silence(graph.filters(i));
    }
  }

  /** Returns the layout of the channels of a block in FFmpeg's words, such as stereo. */
  private static String layout(AVFrame frame) {
    AVChannelLayout layout = frame.ch_layout();
    if (layout.order() == avutil.AV_CHANNEL_ORDER_UNSPEC) {
      avutil.av_channel_layout_default(layout, layout.nb_channels());
    }
    return layout(layout);
  }

  /** Returns a layout of channels in FFmpeg's words, such as stereo. */
  static String layout(AVChannelLayout layout) {
    byte[] text = new byte[128];
    int length = avutil.av_channel_layout_describe(layout, text, text.length);
    return new String(text, 0, Math.max(0, length - 1), StandardCharsets.US_ASCII);
  }

  private static AVFilterInOut end(String name, AVFilterContext filter) throws IOException {
    AVFilterInOut end = Ffmpeg.allocated(avfilter.avfilter_inout_alloc(), "a filter");
    try (BytePointer text = new BytePointer(name)) {
      end.name(avutil.av_strdup(text));
    }
    end.filter_ctx(filter).pad_idx(0).next(null);
    return end;
  }

  /** Puts a decoded block in, or null at the end. The caller keeps the block. */
  void put(AVFrame block) throws IOException {
    Ffmpeg.check(
        avfilter.av_buffersrc_add_frame_flags(source, block, avfilter.AV_BUFFERSRC_FLAG_KEEP_REF),
        "cannot convert sound");
  }

  /** Takes a converted block out, or returns false if there is none yet. */
  boolean take(AVFrame block) {
    return avfilter.av_buffersink_get_frame(sink, block) >= 0;
  }

  @Override
  public void close() {
    natives.close();
  }
}
