package org.diffsynth.video;

import static org.bytedeco.ffmpeg.global.avutil.AVCOL_PRI_UNSPECIFIED;
import static org.bytedeco.ffmpeg.global.avutil.AVCOL_RANGE_UNSPECIFIED;
import static org.bytedeco.ffmpeg.global.avutil.AVCOL_SPC_UNSPECIFIED;
import static org.bytedeco.ffmpeg.global.avutil.AVCOL_TRC_UNSPECIFIED;

import java.io.IOException;
import java.nio.file.Path;
import org.bytedeco.ffmpeg.avcodec.AVCodecContext;
import org.bytedeco.ffmpeg.avcodec.AVCodecParameters;
import org.bytedeco.ffmpeg.avcodec.AVPacket;
import org.bytedeco.ffmpeg.avformat.AVStream;
import org.bytedeco.ffmpeg.avutil.AVFrame;
import org.bytedeco.ffmpeg.avutil.AVRational;
import org.bytedeco.ffmpeg.global.avcodec;
import org.bytedeco.ffmpeg.global.avformat;
import org.bytedeco.ffmpeg.global.avutil;
import org.diffsynth.compute.Closer;
import org.diffsynth.internal.text.Text;

/**
 * What the header and the first picture of a video file say about how pictures are shown. Some
 * codecs state it in the pictures only.
 *
 * @param orientation how pictures are turned to be upright
 * @param tags tags of upright pictures, before any tone mapping
 */
record PictureProbe(Orientation orientation, PictureTags tags) {

  /** Reads the header and decodes the first picture of a file. */
  static PictureProbe of(Path file) throws IOException {
    try (VideoInput input = VideoInput.open(file);
        Closer natives = new Closer()) {
      AVStream stream = input.video();
      AVFrame picture =
          natives.add(Ffmpeg.allocated(avutil.av_frame_alloc(), "a frame"), avutil::av_frame_free);
      AVCodecContext decoder = Decoders.open(file, stream, 1, natives);
      AVPacket packet =
          natives.add(
              Ffmpeg.allocated(avcodec.av_packet_alloc(), "a packet"), avcodec::av_packet_free);
      boolean decoded = FirstPicture.decode(input, decoder, packet, picture);
      int[] matrix = decoded ? Orientation.matrixOf(picture) : null;
      if (matrix == null) {
        matrix = Orientation.matrixOf(stream.codecpar());
      }
      Orientation orientation = matrix == null ? Orientation.UPRIGHT : orientation(file, matrix);
      PixelAspect aspect = aspect(input, stream, decoded ? picture : null);
      fill(picture, stream.codecpar());
      return new PictureProbe(
          orientation,
          PictureTags.of(picture, orientation.transposed() ? aspect.turned() : aspect));
    }
  }

  private static Orientation orientation(Path file, int[] matrix) {
    return Orientation.of(matrix)
        .orElseGet(
            () -> {
              Notices.warn(
                  Text.format(
                      "%s states a rotation that is not a multiple of 90 degrees, which is ignored",
                      file));
              return Orientation.UPRIGHT;
            });
  }

  private static PixelAspect aspect(VideoInput input, AVStream stream, AVFrame picture) {
    try (AVRational ratio =
        avformat.av_guess_sample_aspect_ratio(input.context(), stream, picture)) {
      return ratio.num() > 0 && ratio.den() > 0
          ? new PixelAspect(ratio.num(), ratio.den())
          : PixelAspect.SQUARE;
    }
  }

  /** Gives a picture the tags of the header where it has none. */
  private static void fill(AVFrame picture, AVCodecParameters header) {
    if (picture.color_primaries() == AVCOL_PRI_UNSPECIFIED) {
      picture.color_primaries(header.color_primaries());
    }
    if (picture.color_trc() == AVCOL_TRC_UNSPECIFIED) {
      picture.color_trc(header.color_trc());
    }
    if (picture.colorspace() == AVCOL_SPC_UNSPECIFIED) {
      picture.colorspace(header.color_space());
    }
    if (picture.color_range() == AVCOL_RANGE_UNSPECIFIED) {
      picture.color_range(header.color_range());
    }
    if (picture.chroma_location() == avutil.AVCHROMA_LOC_UNSPECIFIED) {
      picture.chroma_location(header.chroma_location());
    }
  }
}
