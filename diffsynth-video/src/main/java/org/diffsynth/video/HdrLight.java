package org.diffsynth.video;

import static org.bytedeco.ffmpeg.global.avcodec.AV_PKT_DATA_CONTENT_LIGHT_LEVEL;
import static org.bytedeco.ffmpeg.global.avcodec.AV_PKT_DATA_MASTERING_DISPLAY_METADATA;
import static org.bytedeco.ffmpeg.global.avutil.AV_FRAME_DATA_CONTENT_LIGHT_LEVEL;
import static org.bytedeco.ffmpeg.global.avutil.AV_FRAME_DATA_MASTERING_DISPLAY_METADATA;

import java.io.IOException;
import java.util.Arrays;
import org.bytedeco.ffmpeg.avcodec.AVCodecParameters;
import org.bytedeco.ffmpeg.avcodec.AVPacketSideData;
import org.bytedeco.ffmpeg.avutil.AVContentLightMetadata;
import org.bytedeco.ffmpeg.avutil.AVFrame;
import org.bytedeco.ffmpeg.avutil.AVMasteringDisplayMetadata;
import org.bytedeco.ffmpeg.global.avcodec;
import org.bytedeco.ffmpeg.global.avutil;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.javacpp.PointerPointer;

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

  /** Adds these light levels to the header of a video. */
  void describe(AVCodecParameters header) throws IOException {
    add(header, AV_PKT_DATA_MASTERING_DISPLAY_METADATA, display);
    add(header, AV_PKT_DATA_CONTENT_LIGHT_LEVEL, content);
  }

  private static void add(AVCodecParameters header, int type, byte[] bytes) throws IOException {
    if (bytes.length == 0) {
      return;
    }
    try (PointerPointer<AVPacketSideData> array = new PointerPointer<>(1);
        IntPointer count = new IntPointer(1)) {
      array.put(header.coded_side_data());
      count.put(header.nb_coded_side_data());
      AVPacketSideData added =
          Ffmpeg.allocated(
              avcodec.av_packet_side_data_new(array, count, type, bytes.length, 0), "a header");
      added.data().put(bytes);
      header.coded_side_data(array.get(AVPacketSideData.class));
      header.nb_coded_side_data(count.get());
    }
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
