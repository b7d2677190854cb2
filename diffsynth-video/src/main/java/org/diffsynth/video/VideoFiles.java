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
import org.diffsynth.io.FrameFiles;

/**
 * Opens and creates whatever holds a video: MP4, MOV, MKV, WebM, AVI and GIF files, and folders of
 * pictures.
 *
 * <p>Files are read through FFmpeg, so most others can be read too. What is read is upright (the
 * rotation that phones note is applied), RGB, and of a constant frame rate.
 */
public final class VideoFiles {

  private static final Set<String> WRITABLE =
      Set.of("mp4", "m4v", "mov", "mkv", "webm", "avi", "gif");

  private VideoFiles() {}

  /**
   * Opens a video file, a folder of pictures in the natural order of their names, or one picture.
   *
   * <p>A video file is read through once without decoding, to know the exact number of frames and
   * that they are evenly spaced. Pictures play at {@link FrameRate#DEFAULT}.
   *
   * @throws IOException naming the file when it is not there, is no video, is truncated, or has a
   *     variable frame rate
   */
  public static FrameSource open(Path path) throws IOException {
    return open(path, Optional.empty());
  }

  /**
   * The same, but frames are taken to follow each other at {@code frameRate} whatever the file says
   * of their times. This is how pictures get a rate, and how a file of variable rate is read.
   */
  public static FrameSource open(Path path, FrameRate frameRate) throws IOException {
    return open(path, Optional.of(frameRate));
  }

  /** One of the two above. */
  public static FrameSource open(Path path, Optional<FrameRate> frameRate) throws IOException {
    if (!Files.exists(path)) {
      throw new IOException("there is no file or folder " + path);
    }
    boolean movie = Files.isRegularFile(path) && !isStill(path);
    return movie
        ? new VideoReader(path, frameRate.orElse(null))
        : FrameFiles.open(path, frameRate.orElse(FrameRate.DEFAULT));
  }

  /** A GIF counts as a video here, although it can be a picture as well. */
  private static boolean isStill(Path path) {
    return FrameFiles.isPicture(path) && !extension(path).equals("gif");
  }

  /** Whether {@link #create} would write a video file here, and not a folder of pictures. */
  public static boolean isVideoName(Path path) {
    return WRITABLE.contains(extension(path));
  }

  /**
   * Creates a video file, by its ending, or, where the name has no ending, a folder of PNG pictures
   * (16 bit for frames of more than 8). Nothing is seen under the real name before {@link
   * FrameSink#commit}.
   *
   * @throws IOException if the output exists and is not to be replaced, its folder cannot be
   *     written to, the encoder is missing, or the container cannot hold codec or audio
   */
  public static FrameSink create(Path path, VideoSettings settings) throws IOException {
    if (isVideoName(path)) {
      return VideoWriter.create(path, settings);
    }
    if (!extension(path).isEmpty() && !Files.isDirectory(path)) {
      throw new IOException(
          "cannot write "
              + path
              + ": a video ends in .mp4, .mov, .mkv, .webm, .avi or .gif, and a folder of pictures"
              + " has a name without an ending");
    }
    if (settings.codec().isPresent()) {
      throw new IOException(
          "a folder of pictures has no codec, but %s was asked for %s"
              .formatted(settings.codec().get(), path));
    }
    return FrameFiles.create(path, "png", settings.overwrite(), settings.texts());
  }

  static String extension(Path path) {
    String name = path.getFileName() == null ? "" : path.getFileName().toString();
    int dot = name.lastIndexOf('.');
    return dot <= 0 ? "" : name.substring(dot + 1).toLowerCase(Locale.ROOT);
  }
}
