package org.diffsynth.video;

import java.io.IOException;
import java.nio.file.Path;
import org.bytedeco.ffmpeg.avcodec.AVCodec;
import org.bytedeco.ffmpeg.avcodec.AVCodecContext;
import org.bytedeco.ffmpeg.avcodec.AVCodecParameters;
import org.bytedeco.ffmpeg.avformat.AVStream;
import org.bytedeco.ffmpeg.avutil.AVDictionary;
import org.bytedeco.ffmpeg.global.avcodec;
import org.diffsynth.compute.Closer;
import org.diffsynth.internal.text.Text;

/** Opens decoders. */
final class Decoders {

  private Decoders() {}

  /**
   * Opens a decoder for a stream.
   *
   * @param file name of the file, for error messages
   * @param threads number of threads; each adds one frame of delay and memory
   * @param natives receives the decoder and frees it
   */
  static AVCodecContext open(Path file, AVStream stream, int threads, Closer natives)
      throws IOException {
    AVCodecParameters parameters = stream.codecpar();
    AVCodec codec = avcodec.avcodec_find_decoder(parameters.codec_id());
    if (codec == null) {
      throw new IOException(
          Text.format(
              "%s is compressed with %s, which this build of FFmpeg cannot decode",
              file, avcodec.avcodec_get_name(parameters.codec_id()).getString()));
    }
    AVCodecContext context =
        natives.add(
            Ffmpeg.silent(Ffmpeg.allocated(avcodec.avcodec_alloc_context3(codec), "a decoder")),
            avcodec::avcodec_free_context);
    String failedTo = "cannot open a decoder for " + file;
    Ffmpeg.check(avcodec.avcodec_parameters_to_context(context, parameters), failedTo);
    context.pkt_timebase(stream.time_base());
    context.thread_count(threads);
    Ffmpeg.check(avcodec.avcodec_open2(context, codec, (AVDictionary) null), failedTo);
    return context;
  }
}
