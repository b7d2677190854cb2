package org.diffsynth.video;

import static org.bytedeco.ffmpeg.global.avutil.AV_PIX_FMT_BGR0;
import static org.bytedeco.ffmpeg.global.avutil.AV_PIX_FMT_GBRP16LE;
import static org.bytedeco.ffmpeg.global.avutil.AV_PIX_FMT_PAL8;
import static org.bytedeco.ffmpeg.global.avutil.AV_PIX_FMT_YUV420P;
import static org.bytedeco.ffmpeg.global.avutil.AV_PIX_FMT_YUV420P10LE;
import static org.bytedeco.ffmpeg.global.avutil.AV_PIX_FMT_YUV422P10LE;

import java.util.Set;
import org.diffsynth.frame.Frame;

/** Codec that compresses the frames of a video file. */
public enum VideoCodec {

  /**
   * H.264, encoded by openh264: 8 bits per sample, plays everywhere. For MP4, MOV and MKV; needs an
   * even width and height of at least 16 pixels.
   */
  H264("libopenh264", Set.of("mp4", "m4v", "mov", "mkv")),

  /**
   * VP9, encoded by libvpx: 8 bits per sample, royalty-free, plays in every browser. For WebM, MKV
   * and MP4; needs an even width and height.
   */
  VP9("libvpx-vp9", Set.of("webm", "mkv", "mp4")),

  /**
   * AV1, encoded by libaom: 8 bits per sample for frames of 8 bits, otherwise 10; holds a high
   * dynamic range. Plays in browsers and on devices of recent years. For MP4, MKV and WebM; needs
   * an even width and height.
   */
  AV1("libaom-av1", Set.of("mp4", "mkv", "webm")),

  /**
   * ProRes 422 HQ: 10 bits per sample, large files, for video editors; holds a high dynamic range.
   * For MOV and MKV.
   */
  PRORES("prores_ks", Set.of("mov", "mkv")),

  /** FFV1, lossless: 8 bits per sample for frames of 8 bits, otherwise 16. For MKV and AVI. */
  FFV1("ffv1", Set.of("mkv", "avi")),

  /** GIF: 256 colors, chosen for each frame. Delays are multiples of 1/100 second. */
  GIF("gif", Set.of("gif"));

  private final String encoder;
  private final Set<String> extensions;

  VideoCodec(String encoder, Set<String> extensions) {
    this.encoder = encoder;
    this.extensions = extensions;
  }

  /** Returns FFmpeg's name of the encoder. */
  String encoder() {
    return encoder;
  }

  /** Returns the extensions of files that can hold this codec: lower case, without a dot. */
  public Set<String> extensions() {
    return extensions;
  }

  /** Returns whether frames that are read from the file equal those that were written. */
  public boolean lossless() {
    return this == FFV1;
  }

  /** Returns whether the codec can store more than 8 bits per sample. */
  public boolean isDeep() {
    return this == AV1 || this == PRORES || this == FFV1;
  }

  /** Returns the codec of a file extension for settings without a codec, and frames of 8 bits. */
  static VideoCodec defaultFor(String extension) {
    return switch (extension) {
      case "webm" -> VP9;
      case "avi" -> FFV1;
      case "gif" -> GIF;
      default -> H264;
    };
  }

  /** Returns the codec of a file extension for settings without a codec. */
  static VideoCodec defaultFor(String extension, Frame.Depth depth) {
    if (depth == Frame.Depth.UINT8) {
      return defaultFor(extension);
    }
    return switch (extension) {
      case "mov" -> PRORES;
      case "mp4", "mkv", "webm" -> AV1;
      default -> defaultFor(extension);
    };
  }

  /** Returns the pixel format of the encoder, as FFmpeg numbers them. */
  int pixelFormat(Frame.Depth depth) {
    boolean deep = depth != Frame.Depth.UINT8;
    return switch (this) {
      case H264, VP9 -> AV_PIX_FMT_YUV420P;
      case AV1 -> deep ? AV_PIX_FMT_YUV420P10LE : AV_PIX_FMT_YUV420P;
      case PRORES -> AV_PIX_FMT_YUV422P10LE;
      case FFV1 -> deep ? AV_PIX_FMT_GBRP16LE : AV_PIX_FMT_BGR0;
      case GIF -> AV_PIX_FMT_PAL8;
    };
  }

  /** Returns whether samples are stored as YUV, not RGB. */
  boolean isYuv() {
    return this != FFV1 && this != GIF;
  }

  /** Returns whether YUV samples can use their full range. */
  boolean canUseFullRange() {
    return this == H264 || this == VP9 || this == AV1;
  }

  /** Returns whether the encoder accepts even widths and heights only. */
  boolean needsEvenSize() {
    return this == H264 || this == AV1;
  }

  /** Returns the smallest width and height that the encoder accepts. */
  int smallestSide() {
    return this == H264 ? 16 : 1;
  }
}
