package org.diffsynth.video;

import static org.bytedeco.ffmpeg.global.avcodec.AV_CODEC_ID_MJPEG;
import static org.bytedeco.ffmpeg.global.avcodec.AV_CODEC_ID_PNG;
import static org.bytedeco.ffmpeg.global.avutil.AVMEDIA_TYPE_ATTACHMENT;

import java.io.IOException;
import java.util.Map;
import org.bytedeco.ffmpeg.avcodec.AVCodecParameters;
import org.bytedeco.ffmpeg.avcodec.AVPacket;
import org.bytedeco.ffmpeg.avformat.AVStream;
import org.bytedeco.ffmpeg.global.avcodec;
import org.bytedeco.ffmpeg.global.avutil;
import org.bytedeco.javacpp.BytePointer;

/** Cover pictures of Matroska files, which are attached files with a usual name. */
final class CoverPictures {

  private CoverPictures() {}

  /**
   * Turns the description of a picture into that of an attached file.
   *
   * @param from stream of the picture in an open file
   * @param to stream of the new file
   */
  static void toAttachment(AVStream from, AVStream to) throws IOException {
    AVPacket picture = from.attached_pic();
    byte[] bytes = new byte[picture.size()];
    picture.data().get(bytes);
    AVCodecParameters parameters = to.codecpar();
    avutil.av_free(parameters.extradata());
    BytePointer data =
        Ffmpeg.allocated(
            new BytePointer(
                avutil.av_mallocz(bytes.length + (long) avcodec.AV_INPUT_BUFFER_PADDING_SIZE)),
            "a picture");
    data.capacity(bytes.length).put(bytes);
    parameters.extradata(data).extradata_size(bytes.length);
    parameters.codec_type(AVMEDIA_TYPE_ATTACHMENT);
    to.disposition(0);
    Map<String, String> tags = Tags.read(from.metadata());
    String extension =
        switch (parameters.codec_id()) {
          case AV_CODEC_ID_MJPEG -> "jpg";
          case AV_CODEC_ID_PNG -> "png";
          default -> avcodec.avcodec_get_name(parameters.codec_id()).getString();
        };
    String type = extension.equals("jpg") ? "image/jpeg" : "image/" + extension;
    to.metadata(
        Tags.with(
            to.metadata(),
            Map.of(
                "filename", tags.getOrDefault("filename", "cover." + extension),
                "mimetype", tags.getOrDefault("mimetype", type))));
  }
}
