package org.diffsynth.video;

import static org.bytedeco.ffmpeg.global.avcodec.AV_CODEC_ID_DNXHD;
import static org.bytedeco.ffmpeg.global.avcodec.AV_CODEC_ID_DVVIDEO;
import static org.bytedeco.ffmpeg.global.avcodec.AV_CODEC_ID_FFV1;
import static org.bytedeco.ffmpeg.global.avcodec.AV_CODEC_ID_MJPEG;
import static org.bytedeco.ffmpeg.global.avcodec.AV_CODEC_ID_PRORES;
import static org.bytedeco.ffmpeg.global.avcodec.AV_CODEC_PROP_INTRA_ONLY;
import static org.bytedeco.ffmpeg.global.avcodec.AV_FIELD_BB;
import static org.bytedeco.ffmpeg.global.avcodec.AV_FIELD_BT;
import static org.bytedeco.ffmpeg.global.avcodec.AV_FIELD_TB;
import static org.bytedeco.ffmpeg.global.avcodec.AV_FIELD_TT;

import org.bytedeco.ffmpeg.avcodec.AVCodecParameters;
import org.bytedeco.ffmpeg.global.avcodec;

/**
 * What the header of a file says about interlacing.
 *
 * @param everyPicture whether all pictures are interlaced, although their codec cannot mark them
 * @param topFirst whether the upper rows are earlier than the lower ones
 */
record FieldOrder(boolean everyPicture, boolean topFirst) {

  static FieldOrder of(AVCodecParameters parameters) {
    int order = parameters.field_order();
    boolean interlaced =
        order == AV_FIELD_TT
            || order == AV_FIELD_BB
            || order == AV_FIELD_TB
            || order == AV_FIELD_BT;
    return new FieldOrder(
        interlaced && !marksPictures(parameters.codec_id()),
        order != AV_FIELD_BB && order != AV_FIELD_TB);
  }

  /** Returns whether decoded pictures say themselves if they are interlaced. */
  private static boolean marksPictures(int codec) {
    var description = avcodec.avcodec_descriptor_get(codec);
    boolean intraOnly =
        description != null && (description.props() & AV_CODEC_PROP_INTRA_ONLY) != 0;
    return !intraOnly
        || codec == AV_CODEC_ID_DVVIDEO
        || codec == AV_CODEC_ID_DNXHD
        || codec == AV_CODEC_ID_FFV1
        || codec == AV_CODEC_ID_MJPEG
        || codec == AV_CODEC_ID_PRORES;
  }
}
