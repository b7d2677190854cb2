package org.diffsynth.video;

import static org.bytedeco.ffmpeg.global.avformat.AVFMT_GLOBALHEADER;
import static org.bytedeco.ffmpeg.global.avformat.AVIO_FLAG_WRITE;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.SecureRandom;
import java.util.function.ToLongFunction;
import org.bytedeco.ffmpeg.avformat.AVFormatContext;
import org.bytedeco.ffmpeg.avformat.AVIOContext;
import org.bytedeco.ffmpeg.avformat.AVOutputFormat;
import org.bytedeco.ffmpeg.avformat.AVStream;
import org.bytedeco.ffmpeg.avutil.AVDictionary;
import org.bytedeco.ffmpeg.global.avcodec;
import org.bytedeco.ffmpeg.global.avformat;
import org.diffsynth.compute.Closer;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.FrameSink;

/**
 * Encodes frames into a file. It is written under a temporary name in the same folder and gets its
 * own on commit, so that a broken or half-finished file is never seen.
 */
final class VideoWriter implements FrameSink {

  /** What openh264 accepts. */
  private static final int MIN_H264_SIDE = 16;

  private final Path file;
  private final VideoSettings settings;
  private final VideoCodec codec;
  private final Path temporary;
  private final ToLongFunction<Path> freeBytes;
  private final Closer natives = new Closer();
  private AVFormatContext container;
  private AVStream stream;
  private FrameEncoder encoder;
  private AudioCopy audio;
  private Frame first;
  private int framesWritten;
  private boolean committed;

  /** Does everything that can fail before the first frame, and nothing visible. */
  static VideoWriter create(Path file, VideoSettings settings) throws IOException {
    Path folder = file.toAbsolutePath().getParent();
    VideoCodec codec = codecFor(file, settings);
    if (Files.exists(file) && !settings.overwrite()) {
      throw new FileAlreadyExistsException(
          file.toString(), null, "exists and is kept; remove it or ask to overwrite");
    }
    if (Files.isDirectory(file)) {
      throw new IOException(file + " is a folder, not a file");
    }
    Ffmpeg.load();
    FrameEncoder.find(codec);
    Path temporary;
    try {
      Files.createDirectories(folder);
      // Not createTempFile, which would let nobody but the owner read the finished file.
      String random = Long.toHexString(new SecureRandom().nextLong());
      temporary =
          Files.createFile(folder.resolve(".%s.%s.part".formatted(file.getFileName(), random)));
    } catch (IOException e) {
      throw new IOException("cannot write into the folder " + folder + ": " + e.getMessage(), e);
    }
    return new VideoWriter(file, settings, codec, temporary, VideoWriter::usableSpace);
  }

  /**
   * @param temporary exists already, and is deleted on close if nothing was committed
   * @param freeBytes how much room there is for a file
   */
  VideoWriter(
      Path file,
      VideoSettings settings,
      VideoCodec codec,
      Path temporary,
      ToLongFunction<Path> freeBytes)
      throws IOException {
    this.file = file;
    this.settings = settings;
    this.codec = codec;
    this.temporary = temporary;
    this.freeBytes = freeBytes;
    try {
      openContainer();
      if (settings.audioFrom().isPresent()) {
        audio =
            natives.add(
                AudioCopy.open(settings.audioFrom().get(), file, container), AudioCopy::close);
      }
    } catch (IOException | RuntimeException e) {
      close();
      throw e;
    }
  }

  private static VideoCodec codecFor(Path file, VideoSettings settings) throws IOException {
    String extension = VideoFiles.extension(file);
    VideoCodec codec = settings.codec().orElse(VideoCodec.defaultFor(extension));
    if (!codec.extensions().contains(extension)) {
      throw new IOException(
          "%s cannot be written with %s, which needs a file ending in one of %s"
              .formatted(file, codec, codec.extensions().stream().sorted().toList()));
    }
    return codec;
  }

  private static long usableSpace(Path path) {
    try {
      return Files.getFileStore(path).getUsableSpace();
    } catch (IOException e) {
      return Long.MAX_VALUE; // a file system that does not say will tell when it is full
    }
  }

  private void openContainer() throws IOException {
    container = new AVFormatContext(null);
    String failedTo = "cannot create " + file;
    Ffmpeg.check(
        avformat.avformat_alloc_output_context2(
            container, (AVOutputFormat) null, null, file.getFileName().toString()),
        failedTo);
    natives.add(container, avformat::avformat_free_context);
    // Without random numbers and dates, so that the same frames give the same file.
    container.flags(container.flags() | AVFormatContext.AVFMT_FLAG_BITEXACT);
    stream = Ffmpeg.allocated(avformat.avformat_new_stream(container, null), "a stream of " + file);
  }

