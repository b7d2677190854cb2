package org.diffsynth.video;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.diffsynth.frame.FrameRate;
import org.diffsynth.frame.FrameSource;

/**
 * Settings for writing a video: frame rate, codec, quality, copied streams and overwriting.
 *
 * @param frameRate frames per second; kept exactly if the container can store it
 * @param codec the codec, or empty for the default of the file extension. For frames of 8 bits:
 *     H.264 for MP4, MOV and MKV, VP9 for WebM, FFV1 for AVI, GIF for GIF. For deeper frames: AV1
 *     with 10 bits for MP4, MKV and WebM, ProRes for MOV, FFV1 for AVI
 * @param quality picture quality of H.264, VP9, AV1 and ProRes, 1 (smallest file) to 100 (best);
 *     the default, 90, gives about 40 dB. Lossless codecs, GIF and pictures ignore it
 * @param streams file whose sound, subtitles, chapters and texts are copied, up to the length of
 *     the video; empty for frames alone
 * @param overwrite whether an existing file, or the numbered pictures in a folder, may be replaced
 * @param texts texts by keyword that each picture of a folder of PNG pictures carries; video files
 *     do not carry them
 * @param tags shape of the pixels and meaning of the colours of all frames, as {@link
 *     VideoFiles#tags} reads them from the input; stored as far as codec and container can
 * @param times times of the frames, for a variable frame rate. If empty, the frame rate is
 *     constant, except that a copy of the streams of a file whose frame rate is variable with the
 *     average {@code frameRate} gets the times of that file, too
 */
public record VideoSettings(
    FrameRate frameRate,
    Optional<VideoCodec> codec,
    int quality,
    Optional<StreamCopy> streams,
    boolean overwrite,
    Map<String, String> texts,
    PictureTags tags,
    Optional<FrameTimes> times) {

  /**
   * 25 frames per second, the default codec of the file extension, quality 90, frames alone, and an
   * error if the output exists.
   */
  public static final VideoSettings DEFAULT =
      new VideoSettings(
          FrameRate.DEFAULT,
          Optional.empty(),
          90,
          Optional.empty(),
          false,
          Map.of(),
          PictureTags.NONE,
          Optional.empty());

  /** Copies the texts and checks the quality. */
  public VideoSettings {
    texts = Map.copyOf(texts);
    if (quality < 1 || quality > 100) {
      throw new IllegalArgumentException("quality must be in [1, 100], but was " + quality);
    }
  }

  /** Returns a copy of these settings with the given frame rate. */
  public VideoSettings withFrameRate(FrameRate rate) {
    return new VideoSettings(rate, codec, quality, streams, overwrite, texts, tags, times);
  }

  /** Returns a copy of these settings with the given codec, whatever the file extension. */
  public VideoSettings withCodec(VideoCodec newCodec) {
    return new VideoSettings(
        frameRate, Optional.of(newCodec), quality, streams, overwrite, texts, tags, times);
  }

  /** Returns a copy of these settings with the given quality, 1 to 100. */
  public VideoSettings withQuality(int newQuality) {
    return new VideoSettings(frameRate, codec, newQuality, streams, overwrite, texts, tags, times);
  }

  /**
   * Returns a copy of these settings that copies sound, subtitles, chapters, attachments and texts
   * from the given file, as far as the container of the output can hold them.
   */
  public VideoSettings withStreamsFrom(Path file) {
    return withStreams(StreamCopy.allOf(file));
  }

  /**
   * Returns a copy of these settings that copies sound, subtitles, chapters, attachments and texts
   * from a video that was opened from a stream or from bytes in memory. The source must stay open
   * until the new video is committed.
   *
   * @throws IllegalArgumentException if the source does not come from {@link
   *     VideoFiles#open(byte[])} or {@link VideoFiles#open(java.io.InputStream, long)}; a file is
   *     named by its path
   */
  public VideoSettings withStreamsFrom(FrameSource stream) {
    if (stream instanceof StreamSource source) {
      return withStreamsFrom(source.spool().file());
    }
    throw new IllegalArgumentException(
        "stream must be a source that VideoFiles opened from a stream or bytes, but was "
            + stream.getClass().getName()
            + "; for a file, use withStreamsFrom(Path)");
  }

  /** Returns a copy of these settings that copies only the sound from the given file. */
  public VideoSettings withAudioFrom(Path file) {
    return withStreams(new StreamCopy(file, Set.of(StreamCopy.Kind.AUDIO)));
  }

  /** Returns a copy of these settings that copies the given kinds of content from a file. */
  public VideoSettings withStreams(StreamCopy copy) {
    return new VideoSettings(
        frameRate, codec, quality, Optional.of(copy), overwrite, texts, tags, times);
  }

  /** Returns a copy of these settings that copies nothing from other files. */
  VideoSettings withoutStreams() {
    return new VideoSettings(
        frameRate, codec, quality, Optional.empty(), overwrite, texts, tags, times);
  }

  /** Returns a copy of these settings that replaces existing outputs, or refuses to. */
  public VideoSettings withOverwrite(boolean replaces) {
    return new VideoSettings(frameRate, codec, quality, streams, replaces, texts, tags, times);
  }

  /**
   * Returns a copy of these settings with the given texts, by keyword, which are stored as metadata
   * in each picture of a folder of PNG pictures.
   */
  public VideoSettings withTexts(Map<String, String> newTexts) {
    return new VideoSettings(frameRate, codec, quality, streams, overwrite, newTexts, tags, times);
  }

  /**
   * Returns a copy of these settings with the given shape of pixels and meaning of colours, which
   * players need to show the frames as they were meant.
   */
  public VideoSettings withTags(PictureTags newTags) {
    return new VideoSettings(frameRate, codec, quality, streams, overwrite, texts, newTags, times);
  }

  /**
   * Returns a copy of these settings that shows each frame at the time of the frame with the same
   * number in another video. MP4, MOV, MKV, WebM and GIF store the times; in AVI, frames are
   * repeated or left out at a constant rate. Times of a constant rate make the rate of the output
   * {@link #frameRate()} in any case.
   *
   * @param newTimes times such as {@link FrameTimes#of(Path)} reads them
   */
  public VideoSettings withTimes(FrameTimes newTimes) {
    return new VideoSettings(
        frameRate, codec, quality, streams, overwrite, texts, tags, Optional.of(newTimes));
  }
}
