package org.diffsynth.video;

import static org.assertj.core.api.Assertions.assertThat;
import static org.bytedeco.ffmpeg.global.avutil.AVCOL_SPC_BT709;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.FrameRate;
import org.diffsynth.frame.FrameSource;
import org.diffsynth.frame.Video;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GenerationsTest {

  private static final int GENERATIONS = 10;

  @TempDir Path folder;

  private static double mean(Video video) {
    double sum = 0;
    long count = 0;
    for (Frame frame : video) {
      for (float sample : frame.toFloat()) {
        sum += sample;
        count++;
      }
    }
    return sum / count * 255;
  }

  @ParameterizedTest
  @CsvSource({
    "mp4, H264, UINT8",
    "webm, VP9, UINT8",
    "mp4, AV1, UINT8",
    "mkv, FFV1, UINT8",
    "mkv, AV1, UINT16",
    "mov, PRORES, UINT16",
    "mkv, FFV1, UINT16"
  })
  void tenGenerations_ofTheBestQuality_doNotDrift(
      String extension, VideoCodec codec, Frame.Depth depth) throws IOException {
    VideoSettings settings =
        VideoSettings.DEFAULT.withCodec(codec).withQuality(100).withOverwrite(true);
    Video source = VideoFilesTest.scene(2, 160, 96);
    List<Frame> frames = source.frames().stream().map(frame -> frame.as(depth)).toList();
    Video video = Video.of(frames, FrameRate.DEFAULT);
    double first = 0;
    for (int generation = 0; generation <= GENERATIONS; generation++) {
      Path file = folder.resolve("g" + generation % 2 + "." + extension);
      VideoFilesTest.write(file, video, settings);
      try (FrameSource back = VideoFiles.open(file)) {
        video = Video.readAll(back);
      }
      if (generation == 0) {
        first = mean(video); // the scene has colors that 4:2:0 cannot hold
      }
    }
    assertThat(video.frame(0).depth()).isEqualTo(depth);
    assertThat(Math.abs(mean(video) - first)).isLessThan(0.1);
  }

  /** FFmpeg's scaler reads white of 10 bits as 65280. */
  @Test
  void whiteOf10Bits_isWhite() {
    YuvMatrix reading = new YuvMatrix(AVCOL_SPC_BT709, false, 10, 6);
    short[] rgb = new short[6];
    short gray = (short) (512 << 6);
    reading.toRgb(
        new short[] {(short) (940 << 6), 64 << 6},
        new short[] {gray, gray},
        new short[] {gray, gray},
        rgb,
        0);
    assertThat(rgb).containsExactly(-1, -1, -1, 0, 0, 0);
  }

  @ParameterizedTest
  @CsvSource({"8, false", "8, true", "10, false", "10, true", "12, false"})
  void yuv_toRgbAndBack_losesNothing(int depth, boolean fullRange) {
    YuvMatrix reading = new YuvMatrix(AVCOL_SPC_BT709, fullRange, depth, 0);
    int half = 1 << depth - 1;
    int step = 1 << depth - 8;
    for (int luma = 60 * step; luma < 180 * step; luma += 7) {
      short[] y = {(short) luma};
      short[] u = {(short) (half + luma % (13 * step))};
      short[] v = {(short) (half - luma % (11 * step))};
      short[] rgb = new short[3];
      reading.toRgb(y, u, v, rgb, 0);
      short[][] back = new short[3][1];
      reading.toYuv(rgb, 0, back[0], back[1], back[2]);
      assertThat(new short[] {back[0][0], back[1][0], back[2][0]})
          .containsExactly(y[0], u[0], v[0]);
    }
  }
}
