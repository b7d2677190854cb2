package org.diffsynth.video;

import static org.bytedeco.ffmpeg.global.avutil.AV_PIX_FMT_BGR0;
import static org.bytedeco.ffmpeg.global.avutil.AV_PIX_FMT_GBRP16LE;
import static org.bytedeco.ffmpeg.global.avutil.AV_PIX_FMT_PAL8;
import static org.bytedeco.ffmpeg.global.avutil.AV_PIX_FMT_YUV420P;

import java.util.Set;
import org.diffsynth.frame.Frame;

/** How the frames of a video file are compressed. */
public enum VideoCodec {

  /** H.264 by openh264, 8 bit: plays everywhere. MP4, MOV and MKV; even width and height. */
  H264("libopenh264", Set.of("mp4", "m4v", "mov", "mkv")),

  /** VP9 by libvpx, 8 bit: free of patents, plays in every browser. WebM, MKV and MP4. */
  VP9("libvpx-vp9", Set.of("webm", "mkv", "mp4")),

  /** FFV1, lossless: 8 bit for 8-bit frames, otherwise 16 bit. MKV and AVI. */
  FFV1("ffv1", Set.of("mkv", "avi")),

  /** GIF, 256 colours chosen anew for every frame; delays are whole hundredths of a second. */
  GIF("gif", Set.of("gif"));

  private final String encoder;
  private final Set<String> extensions;

  VideoCodec(String encoder, Set<String> extensions) {
    this.encoder = encoder;
    this.extensions = extensions;
  }

  /** FFmpeg's name of the encoder, looked up exactly: there is no substitute. */
  String encoder() {
    return encoder;
  }

  /** Endings of the files that can hold this codec, in lower case and without a dot. */
  public Set<String> extensions() {
    return extensions;
  }

  /** Whether every frame comes back from the file exactly as it went in. */
  public boolean lossless() {
    return this == FFV1;
  }

  /** What a file with this ending is written with when nothing else is asked for. */
  static VideoCodec defaultFor(String extension) {
    return switch (extension) {
      case "webm" -> VP9;
      case "avi" -> FFV1;
      case "gif" -> GIF;
      default -> H264;
    };
  }

  int pixelFormat(Frame.Depth depth) {
    return switch (this) {
      case H264, VP9 -> AV_PIX_FMT_YUV420P;
      case FFV1 -> depth == Frame.Depth.UINT8 ? AV_PIX_FMT_BGR0 : AV_PIX_FMT_GBRP16LE;
      case GIF -> AV_PIX_FMT_PAL8;
    };
  }

  /** Whether pictures of odd width or height cannot be stored, because colour has half the size. */
  boolean needsEvenSize() {
    return this == H264 || this == VP9;
  }
}
