package org.diffsynth.video;

import static org.bytedeco.ffmpeg.global.avutil.AVMEDIA_TYPE_VIDEO;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.IntStream;
import org.bytedeco.ffmpeg.avcodec.AVCodec;
import org.bytedeco.ffmpeg.avcodec.AVPacket;
import org.bytedeco.ffmpeg.avformat.AVFormatContext;
import org.bytedeco.ffmpeg.avformat.AVInputFormat;
import org.bytedeco.ffmpeg.avformat.AVStream;
import org.bytedeco.ffmpeg.avutil.AVDictionary;
import org.bytedeco.ffmpeg.global.avformat;
import org.bytedeco.ffmpeg.global.avutil;
import org.diffsynth.internal.text.Text;

/** An open media file whose packets are read. */
final class VideoInput implements AutoCloseable {

  private final Path file;
  private final MediaIo io;
  private AVFormatContext context;
  private boolean open;

  private VideoInput(Path file, MediaIo io) {
    this.file = file;
    this.io = io;
  }

  static VideoInput open(Path file) throws IOException {
    Ffmpeg.load();
    if (!Files.isReadable(file)) {
      throw new IOException("cannot read " + file + ": no such file, or no permission");
    }
    if (Files.size(file) == 0) {
      throw new IOException(file + " is empty");
    }
    if (Playlists.isPlaylist(file)) {
      throw new IOException(
          file
              + " is a playlist, which names other files or addresses that are not opened; make one"
              + " file of it first (ffmpeg -i LIST -c copy VIDEO.mkv)");
    }
    VideoInput input = new VideoInput(file, MediaIo.read(file));
    try {
      input.openContext();
      return input;
    } catch (IOException | RuntimeException e) {
      input.close();
      throw e;
    }
  }

  private void openContext() throws IOException {
    context = Ffmpeg.allocated(avformat.avformat_alloc_context(), "a container");
    context.pb(io.context());
    AVDictionary options = new AVDictionary(null);
    // A playlist or another file that names further files or addresses cannot open any of them.
    avutil.av_dict_set(options, "protocol_whitelist", "none", 0);
    try {
      // On failure, FFmpeg frees the context. The name only helps to recognise the format.
      int opened =
          avformat.avformat_open_input(
              context, "file:" + file.getFileName(), (AVInputFormat) null, options);
      checkReadable(opened);
      open = true;
    } finally {
      avutil.av_dict_free(options);
    }
    checkReadable(avformat.avformat_find_stream_info(context, (AVDictionary) null));
  }

  private void checkReadable(int code) throws IOException {
    io.check(code, file + " is not a video that can be read, or is broken");
  }

  /** Returns FFmpeg's context, which is valid until this object is closed. */
  AVFormatContext context() {
    return context;
  }

  /**
   * Returns the index of the best video stream, or a negative number if there is none. Cover
   * pictures and thumbnails are not videos.
   */
  int bestVideo() {
    int best = avformat.av_find_best_stream(context, AVMEDIA_TYPE_VIDEO, -1, -1, (AVCodec) null, 0);
    if (best < 0 || isVideo(best)) {
      return best;
    }
    for (int i = 0; i < context.nb_streams(); i++) {
      if (isVideo(i)) {
        return i;
      }
    }
    return avutil.AVERROR_STREAM_NOT_FOUND();
  }

  /** Returns whether a stream holds moving pictures. */
  boolean isVideo(int index) {
    AVStream stream = context.streams(index);
    int stills = avformat.AV_DISPOSITION_ATTACHED_PIC | avformat.AV_DISPOSITION_TIMED_THUMBNAILS;
    return stream.codecpar().codec_type() == AVMEDIA_TYPE_VIDEO
        && (stream.disposition() & stills) == 0;
  }

  /** Returns the index of the best video stream, or throws an error if there is none. */
  int videoIndex() throws IOException {
    int index = bestVideo();
    if (index == avutil.AVERROR_STREAM_NOT_FOUND()) {
      throw new IOException(file + " holds no video");
    }
    Ffmpeg.check(index, "cannot find the video in " + file);
    long videos = IntStream.range(0, context.nb_streams()).filter(this::isVideo).count();
    if (videos > 1) {
      Notices.warn(
          Text.format(
              "%1$s holds %2$d videos; the one of stream %3$d is read. For another one, make a file"
                  + " of it first (ffmpeg -i FILE -map 0:v:N -map 0:a? -c copy ONE.mkv, N from 0)",
              file, videos, index));
    }
    return index;
  }

  /** Returns whether there is a video, not only the cover picture of a sound file. */
  boolean holdsVideo() {
    int best = bestVideo();
    return best >= 0
        && (context.streams(best).disposition() & avformat.AV_DISPOSITION_ATTACHED_PIC) == 0;
  }

  /** Returns the best video stream, which is valid until this object is closed. */
  AVStream video() throws IOException {
    return context.streams(videoIndex());
  }

  /** Reads the next packet of any stream, or returns false at the end of the file. */
  boolean readPacket(AVPacket packet) throws IOException {
    int code = avformat.av_read_frame(context, packet);
    boolean atEnd = code == avutil.AVERROR_EOF();
    io.check(atEnd ? 0 : code, file + " is damaged or truncated");
    return !atEnd;
  }

  @Override
  public void close() {
    if (open) {
      open = false;
      avformat.avformat_close_input(context);
    }
    io.close();
  }
}
