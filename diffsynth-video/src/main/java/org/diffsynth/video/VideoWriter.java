package org.diffsynth.video;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.function.ToLongFunction;
import org.diffsynth.compute.Closer;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.FrameSink;
import org.diffsynth.frame.FrameSize;
import org.diffsynth.internal.events.WorkEvent;
import org.diffsynth.internal.host.PartName;
import org.diffsynth.internal.text.Text;

/**
 * Encodes frames into a video file.
 *
 * <p>The file is written under a temporary name in the same folder and is renamed on commit, so
 * that a broken or half-finished file is never seen under its real name.
 */
final class VideoWriter implements FrameSink {

  /** Free space that must be left on the disk: the index at the end of a file needs some. */
  private static final int SPARE_FRAMES = 2;

  private static final long SPARE_BYTES = 1 << 20;

  private final Path file;
  private final VideoSettings settings;
  private final Path temporary;
  private final Closeable part;
  private final ToLongFunction<Path> freeBytes;
  private final Closer natives = new Closer();
  private VideoCodec codec;
  private Muxer muxer;
  private FrameEncoder encoder;
  private CopiedStreams copied;
  private OutputClock clock;
  private PaddedSize padding;
  private Frame first;
  private int framesWritten;
  private boolean committed;

  /**
   * Checks everything that can be checked before the first frame, and creates the temporary file.
   */
  static VideoWriter create(Path file, VideoSettings settings) throws IOException {
    VideoCodec codec = codecFor(file, settings);
    Path target = MediaPaths.checkOutput(file);
    Path folder = target.toAbsolutePath().getParent();
    if (Files.exists(file) && !settings.overwrite()) {
      throw new FileAlreadyExistsException(
          file.toString(), null, "exists and is kept; remove it or ask to overwrite");
    }
    Ffmpeg.load();
    FrameEncoder.find(codec);
    PartName part;
    try {
      Files.createDirectories(folder);
      part = PartName.of(file);
      try {
        // Files.createTempFile would let nobody but the owner read the finished file.
        Files.createFile(part.path());
      } catch (IOException e) {
        part.close();
        throw e;
      }
    } catch (IOException e) {
      throw new IOException("cannot write into the folder " + folder + ": " + e.getMessage(), e);
    }
    return new VideoWriter(file, settings, codec, part.path(), part, VideoWriter::usableSpace);
  }

  /**
   * Creates a writer that encodes frames into a temporary file.
   *
   * @param temporary an existing file, which is deleted on close if nothing was committed
   * @param part the lock on the temporary name, which this writer closes
   * @param freeBytes function from a file to the free space on its disk, in bytes
   */
  VideoWriter(
      Path file,
      VideoSettings settings,
      VideoCodec codec,
      Path temporary,
      Closeable part,
      ToLongFunction<Path> freeBytes)
      throws IOException {
    this.file = file;
    this.settings = settings;
    this.codec = codec;
    this.temporary = temporary;
    this.part = part;
    this.freeBytes = freeBytes;
    try {
      clock = OutputClock.of(settings, file);
      muxer = natives.add(new Muxer(file));
      if (settings.streams().isPresent()) {
        copied =
            natives.add(CopiedStreams.open(settings.streams().get(), file, muxer, clock.origin()));
      }
    } catch (IOException | RuntimeException e) {
      close();
      throw e;
    }
  }

  /** Checks that frames of a size can be encoded, by encoding one. */
  static void check(Path file, VideoSettings settings, FrameSize size, Frame.Depth depth)
      throws IOException {
    VideoCodec codec = codecFor(file, settings);
    if (settings.codec().isEmpty()) {
      codec = VideoCodec.defaultFor(VideoFiles.extension(file), depth);
    }
    checkSize(codec, size);
    warnOfDepth(file, codec, depth);
    Ffmpeg.load();
    Frame black =
        (depth == Frame.Depth.UINT8
                ? Frame.ofRgb8(
                    size.width(), size.height(), new byte[3 * size.width() * size.height()])
                : Frame.ofRgb16(
                    size.width(), size.height(), new short[3 * size.width() * size.height()]))
            .as(depth);
    Frame padded = PaddedSize.of(size, codec.needsEvenSize()).pad(black);
    OutputClock clock = OutputClock.of(settings.withoutStreams(), file);
    try (FrameEncoder encoder =
        FrameEncoder.open(codec, padded, settings, clock, true, packet -> {})) {
      encoder.encode(padded, 0);
    } catch (IOException e) {
      throw new IOException(
          Text.format(
              "%s cannot encode frames of %s at %s frames per second (%s); write FFV1 (.mkv) or a"
                  + " folder of pictures",
              codec, size, clock.rate(), e.getMessage()),
          e);
    }
  }

