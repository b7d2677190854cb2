package org.diffsynth.app.options;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.diffsynth.app.frames.LaterStart;
import org.diffsynth.app.frames.NamedFrames;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.FrameRate;
import org.diffsynth.frame.FrameSource;
import org.diffsynth.frame.VideoFormat;
import org.diffsynth.internal.text.Text;
import org.diffsynth.io.FrameSources;
import org.diffsynth.video.Deinterlace;
import org.diffsynth.video.FrameTimes;
import org.diffsynth.video.Hdr;
import org.diffsynth.video.PictureTags;
import org.diffsynth.video.PixelAspect;
import org.diffsynth.video.ReadSettings;
import org.diffsynth.video.VideoFiles;
import picocli.CommandLine.Option;

/** Command-line options for reading input videos, and for inputs of different sizes. */
public class InputOptions {

  @Option(
      names = "--frame-rate",
      order = 50,
      paramLabel = "RATE",
      converter = FrameRateConverter.class,
      description =
          "Show the inputs at this number of frames per second, such as 25, 29.97 or 30000/1001:"
              + " frames of video files are repeated or left out by time. Default: all frames of"
              + " the file at their own times; 25 per second for folders of pictures.")
  private FrameRate frameRate;

  @Option(
      names = "--resize",
      order = 51,
      description =
          "Scale inputs of different sizes to one size, even if that stretches them. Default: stop"
              + " with an error if sizes differ; a guide or mask may have another size if it has the"
              + " proportions of the video.")
  private boolean resize;

  @Option(
      names = "--hdr",
      order = 52,
      paramLabel = "MODE",
      defaultValue = "TONE_MAP",
      description =
          "TONE_MAP turns inputs of high dynamic range (HLG, PQ) into BT.709; KEEP leaves them as"
              + " they are and needs an output codec of at least 10 bits. Default:"
              + " ${DEFAULT-VALUE}.")
  private Hdr hdr = Hdr.TONE_MAP;

  @Option(
      names = "--deinterlace",
      order = 53,
      paramLabel = "MODE",
      defaultValue = "AUTO",
      description =
          "AUTO deinterlaces pictures that the file marks as interlaced, ON all pictures, OFF none."
              + " The number of frames stays. Default: ${DEFAULT-VALUE}.")
  private Deinterlace deinterlace = Deinterlace.AUTO;

  private ReadSettings settings() {
    return new ReadSettings(Optional.ofNullable(frameRate), hdr, deinterlace);
  }

  /** Adds the settings that change the frames that are read. */
  public void describe(Map<String, String> settings) {
    settings.put("frame-rate", frameRate == null ? "as in the file" : frameRate.toString());
    settings.put("resize", Boolean.toString(resize));
    settings.put("hdr", hdr.toString());
    settings.put("deinterlace", deinterlace.toString());
  }

  /** Opens a video file or a folder of pictures with the requested settings. */
  public FrameSource open(Path path) throws IOException {
    return VideoFiles.open(path, settings());
  }

  /**
   * Opens a video file or a folder of pictures for a model, which expects square pixels. A video
   * with other pixels is scaled so that it looks right.
   */
  public FrameSource openSquare(Path path) throws IOException {
    FrameSource source = open(path);
    try {
      PixelAspect aspect = tags(path).pixelAspect();
      return aspect.isSquare()
          ? source
          : FrameSources.resized(source, aspect.squareSize(source.format().size()));
    } catch (IOException | RuntimeException e) {
      source.close();
      throw e;
    }
  }

  /** Returns the shape of pixels and the colours of the frames that are read from a file. */
  public PictureTags tags(Path path) throws IOException {
    return VideoFiles.tags(path, settings());
  }

  /**
   * Returns the depth that an output gets by default: that of the frames, or 8 bits for tone-mapped
   * frames, which then can be written with H.264.
   */
  public Frame.Depth outputDepth(Path path, Frame.Depth frames) throws IOException {
    boolean toneMapped =
        hdr == Hdr.TONE_MAP && VideoFiles.tags(path, settings().withHdr(Hdr.KEEP)).isHdr();
    return toneMapped ? Frame.Depth.UINT8 : frames;
  }

  /** Returns whether a high dynamic range is kept. */
  public boolean keepsHdr() {
    return hdr == Hdr.KEEP;
  }

  /** Returns the requested frame rate, or the default of folders of pictures. */
  public FrameRate frameRate() {
    return frameRate == null ? FrameRate.DEFAULT : frameRate;
  }

  /** Returns the times of all outputs if a frame rate is requested, and otherwise nothing. */
  public Optional<FrameTimes> times() {
    return Optional.ofNullable(frameRate).map(FrameTimes::constant);
  }

