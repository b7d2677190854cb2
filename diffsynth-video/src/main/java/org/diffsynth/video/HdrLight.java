package org.diffsynth.video;

import static org.bytedeco.ffmpeg.global.avutil.AV_FRAME_DATA_CONTENT_LIGHT_LEVEL;
import static org.bytedeco.ffmpeg.global.avutil.AV_FRAME_DATA_MASTERING_DISPLAY_METADATA;

import java.util.Arrays;
import org.bytedeco.ffmpeg.avutil.AVContentLightMetadata;
import org.bytedeco.ffmpeg.avutil.AVFrame;
import org.bytedeco.ffmpeg.avutil.AVMasteringDisplayMetadata;
import org.bytedeco.ffmpeg.global.avutil;
import org.bytedeco.javacpp.BytePointer;

/**
 * Light levels of a video of high dynamic range, as FFmpeg's structures store them.
 *
 * @param display the screen on which the video was graded, or no bytes
 * @param content the brightest pixel and the brightest frame, or no bytes
 * @param peak brightest light that the tags promise, in cd/m²; 0 if they do not say
 */
record HdrLight(byte[] display, byte[] content, double peak) {

  static final HdrLight NONE = new HdrLight(new byte[0], new byte[0], 0);

  /** Returns the light levels of a decoded picture. */
  static HdrLight of(AVFrame picture) {
    byte[] display = bytes(picture, AV_FRAME_DATA_MASTERING_DISPLAY_METADATA);
    byte[] content = bytes(picture, AV_FRAME_DATA_CONTENT_LIGHT_LEVEL);
    double peak = 0;
    if (display.length > 0) {
      var graded =
          new AVMasteringDisplayMetadata(
              avutil
                  .av_frame_get_side_data(picture, AV_FRAME_DATA_MASTERING_DISPLAY_METADATA)
                  .data());
      if (graded.has_luminance() != 0 && graded.max_luminance().den() > 0) {
        peak = (double) graded.max_luminance().num() / graded.max_luminance().den();
      }
    }
    if (content.length > 0) {
      int brightest =
          new AVContentLightMetadata(
                  avutil.av_frame_get_side_data(picture, AV_FRAME_DATA_CONTENT_LIGHT_LEVEL).data())
              .MaxCLL();
      peak = brightest > 0 ? brightest : peak;
    }
    return new HdrLight(display, content, peak);
  }

  private static byte[] bytes(AVFrame picture, int type) {
    var data = avutil.av_frame_get_side_data(picture, type);
    if (data == null) {
      return new byte[0];
    }
    byte[] bytes = new byte[Math.toIntExact(data.size())];
    new BytePointer(data.data()).get(bytes);
    return bytes;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof HdrLight that
        && Arrays.equals(display, that.display)
        && Arrays.equals(content, that.content);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(display) * 31 + Arrays.hashCode(content);
  }
}
