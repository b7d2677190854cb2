package org.diffsynth.video;

import static org.bytedeco.ffmpeg.global.avutil.AVMEDIA_TYPE_VIDEO;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.bytedeco.ffmpeg.avcodec.AVCodec;
import org.bytedeco.ffmpeg.avcodec.AVPacket;
import org.bytedeco.ffmpeg.avformat.AVFormatContext;
import org.bytedeco.ffmpeg.avformat.AVInputFormat;
import org.bytedeco.ffmpeg.avformat.AVStream;
import org.bytedeco.ffmpeg.avutil.AVDictionary;
import org.bytedeco.ffmpeg.global.avformat;
import org.bytedeco.ffmpeg.global.avutil;

/** An open media file whose packets are read. */
final class VideoInput implements AutoCloseable {

  private final Path file;
  private final AVFormatContext context;
  private boolean open = true;

  private VideoInput(Path file, AVFormatContext context) {
    this.file = file;
    this.context = context;
  }

  static VideoInput open(Path file) throws IOException {
    Ffmpeg.load();
    if (!Files.isReadable(file)) {
      throw new IOException("cannot read " + file + ": no such file, or no permission");
    }
    if (Files.size(file) == 0) {
      throw new IOException(file + " is empty");
    }
    AVFormatContext context = new AVFormatContext(null);
    // Without "file:", FFmpeg would take the start of a name such as "a:b.mp4" for a protocol.
    int opened =
        avformat.avformat_open_input(
            context, "file:" + file, (AVInputFormat) null, (AVDictionary) null);
    Ffmpeg.check(opened, file + " is not a video that can be read, or is broken");
    VideoInput input = new VideoInput(file, context);
    try {
      int found = avformat.avformat_find_stream_info(context, (AVDictionary) null);
      Ffmpeg.check(found, file + " is not a video that can be read, or is broken");
      return input;
    } catch (IOException | RuntimeException e) {
      input.close();
      throw e;
    }
  }

  /** Returns FFmpeg's context, which is valid until this object is closed. */
  AVFormatContext context() {
    return context;
  }

  /** Returns the index of the best video stream, or a negative number if there is none. */
  int bestVideo() {
    return avformat.av_find_best_stream(context, AVMEDIA_TYPE_VIDEO, -1, -1, (AVCodec) null, 0);
  }

  /** Returns the index of the best video stream, or throws an error if there is none. */
  int videoIndex() throws IOException {
    int index = bestVideo();
    if (index == avutil.AVERROR_STREAM_NOT_FOUND()) {
      throw new IOException(file + " holds no video");
    }
    return Ffmpeg.check(index, "cannot find the video in " + file);
  }

  /** Returns the best video stream, which is valid until this object is closed. */
  AVStream video() throws IOException {
    return context.streams(videoIndex());
  }

  /** Reads the next packet of any stream, or returns false at the end of the file. */
  boolean readPacket(AVPacket packet) throws IOException {
    int code = avformat.av_read_frame(context, packet);
    if (code == avutil.AVERROR_EOF()) {
      return false;
    }
    Ffmpeg.check(code, file + " is damaged or truncated");
    return true;
  }

  @Override
  public void close() {
    if (open) {
      open = false;
      avformat.avformat_close_input(context);
    }
  }
}