  private static VideoCodec codecFor(Path file, VideoSettings settings) throws IOException {
    String extension = VideoFiles.extension(file);
    VideoCodec codec = settings.codec().orElse(VideoCodec.defaultFor(extension));
    if (!codec.extensions().contains(extension)) {
      throw new IOException(
          Text.format(
              "%s cannot be written with %s, which needs a file with one of the extensions %s",
              file, codec, codec.extensions().stream().sorted().toList()));
    }
    if (settings.codec().isPresent() && settings.tags().isHdr() && !codec.isDeep()) {
      throw new IOException(
          Text.format(
              "%s stores 8 bits per sample, which are too few for a high dynamic range; write %s"
                  + " with AV1 (.mp4 .mkv .webm), PRORES (.mov .mkv) or FFV1 (.mkv), or tone-map the"
                  + " input",
              codec, file.getFileName()));
    }
    return codec;
  }

  private static long usableSpace(Path path) {
    try {
      return Files.getFileStore(path).getUsableSpace();
    } catch (IOException | UnsupportedOperationException e) {
      return Long.MAX_VALUE; // an unknown amount; writing fails when the disk is full
    }
  }

  @Override
  public void write(Frame frame) throws IOException {
    WorkEvent event = WorkEvent.started(new WorkEvent.Files());
    writeNext(frame);
    event.done("ffmpeg", "write", frame.width(), frame.height(), 1);
  }

  private void writeNext(Frame frame) throws IOException {
    if (committed) {
      throw new IllegalStateException("the video is committed; no more frames can be written");
    }
    if (first == null) {
      begin(frame);
    } else if (!frame.sameSize(first)) {
      throw new IllegalArgumentException(
          Text.format(
              "all frames must have the size of the first, %s, but frame %d is %s",
              first.size(), framesWritten, frame.size()));
    }
    checkSpace(SPARE_FRAMES * (long) frame.width() * frame.height() * 3 + SPARE_BYTES);
    try {
      if (copied != null) {
        copied.copyUntil(clock.secondsAt(framesWritten + 1));
      }
      Frame padded = padding.pad(frame);
      int next = clock.placeOf(framesWritten + 1);
      for (int place = clock.placeOf(framesWritten); place < next; place++) {
        encoder.encode(padded, clock.tickAt(place));
      }
    } catch (IOException e) {
      throw new IOException(
          Text.format("cannot write frame %d to %s: %s", framesWritten, file, e.getMessage()), e);
    }
    framesWritten++;
  }

  private void begin(Frame frame) throws IOException {
    if (settings.codec().isEmpty()) {
      codec = VideoCodec.defaultFor(VideoFiles.extension(file), frame.depth());
    }
    checkSize(codec, frame.size());
    warnOfDepth(file, codec, frame.depth());
    checkSpace((long) frame.width() * frame.height() * 3);
    padding = PaddedSize.of(frame.size(), codec.needsEvenSize());
    encoder =
        natives.add(
            FrameEncoder.open(
                codec,
                padding.pad(frame),
                settings,
                clock,
                muxer.storesCodecHeader(),
                muxer::write));
    muxer.begin(
        temporary,
        encoder.context(),
        clock.constantRate(),
        clock.lead(),
        padding,
        settings.tags().light());
    if (copied != null) {
      copied.begin();
    }
    first = frame;
  }

  /** Stops before the disk is full, so that there is room to finish the file. */
  private void checkSpace(long needed) throws IOException {
    long free = freeBytes.applyAsLong(temporary);
    if (free < needed) {
      throw new IOException(
          Text.format(
              "no room for %s: %d bytes free on its disk, at least %d needed", file, free, needed));
    }
  }

  private static void checkSize(VideoCodec codec, FrameSize size) throws IOException {
    if (Math.min(size.width(), size.height()) < codec.smallestSide()) {
      throw new IOException(
          Text.format(
              "%1$s needs frames of at least %2$dx%2$d, but they are %3$s; write FFV1 (.mkv)",
              codec, codec.smallestSide(), size));
    }
  }

  private static void warnOfDepth(Path file, VideoCodec codec, Frame.Depth depth) {
    if (depth != Frame.Depth.UINT8 && !codec.isDeep()) {
      Notices.warn(
          Text.format(
              "%s gets 8 of the bits per sample of its frames, because %s stores no more; to keep"
                  + " them, write AV1 (.mp4 .mkv .webm), PRORES (.mov) or FFV1 (.mkv)",
              file, codec));
    }
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
      if (copied != null) {
        // Sound may be longer than the last frame.
        copied.finish(
            clock.isWhole(framesWritten)
                ? Double.POSITIVE_INFINITY
                : clock.secondsAt(framesWritten));
      }
      muxer.finish();
    } catch (IOException e) {
      throw new IOException(Text.format("cannot finish %s: %s", file, e.getMessage()), e);
    }
    Path target = MediaPaths.checkOutput(file);
    if (settings.overwrite()) {
      Files.move(temporary, target, StandardCopyOption.REPLACE_EXISTING);
    } else {
      Files.move(temporary, target); // fails if the file was created in the meantime
    }
    committed = true;
  }

  @Override
  public void close() throws IOException {
    try (part) {
      natives.close();
      if (!committed) {
        Files.deleteIfExists(temporary);
      }
    }
  }
}
