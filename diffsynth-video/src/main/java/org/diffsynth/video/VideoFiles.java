package org.diffsynth.video;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.FrameRate;
import org.diffsynth.frame.FrameSink;
import org.diffsynth.frame.FrameSize;
import org.diffsynth.frame.FrameSource;
import org.diffsynth.internal.text.Text;
import org.diffsynth.io.FrameFiles;

/**
 * Opens and writes videos: MP4, MOV, MKV, WebM, AVI and GIF files, and folders of pictures.
 *
 * <p>Files are decoded by FFmpeg, so most other kinds can be read, too. Frames that are read are
 * upright (the rotation that phones store is applied) and RGB. A video with a variable frame rate
 * is read frame by frame; {@link FrameTimes} holds the times, and a video that is written with the
 * sound of that file and its average frame rate gets them.
 *
 * <pre>{@code
 * try (FrameSource input = VideoFiles.open(inputPath)) {
 *   VideoFiles.write(outputPath, VideoSettings.DEFAULT, sink -> {
 *     for (Frame frame = input.read(); frame != null; frame = input.read()) {
 *       sink.write(frame);
 *     }
 *   });
 * }
 * }</pre>
 */
public final class VideoFiles {

  private static final Set<String> WRITABLE =
      Set.of("mp4", "m4v", "mov", "mkv", "webm", "avi", "gif");

  private VideoFiles() {}

  /** Writes the frames of a video. */
  @FunctionalInterface
  public interface FrameWriter {

    /**
     * Writes all frames into a sink, in order. The caller commits and closes the sink.
     *
     * @throws IOException if a frame cannot be made or written; the video is then discarded
     */
    void writeTo(FrameSink sink) throws IOException;
  }

  /**
   * Stops FFmpeg's own messages on the console, in the whole process. This is for programs that own
   * their process, such as command-line tools: a library must not change a setting that other code
   * in the process may rely on, so by default FFmpeg's level stays as it is. Then only damaged
   * files make FFmpeg print, besides the exception that names them.
   */
  public static void muteFfmpeg() {
    Ffmpeg.muteProcess();
  }

  /**
   * Opens a video file, a folder of pictures in the natural order of their names, or one picture.
   *
   * <p>A video file is scanned once, to find the exact number of frames and their times. If the
   * frame rate is variable, the frames are given one by one, and the format states their average
   * rate. Pictures get the frame rate {@link FrameRate#DEFAULT}. The caller closes the source.
   *
   * @throws IOException naming the file if it does not exist, is not a video, or is truncated
   */
  public static FrameSource open(Path path) throws IOException {
    return open(path, Optional.empty());
  }

  /**
   * Opens a video at a given constant frame rate. Pictures are given that frame rate. A video file
   * is resampled by time: frames are repeated or left out so that each moment is shown when the
   * file shows it, to half a frame, and the sound stays in place. The caller closes the source.
   *
   * @throws IOException naming the file if it does not exist, is not a video, or is truncated
   */
  public static FrameSource open(Path path, FrameRate frameRate) throws IOException {
    return open(path, Optional.of(frameRate));
  }

  /**
   * Opens a video at a given frame rate, as {@link #open(Path, FrameRate)} does, or at its own if
   * the frame rate is empty. The caller closes the source.
   *
   * @throws IOException naming the file if it does not exist, is not a video, or is truncated
   */
  public static FrameSource open(Path path, Optional<FrameRate> frameRate) throws IOException {
    return open(
        path,
        new ReadSettings(
            frameRate, ReadSettings.DEFAULT.hdr(), ReadSettings.DEFAULT.deinterlace()));
  }

  /**
   * Opens a video with the given settings. The caller closes the source.
   *
   * @throws IOException naming the file if it does not exist, is not a video, or is truncated
   */
  public static FrameSource open(Path path, ReadSettings settings) throws IOException {
    Optional<FrameRate> rate = settings.frameRate();
    if (!isVideo(path)) {
      return FrameFiles.open(path, rate.orElse(FrameRate.DEFAULT));
    }
    VideoReader reader = new VideoReader(path, settings);
    FrameTimes times = reader.times();
    boolean hasRate = times.isConstant() && rate.stream().allMatch(times.frameRate()::equals);
    return rate.isEmpty() || hasRate ? reader : new ResampledSource(reader, times, rate.get());
  }

