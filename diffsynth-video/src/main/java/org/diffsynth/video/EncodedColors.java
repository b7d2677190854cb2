package org.diffsynth.video;

import static org.bytedeco.ffmpeg.global.avutil.AVCOL_RANGE_JPEG;
import static org.bytedeco.ffmpeg.global.avutil.AVCOL_RANGE_MPEG;
import static org.bytedeco.ffmpeg.global.avutil.AVCOL_RANGE_UNSPECIFIED;
import static org.bytedeco.ffmpeg.global.avutil.AVCOL_SPC_RGB;
import static org.bytedeco.ffmpeg.global.avutil.AVCOL_SPC_UNSPECIFIED;

import org.bytedeco.ffmpeg.avcodec.AVCodecContext;
import org.bytedeco.ffmpeg.avutil.AVFrame;
import org.diffsynth.frame.FrameSize;

/**
 * How a codec stores colors: the tags of the video, as far as the codec can store them.
 *
 * @param tags tags of the video
 * @param matrix YUV matrix, as FFmpeg numbers color spaces
 * @param range range of samples, as FFmpeg numbers it
 */
record EncodedColors(PictureTags.Colors tags, int matrix, int range) {

  static EncodedColors of(VideoCodec codec, FrameSize size, PictureTags tags) {
    PictureTags.Colors colors = tags.colors();
    if (codec == VideoCodec.GIF) {
      return new EncodedColors(
          PictureTags.NONE.colors(), AVCOL_SPC_UNSPECIFIED, AVCOL_RANGE_UNSPECIFIED);
    }
    if (!codec.isYuv()) {
      return new EncodedColors(colors, AVCOL_SPC_RGB, AVCOL_RANGE_JPEG);
    }
    int matrix = PixelConversion.usableMatrix(colors.matrix(), size.width(), size.height());
    boolean full = colors.range() == AVCOL_RANGE_JPEG && codec.canUseFullRange();
    return new EncodedColors(colors, matrix, full ? AVCOL_RANGE_JPEG : AVCOL_RANGE_MPEG);
  }

  boolean fullRange() {
    return range == AVCOL_RANGE_JPEG;
  }

  /** Tells an encoder, before it is opened, what its pictures mean. */
  void describe(AVCodecContext context) {
    context.color_primaries(tags.primaries());
    context.color_trc(tags.transfer());
    context.colorspace(matrix);
    context.color_range(range);
    context.chroma_sample_location(tags.location());
  }

  /** Marks a picture that is encoded. */
  void describe(AVFrame picture) {
    picture.color_primaries(tags.primaries());
    picture.color_trc(tags.transfer());
    picture.colorspace(matrix);
    picture.color_range(range);
    picture.chroma_location(tags.location());
  }
}
