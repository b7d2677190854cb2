package org.diffsynth.video;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.diffsynth.frame.FrameRate;

/**
 * How a video is written.
 *
 * @param frameRate frames per second, kept exactly where the container can
 * @param codec the codec, or empty for the one that is usual for the file's ending: H.264 for MP4,
 *     MOV and MKV, VP9 for WebM, FFV1 for AVI, GIF for GIF
 * @param quality 1 (smallest file) to 100 (best); 90 is about 40 dB. Lossless codecs, GIF and
 *     pictures ignore it
 * @param audioFrom a file whose audio is copied unchanged, packet by packet, as long as there are
 *     frames; empty for silence. A file without audio is fine
 * @param overwrite whether an existing file, or the numbered pictures of a folder, may be replaced
 * @param texts texts by keyword that each picture of a folder of PNGs carries; video files do not
 */
public record VideoSettings(
    FrameRate frameRate,
    Optional<VideoCodec> codec,
    int quality,
    Optional<Path> audioFrom,
    boolean overwrite,
    Map<String, String> texts) {

  /** 25 frames per second, the usual codec, quality 90, silent, never overwriting. */
  public static final VideoSettings DEFAULT =
      new VideoSettings(FrameRate.DEFAULT, Optional.empty(), 90, Optional.empty(), false);

  /** Copies the texts and checks the ranges. */
  public VideoSettings {
    texts = Map.copyOf(texts);
    if (quality < 1 || quality > 100) {
      throw new IllegalArgumentException("quality must be in [1, 100], was " + quality);
    }
  }

  /** Without texts. */
  public VideoSettings(
      FrameRate frameRate,
      Optional<VideoCodec> codec,
      int quality,
      Optional<Path> audioFrom,
      boolean overwrite) {
    this(frameRate, codec, quality, audioFrom, overwrite, Map.of());
  }

  /** The same at another frame rate. */
  public VideoSettings withFrameRate(FrameRate rate) {
    return new VideoSettings(rate, codec, quality, audioFrom, overwrite, texts);
  }

  /** The same with this codec whatever the file's ending. */
  public VideoSettings withCodec(VideoCodec wanted) {
    return new VideoSettings(frameRate, Optional.of(wanted), quality, audioFrom, overwrite, texts);
  }

  /** The same with another quality. */
  public VideoSettings withQuality(int value) {
    return new VideoSettings(frameRate, codec, value, audioFrom, overwrite, texts);
  }

  /** The same with the audio of {@code file}. */
  public VideoSettings withAudioFrom(Path file) {
    return new VideoSettings(frameRate, codec, quality, Optional.of(file), overwrite, texts);
  }

  /** The same, replacing what is there or not. */
  public VideoSettings withOverwrite(boolean value) {
    return new VideoSettings(frameRate, codec, quality, audioFrom, value, texts);
  }

  /** The same with other texts. */
  public VideoSettings withTexts(Map<String, String> newTexts) {
    return new VideoSettings(frameRate, codec, quality, audioFrom, overwrite, newTexts);
  }
}