  /**
   * Returns how the frames that {@link #open} reads are to be shown: shape of pixels and colours.
   * Give them to {@link VideoSettings#withTags}, so that the output looks like the input.
   *
   * @param settings the settings that the file is opened with: tone-mapped frames have other
   *     colours than the file
   * @return the tags, or {@link PictureTags#NONE} for pictures
   * @throws IOException naming the file if it does not exist or is not a video
   */
  public static PictureTags tags(Path path, ReadSettings settings) throws IOException {
    if (!isVideo(path)) {
      return PictureTags.NONE;
    }
    PictureTags tags = PictureProbe.of(path).tags();
    return settings.hdr() == Hdr.TONE_MAP && tags.isHdr() ? tags.toneMapped() : tags;
  }

  private static boolean isVideo(Path path) throws IOException {
    if (FrameFiles.isFolder(path)) {
      return false;
    }
    MediaPaths.checkInput(path);
    return !isStill(path);
  }

  /**
   * Opens a video that is in memory. It is copied to a temporary file, which is deleted when the
   * source is closed. The caller closes the source.
   *
   * @throws IOException if the bytes are not a video or are truncated, as {@link #open(Path)}
   */
  public static FrameSource open(byte[] video) throws IOException {
    return open(new ByteArrayInputStream(video), video.length);
  }

  /**
   * Opens a video that comes from a stream, such as an upload or an entry of an archive. The stream
   * is first copied to a temporary file, because containers are read at several places in turn. The
   * file is deleted when the source is closed. The caller closes the source and the stream.
   *
   * <pre>{@code
   * try (FrameSource input = VideoFiles.open(upload, 500_000_000)) {
   *   VideoSettings settings =
   *       VideoSettings.DEFAULT
   *           .withFrameRate(input.format().frameRate())
   *           .withStreamsFrom(input);
   *   VideoFiles.write(
   *       reply,
   *       "mkv",
   *       settings,
   *       sink -> {
   *         for (Frame frame = input.read(); frame != null; frame = input.read()) {
   *           sink.write(frame);
   *         }
   *       });
   * }
   * }</pre>
   *
   * @param stream bytes of a video file, which are read to the end
   * @param maxBytes largest length of the stream that is accepted; an upload should be limited
   * @throws IOException if the stream is longer, does not fit on the disk, is not a video or is
   *     truncated, as {@link #open(Path)}
   */
  public static FrameSource open(InputStream stream, long maxBytes) throws IOException {
    return new StreamSource(stream, maxBytes);
  }

  /** Returns whether a file is one picture. A GIF counts as a video, although it can be either. */
  private static boolean isStill(Path path) throws IOException {
    if (!FrameFiles.isPicture(path) || extension(path).equals("gif")) {
      return false;
    }
    return extension(path).equals("webp") || !FrameFiles.isAnimation(path);
  }

  /** Returns whether {@link #create} writes a video file at this path, not a folder of pictures. */
  public static boolean isVideoName(Path path) {
    return WRITABLE.contains(extension(path));
  }

  /**
   * Checks, before the frames are computed, that a video of the given size can be written: that
   * container and codec fit, and that the encoder accepts the size, by encoding one black frame.
   *
   * @param path a path as for {@link #create}
   * @param depth depth of the frames
   * @throws IOException saying what can be done, if the video cannot be written
   */
  public static void check(Path path, VideoSettings settings, FrameSize size, Frame.Depth depth)
      throws IOException {
    if (isVideoName(path)) {
      VideoWriter.check(path, settings, size, depth);
    } else if (settings.tags().isHdr()) {
      Notices.warn(
          Text.format(
              "the pictures in %s hold the samples of a high dynamic range, but no tags that say so,"
                  + " so viewers show them too grey; write .mp4, .mov, .mkv or .webm to keep the tags",
              path));
    }
  }