  @Override
  public void write(Frame frame) throws IOException {
    if (committed) {
      throw new IllegalStateException("the video is committed; no more frames can be written");
    }
    if (first == null) {
      begin(frame);
    } else if (!frame.sameSize(first)) {
      throw new IllegalArgumentException(
          "all frames must have the size of the first, %s, but frame %d is %s"
              .formatted(first.size(), framesWritten, frame.size()));
    }
    try {
      if (audio != null) {
        audio.copyUntil(settings.frameRate().secondsAt(framesWritten + 1));
      }
      encoder.encode(frame, framesWritten);
    } catch (IOException e) {
      throw new IOException(
          "cannot write frame %d to %s: %s".formatted(framesWritten, file, e.getMessage()), e);
    }
    framesWritten++;
  }

  private void begin(Frame frame) throws IOException {
    if (codec.needsEvenSize() && (frame.width() % 2 != 0 || frame.height() % 2 != 0)) {
      throw new IOException(
          ("%s needs an even width and height, but the frames are %s. Resize them to %dx%d, or write"
                  + " FFV1 (.mkv), GIF or a folder of pictures, which keep odd sizes")
              .formatted(codec, frame.size(), frame.width() & ~1, frame.height() & ~1));
    }
    if (codec == VideoCodec.H264 && Math.min(frame.width(), frame.height()) < MIN_H264_SIDE) {
      throw new IOException(
          "H264 needs frames of at least %1$dx%1$d, but they are %2$s; write FFV1 (.mkv)"
              .formatted(MIN_H264_SIDE, frame.size()));
    }
    long needed = (long) frame.width() * frame.height() * 3;
    long free = freeBytes.applyAsLong(temporary);
    if (free < needed) {
      throw new IOException(
          "no room for %s: %d bytes free, at least %d needed".formatted(file, free, needed));
    }
    boolean headerApart = (container.oformat().flags() & AVFMT_GLOBALHEADER) != 0;
    encoder =
        natives.add(
            FrameEncoder.open(codec, frame, settings, headerApart, this::writePacket),
            FrameEncoder::close);
    Ffmpeg.check(
        avcodec.avcodec_parameters_from_context(stream.codecpar(), encoder.context()),
        "cannot describe the video in " + file);
    stream
        .time_base()
        .num(settings.frameRate().denominator())
        .den(settings.frameRate().numerator());
    stream
        .avg_frame_rate()
        .num(settings.frameRate().numerator())
        .den(settings.frameRate().denominator());
    AVIOContext io = new AVIOContext(null);
    Ffmpeg.check(
        avformat.avio_open(io, "file:" + temporary, AVIO_FLAG_WRITE), "cannot write " + file);
    container.pb(io);
    natives.add(container, VideoWriter::closeIo);
    Ffmpeg.check(
        avformat.avformat_write_header(container, (AVDictionary) null), "cannot write " + file);
    if (audio != null) {
      audio.begin();
    }
    first = frame;
  }

  private static void closeIo(AVFormatContext container) {
    AVIOContext io = container.pb();
    if (io != null) {
      avformat.avio_closep(io);
      container.pb(null);
    }
  }

  private void writePacket(org.bytedeco.ffmpeg.avcodec.AVPacket packet) throws IOException {
    avcodec.av_packet_rescale_ts(packet, encoder.context().time_base(), stream.time_base());
    packet.stream_index(stream.index());
    Ffmpeg.check(avformat.av_interleaved_write_frame(container, packet), "writing failed");
  }

  @Override
  public void commit() throws IOException {
    if (committed) {
      return;
    }
    if (first == null) {
      throw new IOException("no frame was written to " + file + ", so there is no video to keep");
    }
    try {
      encoder.finish();
      Ffmpeg.check(avformat.av_write_trailer(container), "writing the end failed");
      AVIOContext io = container.pb();
      container.pb(null);
      Ffmpeg.check(avformat.avio_closep(io), "closing failed");
    } catch (IOException e) {
      throw new IOException("cannot finish %s: %s".formatted(file, e.getMessage()), e);
    }
    if (settings.overwrite()) {
      Files.move(temporary, file, StandardCopyOption.REPLACE_EXISTING);
    } else {
      Files.move(temporary, file); // fails if somebody else made the file meanwhile
    }
    committed = true;
  }

  @Override
  public void close() throws IOException {
    natives.close();
    if (!committed) {
      Files.deleteIfExists(temporary);
    }
  }
}
