package org.diffsynth.video;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.bytedeco.ffmpeg.global.avutil.AVCHROMA_LOC_LEFT;
import static org.bytedeco.ffmpeg.global.avutil.AVCOL_PRI_BT2020;
import static org.bytedeco.ffmpeg.global.avutil.AVCOL_PRI_BT470BG;
import static org.bytedeco.ffmpeg.global.avutil.AVCOL_PRI_BT709;
import static org.bytedeco.ffmpeg.global.avutil.AVCOL_RANGE_JPEG;
import static org.bytedeco.ffmpeg.global.avutil.AVCOL_RANGE_MPEG;
import static org.bytedeco.ffmpeg.global.avutil.AVCOL_SPC_BT2020_NCL;
import static org.bytedeco.ffmpeg.global.avutil.AVCOL_SPC_BT470BG;
import static org.bytedeco.ffmpeg.global.avutil.AVCOL_SPC_BT709;
import static org.bytedeco.ffmpeg.global.avutil.AVCOL_SPC_SMPTE170M;
import static org.bytedeco.ffmpeg.global.avutil.AVCOL_TRC_ARIB_STD_B67;
import static org.bytedeco.ffmpeg.global.avutil.AVCOL_TRC_BT709;
import static org.bytedeco.ffmpeg.global.avutil.AVCOL_TRC_GAMMA28;
import static org.bytedeco.ffmpeg.global.avutil.AVCOL_TRC_SMPTE2084;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.FrameRate;
import org.diffsynth.frame.FrameSize;
import org.diffsynth.frame.FrameSource;
import org.diffsynth.frame.Video;
import org.diffsynth.metrics.FrameSimilarity;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PictureTagsTest {

  private static final PictureTags PAL =
      new PictureTags(
          new PixelAspect(16, 15),
          new PictureTags.Colors(
              AVCOL_PRI_BT470BG,
              AVCOL_TRC_GAMMA28,
              AVCOL_SPC_BT470BG,
              AVCOL_RANGE_MPEG,
              AVCHROMA_LOC_LEFT),
          HdrLight.NONE);

  static final PictureTags PQ = hdr(AVCOL_TRC_SMPTE2084);

  @TempDir Path folder;

  static PictureTags hdr(int transfer) {
    return new PictureTags(
        PixelAspect.SQUARE,
        new PictureTags.Colors(
            AVCOL_PRI_BT2020, transfer, AVCOL_SPC_BT2020_NCL, AVCOL_RANGE_MPEG, AVCHROMA_LOC_LEFT),
        HdrLight.NONE);
  }

  private static PictureTags bt709(int range) {
    return new PictureTags(
        PixelAspect.SQUARE,
        new PictureTags.Colors(
            AVCOL_PRI_BT709, AVCOL_TRC_BT709, AVCOL_SPC_BT709, range, AVCHROMA_LOC_LEFT),
        HdrLight.NONE);
  }

  private static Video deepScene() throws IOException {
    List<Frame> frames =
        VideoFilesTest.scene(2, 160, 96).frames().stream()
            .map(frame -> frame.as(Frame.Depth.UINT16))
            .toList();
    return Video.of(frames, FrameRate.DEFAULT);
  }

  @ParameterizedTest
  @CsvSource({"mp4, H264", "mov, H264", "mkv, H264", "webm, VP9", "mp4, AV1", "mkv, AV1"})
  void tags_ofYuvCodecs_areReadAsWritten(String extension, VideoCodec codec) throws IOException {
    Path file = folder.resolve("a." + extension);
    VideoSettings settings = VideoSettings.DEFAULT.withTags(PAL).withCodec(codec);
    VideoFilesTest.write(file, VideoFilesTest.scene(2, 240, 96), settings);
    PictureTags read = VideoFiles.tags(file, ReadSettings.DEFAULT);
    assertThat(read.pixelAspect()).isEqualTo(PAL.pixelAspect());
    assertThat(read.primaries()).isEqualTo("bt470bg");
    assertThat(read.transfer()).isEqualTo("bt470bg");
    assertThat(read.matrix()).isIn("bt470bg", "smpte170m"); // both name the matrix BT.601
    assertThat(read.fullRange()).isFalse();
  }

  /** Full range lost 0.8 levels of red and blue each time a file was written. */
  @ParameterizedTest
  @CsvSource({"mp4, H264", "webm, VP9", "mp4, AV1"})
  void fullRange_isKept(String extension, VideoCodec codec) throws IOException {
    Path file = folder.resolve("a." + extension);
    Video scene = VideoFilesTest.scene(2, 160, 96);
    VideoSettings settings =
        VideoSettings.DEFAULT.withTags(bt709(AVCOL_RANGE_JPEG)).withCodec(codec).withQuality(100);
    VideoFilesTest.write(file, scene, settings);
    assertThat(VideoFiles.tags(file, ReadSettings.DEFAULT).fullRange()).isTrue();
    assertThat(FrameSimilarity.psnr(scene.frame(1), VideoFilesTest.read(file).frame(1)))
        .isGreaterThan(27); // half of the color's resolution is lost
    assertThat(shift(scene.frame(1), VideoFilesTest.read(file).frame(1))).isLessThan(0.3);
  }

  private static double shift(Frame a, Frame b) {
    float[] before = a.toFloat();
    float[] after = b.toFloat();
    double[] sum = new double[3];
    for (int i = 0; i < before.length; i++) {
      sum[i % 3] += after[i] - before[i];
    }
    double most = Math.max(Math.abs(sum[0]), Math.max(Math.abs(sum[1]), Math.abs(sum[2])));
    return most * 255 * 3 / before.length;
  }

  @Test
  void resized_keepsTheShapeOnTheScreen() {
    FrameSize pal = new FrameSize(720, 576);
    PixelAspect wide = new PixelAspect(16, 15);
    assertThat(wide.squareSize(pal)).isEqualTo(new FrameSize(768, 576));
    assertThat(wide.scaled(pal, new FrameSize(768, 576))).isEqualTo(PixelAspect.SQUARE);
    assertThat(wide.scaled(pal, new FrameSize(360, 288))).isEqualTo(wide);
    assertThat(new PixelAspect(8, 9).squareSize(new FrameSize(720, 480)))
        .isEqualTo(new FrameSize(720, 540));
    assertThat(new PixelAspect(4, 3).squareSize(new FrameSize(1440, 1080)))
        .isEqualTo(new FrameSize(1920, 1080));
  }

  /** Players use BT.709 from 1280 columns or 720 rows on; 1280x534 was read with BT.601. */
  @ParameterizedTest
  @CsvSource({"1280, 534, true", "960, 720, true", "720, 576, false", "1279, 719, false"})
  void matrix_thatIsNotStated_dependsOnTheSize(int width, int height, boolean hd) {
    assertThat(PixelConversion.defaultMatrix(width, height))
        .isEqualTo(hd ? AVCOL_SPC_BT709 : AVCOL_SPC_SMPTE170M);
  }

  @ParameterizedTest
  @CsvSource({"mp4, av1", "mkv, av1", "webm, av1", "mov, prores"})
  void framesOf16Bits_areStoredWith10(String extension, String codec) throws IOException {
    Path file = folder.resolve("deep." + extension);
    Video scene = deepScene();
    VideoFilesTest.write(file, scene, VideoSettings.DEFAULT.withTags(PQ));
    try (VideoInput input = VideoInput.open(file)) {
      assertThat(
              org.bytedeco
                  .ffmpeg
                  .global
                  .avcodec
                  .avcodec_get_name(input.video().codecpar().codec_id())
                  .getString())
          .isEqualTo(codec);
    }
    ReadSettings keep = ReadSettings.DEFAULT.withHdr(Hdr.KEEP);
    PictureTags read = VideoFiles.tags(file, keep);
    assertThat(List.of(read.primaries(), read.transfer(), read.matrix()))
        .containsExactly("bt2020", "smpte2084", "bt2020nc");
    try (FrameSource source = VideoFiles.open(file, keep)) {
      Frame frame = source.read();
      assertThat(frame.depth()).isEqualTo(Frame.Depth.UINT16);
      assertThat(FrameSimilarity.psnr(scene.frame(0), frame)).isGreaterThan(27);
    }
  }

  @Test
  void hdr_isToneMappedUnlessKept() throws IOException {
    Path file = folder.resolve("hdr.mkv");
    VideoSettings settings =
        VideoSettings.DEFAULT.withCodec(VideoCodec.FFV1).withTags(hdr(AVCOL_TRC_ARIB_STD_B67));
    VideoFilesTest.write(file, deepScene(), settings);
    assertThat(VideoFiles.tags(file, ReadSettings.DEFAULT).transfer()).isEqualTo("bt709");
    Frame mapped = VideoFilesTest.read(file).frame(0);
    try (FrameSource kept = VideoFiles.open(file, ReadSettings.DEFAULT.withHdr(Hdr.KEEP))) {
      Frame frame = kept.read();
      assertThat(frame).isEqualTo(deepScene().frame(0)).isNotEqualTo(mapped);
    }
  }

  @Test
  void hdr_with8Bits_isRefusedBeforeTheFirstFrame() {
    VideoSettings settings = VideoSettings.DEFAULT.withTags(PQ).withCodec(VideoCodec.H264);
    assertThatThrownBy(() -> VideoFiles.create(folder.resolve("a.mp4"), settings))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("8 bits")
        .hasMessageContaining("AV1");
  }
}