  /**
   * Writes a video: creates the output, lets {@code frames} write into it, and commits it. If
   * {@code frames} fails, the output is discarded and an existing file stays as it is. To keep the
   * frames that were finished before a failure, use {@link #create} and commit the sink in any
   * case.
   *
   * @param path a file name with an extension of a video, or a name without an extension for a
   *     folder of PNG pictures (16 bits per sample for frames of more than 8)
   * @throws IOException as {@link #create}, or if a frame cannot be written
   */
  public static void write(Path path, VideoSettings settings, FrameWriter frames)
      throws IOException {
    try (FrameSink sink = open(path, settings)) {
      frames.writeTo(sink);
      sink.commit();
    }
  }

  /**
   * Writes a video to a stream. The video is first written to a temporary file, because containers
   * are written at several places in turn; it is copied to the stream when {@code frames} is done.
   * If {@code frames} fails, nothing is written to the stream. The caller closes the stream.
   *
   * @param stream receives the bytes of the video file
   * @param extension extension that names the container: mp4, m4v, mov, mkv, webm, avi or gif
   * @throws IOException as {@link #create}, or if a frame or the stream cannot be written
   */
  public static void write(
      OutputStream stream, String extension, VideoSettings settings, FrameWriter frames)
      throws IOException {
    String container = extension.toLowerCase(Locale.ROOT);
    if (!WRITABLE.contains(container)) {
      throw new IllegalArgumentException(
          "extension must be one of "
              + WRITABLE.stream().sorted().toList()
              + ", but was '"
              + extension
              + "'");
    }
    try (FrameSink sink = new StreamSink(stream, container, settings)) {
      frames.writeTo(sink);
      sink.commit();
    }
  }

  /**
   * Creates a sink for a video. Nothing is seen under the real name before {@link
   * FrameSink#commit}; {@link #write} commits by itself. The caller closes the sink.
   *
   * @param path a file name with an extension of a video, or a name without an extension for a
   *     folder of PNG pictures (16 bits per sample for frames of more than 8)
   * @throws IOException if the output exists and must not be replaced, the folder cannot be written
   *     to, the encoder is missing, or the container cannot hold the codec or the audio
   */
  public static FrameSink create(Path path, VideoSettings settings) throws IOException {
    return new CommitReminder(open(path, settings), path);
  }

  private static FrameSink open(Path path, VideoSettings settings) throws IOException {
    if (isVideoName(path)) {
      return VideoWriter.create(path, settings);
    }
    if (path.toString().equals("-")) {
      throw new IOException("standard output cannot be written to; name a file");
    }
    if (Files.exists(path) && !Files.isDirectory(path) && !Files.isRegularFile(path)) {
      MediaPaths.checkOutput(path);
    }
    if (!extension(path).isEmpty() && !Files.isDirectory(path)) {
      throw new IOException(
          "cannot write "
              + path
              + ": the name of a video ends in .mp4, .mov, .mkv, .webm, .avi or .gif, and the name of"
              + " a folder of pictures has no extension");
    }
    if (settings.codec().isPresent()) {
      throw new IOException(
          Text.format(
              "a folder of pictures has no codec, but %s was requested for %s",
              settings.codec().get(), path));
    }
    Path source = settings.streams().map(StreamCopy::source).orElse(null);
    List<Path> likes =
        source != null && FrameFiles.isFolder(source) ? FrameFiles.list(source) : List.of();
    return FrameFiles.create(path, "png", settings.overwrite(), settings.texts(), likes);
  }

  static String extension(Path path) {
    String name = path.getFileName() == null ? "" : path.getFileName().toString();
    int dot = name.lastIndexOf('.');
    return dot <= 0 ? "" : name.substring(dot + 1).toLowerCase(Locale.ROOT);
  }
}
