package org.diffsynth.video;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.diffsynth.frame.FrameRate;
import org.diffsynth.frame.FrameSink;
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
    if (!Files.exists(path)) {
      throw new IOException("there is no file or folder " + path);
    }
    boolean isVideo = Files.isRegularFile(path) && !isStill(path);
    if (!isVideo) {
      return FrameFiles.open(path, frameRate.orElse(FrameRate.DEFAULT));
    }
    VideoReader reader = new VideoReader(path);
    boolean isSteady =
        frameRate.isEmpty()
            || (reader.times().isConstant() && reader.times().frameRate().equals(frameRate.get()));
    return isSteady ? reader : new ResampledSource(reader, reader.times(), frameRate.get());
  }

  /** Returns whether a file is one picture. A GIF counts as a video, although it can be either. */
  private static boolean isStill(Path path) {
    return FrameFiles.isPicture(path) && !extension(path).equals("gif");
  }

  /** Returns whether {@link #create} writes a video file at this path, not a folder of pictures. */
  public static boolean isVideoName(Path path) {
    return WRITABLE.contains(extension(path));
  }

  /**
   * Writes a video: creates the output, lets {@code frames} write into it, and commits it. If
   * {@code frames} fails, the output is discarded and an existing file stays as it is.
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
    return FrameFiles.create(path, "png", settings.overwrite(), settings.texts());
  }

  static String extension(Path path) {
    String name = path.getFileName() == null ? "" : path.getFileName().toString();
    int dot = name.lastIndexOf('.');
    return dot <= 0 ? "" : name.substring(dot + 1).toLowerCase(Locale.ROOT);
  }
}