  /**
   * Returns the times of the frames that {@link #together} reads from a file.
   *
   * @param source what {@link #together} returned
   */
  public Optional<FrameTimes> times(FrameSource source, Path path) throws IOException {
    return source instanceof LaterStart later && frameRate == null
        ? Optional.of(FrameTimes.of(path).startingAt(later.skipped()))
        : times();
  }

  /**
   * Returns a source without the frames at its start that another file cannot show, because that
   * file was cut out of a longer one between two key frames. Both must have equally many frames,
   * with those that cannot be shown.
   *
   * @param path file of the source
   * @param other source of the other file, which is not read
   */
  public FrameSource together(FrameSource source, Path path, FrameSource other, Path otherPath)
      throws IOException {
    long more = source.format().frameCount() - other.format().frameCount();
    if (more <= 0
        || frameRate != null
        || !Files.isRegularFile(path)
        || !Files.isRegularFile(otherPath)
        || more != FrameTimes.of(otherPath).leftOut() - FrameTimes.of(path).leftOut()) {
      return source;
    }
    return new LaterStart(source, (int) more);
  }

  /** Returns whether inputs of different sizes are scaled to one size. */
  public boolean resize() {
    return resize;
  }

  /**
   * Returns the source at the size of another video, scaled if that was requested.
   *
   * @param role role of the source in error messages, such as "truth"
   * @param path file of the source, for error messages
   * @param other format that the source must match
   * @param otherRole role of the other video, such as "video"
   * @param otherPath file of the other video
   * @throws IOException if both are folders of pictures whose names do not fit together
   * @throws IllegalArgumentException naming both files, if the lengths differ, or if the sizes
   *     differ and scaling was not requested
   */
  public FrameSource fitted(
      String role,
      FrameSource source,
      Path path,
      VideoFormat other,
      String otherRole,
      Path otherPath)
      throws IOException {
    checkFrames(role, source, path, other, otherRole, otherPath);
    VideoFormat format = source.format();
    if (!format.sameSize(other) && !resize) {
      throw new IllegalArgumentException(
          Text.format(
              "the %s %s is %s and the %s %s is %s; --resize scales the %s",
              role, path, format.size(), otherRole, otherPath, other.size(), role));
    }
    return scaled(source, other);
  }

  /**
   * Returns a guide that shows another video: at its own size if its proportions are those of the
   * video, and otherwise stretched to the size of the video, if that was requested.
   *
   * @param path file of the guide, for error messages
   * @param other format of the video
   * @param otherRole role of the video in error messages, such as "style"
   * @param otherPath file of the video
   * @throws IOException if both are folders of pictures whose names do not fit together
   * @throws IllegalArgumentException naming both files, if the lengths differ, or if the
   *     proportions differ and scaling was not requested
   */
  public FrameSource guide(
      FrameSource guide, Path path, VideoFormat other, String otherRole, Path otherPath)
      throws IOException {
    checkFrames("guide", guide, path, other, otherRole, otherPath);
    VideoFormat format = guide.format();
    if (format.size().isProportionalTo(other.size())) {
      return guide;
    }
    if (!resize) {
      throw new IllegalArgumentException(
          Text.format(
              "the guide %s is %s and the %s %s is %s, which has other proportions; crop or pad one"
                  + " so that both show the same picture, or --resize stretches the guide",
              path, format.size(), otherRole, otherPath, other.size()));
    }
    return scaled(guide, other);
  }

  /** Returns a {@link #guide} at the size of the other video. */
  public FrameSource scaledGuide(
      FrameSource guide, Path path, VideoFormat other, String otherRole, Path otherPath)
      throws IOException {
    return scaled(guide(guide, path, other, otherRole, otherPath), other);
  }

  private static FrameSource scaled(FrameSource source, VideoFormat other) {
    return source.format().sameSize(other) ? source : FrameSources.resized(source, other.size());
  }

  private void checkFrames(
      String role,
      FrameSource source,
      Path path,
      VideoFormat other,
      String otherRole,
      Path otherPath)
      throws IOException {
    NamedFrames.checkPairs(path, otherPath);
    VideoFormat format = source.format();
    if (format.frameCount() != other.frameCount()) {
      throw new IllegalArgumentException(
          Text.format(
              "the %s %s has %d frames and the %s %s has %d; cut them to the same length%s",
              role,
              path,
              format.frameCount(),
              otherRole,
              otherPath,
              other.frameCount(),
              frameRate == null
                  ? ", or if they last equally long, read both at one rate: --frame-rate "
                      + other.frameRate()
                  : ""));
    }
  }
}
