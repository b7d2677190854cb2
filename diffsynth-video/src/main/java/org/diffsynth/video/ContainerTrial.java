package org.diffsynth.video;

import java.io.IOException;
import org.bytedeco.ffmpeg.avcodec.AVCodecParameters;
import org.bytedeco.ffmpeg.avformat.AVFormatContext;
import org.bytedeco.ffmpeg.avformat.AVIOContext;
import org.bytedeco.ffmpeg.avformat.AVOutputFormat;
import org.bytedeco.ffmpeg.avformat.AVStream;
import org.bytedeco.ffmpeg.avutil.AVDictionary;
import org.bytedeco.ffmpeg.avutil.AVRational;
import org.bytedeco.ffmpeg.global.avcodec;
import org.bytedeco.ffmpeg.global.avformat;
import org.bytedeco.ffmpeg.global.avutil;
import org.bytedeco.javacpp.BytePointer;
import org.diffsynth.compute.Closer;

/**
 * Finds out whether a container accepts a stream, by writing a header with that stream alone into
 * memory. The answer comes before the first frame; the real header is written after it.
 */
final class ContainerTrial {

  private ContainerTrial() {}

  /**
   * Returns whether a container accepts a stream.
   *
   * @param extension extension of the container's files
   * @param stream description of the stream, with the codec tag it is to be written with
   */
  static boolean accepts(String extension, AVCodecParameters stream, AVRational timeBase)
      throws IOException {
    try (Closer natives = new Closer()) {
      AVFormatContext container = new AVFormatContext(null);
      int created =
          avformat.avformat_alloc_output_context2(
              container, (AVOutputFormat) null, null, "file." + extension);
      Ffmpeg.check(created, "cannot create a ." + extension);
      natives.add(container, avformat::avformat_free_context);
      if (avformat.avformat_query_codec(container.oformat(), stream.codec_id(), 0) == 0) {
        return false;
      }
      AVStream added = Ffmpeg.allocated(avformat.avformat_new_stream(container, null), "a stream");
      Ffmpeg.check(avcodec.avcodec_parameters_copy(added.codecpar(), stream), "cannot copy");
      added.time_base().num(timeBase.num()).den(timeBase.den());
      AVIOContext memory = new AVIOContext(null);
      Ffmpeg.check(avformat.avio_open_dyn_buf(memory), "cannot try a ." + extension);
      natives.add(memory, ContainerTrial::free);
      container.pb(memory);
      return avformat.avformat_write_header(container, (AVDictionary) null) >= 0;
    }
  }

  private static void free(AVIOContext memory) {
    BytePointer bytes = new BytePointer();
    avformat.avio_close_dyn_buf(memory, bytes);
    avutil.av_free(bytes);
  }
}
