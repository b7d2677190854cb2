package org.diffsynth.video;

import static org.assertj.core.api.Assertions.assertThat;

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

/** Frames after a skip are those that reading frame by frame gives. */
class SkippedFramesTest {

  private static final int FRAMES = 45;

  @TempDir private Path folder;

  private Path file(String extension, VideoCodec codec) throws IOException {
    VideoSettings settings =
        codec == null ? VideoSettings.DEFAULT : VideoSettings.DEFAULT.withCodec(codec);
    return VideoFilesTest.write(
        folder.resolve("clip." + extension), VideoFilesTest.scene(FRAMES, 64, 48), settings);
  }

  private static void assertSameAfterSkips(Path file, ReadSettings settings) throws IOException {
    List<Frame> frames;
    try (FrameSource source = VideoFiles.open(file, settings)) {
      frames = Video.readAll(source).frames();
    }
    for (int first = 0; first <= frames.size() + 1; first += 3) {
      try (FrameSource source = VideoFiles.open(file, settings)) {
        int there = Math.min(first, frames.size());
        assertThat(source.skip(first)).isEqualTo(there);
        for (int frame = there; frame < Math.min(frames.size(), there + 3); frame++) {
          assertThat(source.read())
              .as("frame %d after %d", frame, first)
              .isEqualTo(frames.get(frame));
        }
        if (there + 5 <= frames.size()) {
          assertThat(source.skip(2)).isEqualTo(2);
          Frame next = there + 5 == frames.size() ? null : frames.get(there + 5);
          assertThat(source.read()).isEqualTo(next);
        }
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"mp4, H264", "mkv, FFV1", "avi, FFV1", "webm, VP9", "mov, PRORES", "gif, GIF"})
  void skippedFrames_changeNothing(String extension, VideoCodec codec) throws IOException {
    assertSameAfterSkips(file(extension, codec), ReadSettings.DEFAULT);
  }

  @Test
  void folderOfPictures_skippedFrames_changeNothing() throws IOException {
    Path pictures =
        VideoFilesTest.write(
            folder.resolve("pictures"), VideoFilesTest.scene(20, 64, 48), VideoSettings.DEFAULT);
    assertSameAfterSkips(pictures, ReadSettings.DEFAULT);
  }

  @Test
  void otherFrameRate_skippedFrames_changeNothing() throws IOException {
    Path file = file("mkv", VideoCodec.FFV1);
    for (int rate : new int[] {10, 24, 60}) {
      assertSameAfterSkips(file, rate(rate));
    }
  }

  private static ReadSettings rate(int rate) {
    return ReadSettings.DEFAULT.withFrameRate(FrameRate.of(rate));
  }

  @Test
  void lateFrame_isDecodedFromAKeyFrameOn() throws IOException {
    PacketScan scan = PacketScan.of(file("mkv", VideoCodec.FFV1));

    assertThat(scan.decodableFrom(FRAMES - 1)).isPositive();
    assertThat(scan.decodableFrom(3)).isZero();
  }
}
