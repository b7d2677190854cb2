package org.diffsynth.video;

import static org.bytedeco.ffmpeg.global.avutil.AVCHROMA_LOC_UNSPECIFIED;
import static org.bytedeco.ffmpeg.global.avutil.AVCOL_PRI_BT709;
import static org.bytedeco.ffmpeg.global.avutil.AVCOL_PRI_UNSPECIFIED;
import static org.bytedeco.ffmpeg.global.avutil.AVCOL_RANGE_JPEG;
import static org.bytedeco.ffmpeg.global.avutil.AVCOL_RANGE_MPEG;
import static org.bytedeco.ffmpeg.global.avutil.AVCOL_RANGE_UNSPECIFIED;
import static org.bytedeco.ffmpeg.global.avutil.AVCOL_SPC_BT709;
import static org.bytedeco.ffmpeg.global.avutil.AVCOL_SPC_UNSPECIFIED;
import static org.bytedeco.ffmpeg.global.avutil.AVCOL_TRC_ARIB_STD_B67;
import static org.bytedeco.ffmpeg.global.avutil.AVCOL_TRC_BT709;
import static org.bytedeco.ffmpeg.global.avutil.AVCOL_TRC_SMPTE2084;
import static org.bytedeco.ffmpeg.global.avutil.AVCOL_TRC_UNSPECIFIED;

import java.util.Objects;
import org.bytedeco.ffmpeg.avutil.AVFrame;
import org.bytedeco.ffmpeg.global.avutil;
import org.bytedeco.javacpp.BytePointer;
import org.diffsynth.internal.text.Text;

/**
 * How the pictures of a video are to be shown: the shape of the pixels, and what the samples mean
 * as colours. Immutable.
 *
 * <p>Frames hold RGB samples without such a description. {@link VideoFiles#tags} reads the tags of
 * a file, and {@link VideoSettings#withTags} writes them into another one, as far as codec and
 * container can store them. Names are those that {@code ffprobe} prints, such as {@code "bt709"}.
 */
public final class PictureTags {

  /** Square pixels, and colours that are not described: players guess by the picture's size. */
  public static final PictureTags NONE =
      new PictureTags(
          PixelAspect.SQUARE,
          new Colors(
              AVCOL_PRI_UNSPECIFIED,
              AVCOL_TRC_UNSPECIFIED,
              AVCOL_SPC_UNSPECIFIED,
              AVCOL_RANGE_UNSPECIFIED,
              AVCHROMA_LOC_UNSPECIFIED),
          HdrLight.NONE);

  private final PixelAspect pixelAspect;
  private final Colors colors;
  private final HdrLight light;

  /**
   * Colour tags, as FFmpeg numbers them.
   *
   * @param location where 4:2:0 stores color between the pixels
   */
  record Colors(int primaries, int transfer, int matrix, int range, int location) {

    static final Colors BT709 =
        new Colors(
            AVCOL_PRI_BT709,
            AVCOL_TRC_BT709,
            AVCOL_SPC_BT709,
            AVCOL_RANGE_MPEG,
            AVCHROMA_LOC_UNSPECIFIED);
  }

  PictureTags(PixelAspect pixelAspect, Colors colors, HdrLight light) {
    this.pixelAspect = Objects.requireNonNull(pixelAspect, "pixelAspect");
    this.colors = colors;
    this.light = light;
  }

  /** Returns the tags of a decoded picture. */
  static PictureTags of(AVFrame picture, PixelAspect pixelAspect) {
    return new PictureTags(
        pixelAspect,
        new Colors(
            picture.color_primaries(),
            picture.color_trc(),
            picture.colorspace(),
            picture.color_range(),
            picture.chroma_location()),
        HdrLight.of(picture));
  }

  /** Returns the shape of the pixels. */
  public PixelAspect pixelAspect() {
    return pixelAspect;
  }

  /**
   * Returns the primaries, such as {@code "bt709"} or {@code "bt2020"}; {@code "unknown"} if not
   * stated.
   */
  public String primaries() {
    return name(avutil.av_color_primaries_name(colors.primaries()));
  }

  /**
   * Returns the transfer curve, such as {@code "bt709"} or {@code "smpte2084"}; {@code "unknown"}
   * if not stated.
   */
  public String transfer() {
    return name(avutil.av_color_transfer_name(colors.transfer()));
  }

  /**
   * Returns the YUV matrix, such as {@code "bt709"} or {@code "gbr"}; {@code "unknown"} if not
   * stated.
   */
  public String matrix() {
    return name(avutil.av_color_space_name(colors.matrix()));
  }

  /** Returns whether YUV samples use their full range, as those of many phones do. */
  public boolean fullRange() {
    return colors.range() == AVCOL_RANGE_JPEG;
  }

  /** Returns whether the transfer curve is one of a high dynamic range, HLG or PQ. */
  public boolean isHdr() {
    return colors.transfer() == AVCOL_TRC_SMPTE2084 || colors.transfer() == AVCOL_TRC_ARIB_STD_B67;
  }

  Colors colors() {
    return colors;
  }

  HdrLight light() {
    return light;
  }

  /** Returns a copy of these tags with the given shape of pixels. */
  public PictureTags withPixelAspect(PixelAspect newAspect) {
    return new PictureTags(newAspect, colors, light);
  }

  /** Returns the tags of tone-mapped pictures: BT.709. */
  PictureTags toneMapped() {
    return new PictureTags(pixelAspect, Colors.BT709, HdrLight.NONE);
  }

  private static String name(BytePointer name) {
    return name == null ? "unknown" : name.getString();
  }

  /** Returns whether the other tags have equal values. */
  @Override
  public boolean equals(Object other) {
    return other instanceof PictureTags that
        && pixelAspect.equals(that.pixelAspect)
        && colors.equals(that.colors)
        && light.equals(that.light);
  }

  @Override
  public int hashCode() {
    return Objects.hash(pixelAspect, colors, light);
  }

  @Override
  public String toString() {
    return Text.format(
        "PictureTags[%s, %s, %s, %s, %s]",
        pixelAspect, primaries(), transfer(), matrix(), fullRange() ? "pc" : "tv");
  }
}
