package org.diffsynth.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.diffsynth.app.frames.KeyLikeness;
import org.diffsynth.app.frames.KeyPictures;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.FrameRate;
import org.diffsynth.frame.FrameSize;
import org.diffsynth.frame.Monitor;
import org.diffsynth.frame.Video;
import org.diffsynth.io.FrameFiles;
import org.diffsynth.io.Resampler;
import org.diffsynth.metrics.FrameSimilarity;
import org.diffsynth.testkit.scene.MovingScene;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which frame of the guide each key frame is used for. */
class KeyFramesTest {

  private static final int FRAMES = 8;

  @TempDir static Path inputs;
  @TempDir Path folder;

  private static Video guide;
  private static Video painting;

  @BeforeAll
  static void paintScene() throws IOException {
    SceneCommand.write(
        MovingScene.DEFAULT.withSize(128, 72).withFrames(FRAMES), inputs, false, Monitor.NONE);
    guide = TaskInputs.read(inputs.resolve("guide.mkv"));
    painting = TaskInputs.read(inputs.resolve("truth.mkv"));
    Files.createDirectory(inputs.resolve("guide"));
    for (int i = 0; i < FRAMES; i++) {
      FrameFiles.writePicture(
          inputs.resolve("guide/0000" + (i + 1) + ".png"), guide.frame(i)); // as ffmpeg counts
    }
  }

  private Path keys(String pattern, int first, int... frames) throws IOException {
    Path keys = Files.createDirectory(folder.resolve("keys"));
    for (int frame : frames) {
      FrameFiles.writePicture(
          keys.resolve(pattern.replace("#", "" + (frame + first))), painting.frame(frame));
    }
    return keys;
  }

  private Outcomes.Outcome interpolate(Path guidePath, Path keys, Object... more) {
    return Outcomes.run(
        java.util.stream.Stream.concat(
                java.util.stream.Stream.of(
                    "interpolate",
                    "--guide",
                    guidePath,
                    "--keyframes",
                    keys,
                    "--out",
                    folder.resolve("out")),
                java.util.Arrays.stream(more))
            .toArray());
  }

  private void assertPlaced(Outcomes.Outcome outcome) throws IOException {
    assertThat(outcome.code()).as(outcome.err()).isZero();
    Video result = TaskInputs.read(folder.resolve("out"));
    assertThat(result.frame(1)).isEqualTo(painting.frame(1));
    assertThat(result.frame(6)).isEqualTo(painting.frame(6));
    for (Frame frame : result.frames()) {
      int i = result.frames().indexOf(frame);
      assertThat(FrameSimilarity.psnr(frame, painting.frame(i))).isGreaterThan(22);
    }
  }

  @ParameterizedTest
  @CsvSource({"0000#.png", "key-#.png", "0000#_v2.png", "painted 0000#.jpg.png"})
  void guideFolder_namesTheFrames(String pattern) throws IOException {
    Outcomes.Outcome outcome = interpolate(inputs.resolve("guide"), keys(pattern, 1, 1, 6));
    assertPlaced(outcome);
    assertThat(outcome.out()).contains("-> frame 1 (0.04 s)", "-> frame 6 (0.24 s)");
    assertThat(folder.resolve("out/00001.png")).exists();
    assertThat(folder.resolve("out/00000.png")).doesNotExist();
  }

  @Test
  void guideVideo_countsFromTheGivenNumber() throws IOException {
    assertPlaced(
        interpolate(
            inputs.resolve("guide.mkv"), keys("0000#.png", 1, 1, 6), "--keyframes-from", 1));
  }

  @Test
  void guideVideo_oneBeyondTheEnd_advisesToCountFromOne() throws IOException {
    Outcomes.assertFails(
        interpolate(inputs.resolve("guide.mkv"), keys("0000#.png", 1, 1, 7)),
        "key frame 8",
        "numbered 0 to 7",
        "--keyframes-from 1");
  }

  @Test
  void keyThatBelongsToNoGuidePicture_isNamed() throws IOException {
    Outcomes.assertFails(
        interpolate(inputs.resolve("guide"), keys("0000#.png", 0, 0)),
        "00000.png belongs to no picture",
        "00001.png to 00008.png");
  }

  @Test
  void twoKeysForOneFrame_areNamed() throws IOException {
    Path keys = keys("0000#.png", 1, 1);
    Files.copy(keys.resolve("00002.png"), keys.resolve("key-2.png"));
    Outcomes.assertFails(
        interpolate(inputs.resolve("guide"), keys), "00002.png", "key-2.png", "frame 1");
  }

  @Test
  void keyOfAnotherSize_isNamed_orScaled() throws IOException {
    Path keys = keys("0000#.png", 0, 1);
    FrameFiles.writePicture(
        keys.resolve("00006.png"), Resampler.resized(painting.frame(6), new FrameSize(64, 36)));
    Path video = inputs.resolve("guide.mkv");
    Outcomes.assertFails(interpolate(video, keys), "00006.png is 64x36", "--resize");
    assertThat(interpolate(video, keys, "--resize").code()).isZero();
  }

  @Test
  void guideFolderWithAGap_keepsTheNumbersOfItsFiles() throws IOException {
    Path gap = Files.createDirectory(folder.resolve("gap"));
    for (int i : new int[] {1, 2, 4, 5, 6}) {
      FrameFiles.writePicture(gap.resolve("f" + i + ".png"), guide.frame(i));
    }
    KeyPictures keys = KeyPictures.match(keys("f#.png", 0, 1, 5), gap, 5, null);
    assertThat(keys.files().keySet()).containsExactly(0, 3);
    assertThat(keys.summary(FrameRate.DEFAULT)).contains("f5.png -> frame 3 (0.12 s)");
  }

  @Test
  void likeness_findsKeysThatAreOneFrameOff() throws IOException {
    for (int shift = -1; shift <= 1; shift++) {
      SortedMap<Integer, Frame> keys = new TreeMap<>();
      for (int frame : List.of(1, 3, 5)) {
        keys.put(frame, painting.frame(frame + shift));
      }
      assertThat(KeyLikeness.shift(guide.open(), keys).orElse(0)).isEqualTo(shift);
    }
  }

  @Test
  void foldersThatLackDifferentFrames_areNotPaired() throws IOException {
    Path one = Files.createDirectory(folder.resolve("one"));
    Path other = Files.createDirectory(folder.resolve("other"));
    for (int i = 1; i < 6; i++) {
      FrameFiles.writePicture(one.resolve((i < 3 ? i : i + 1) + ".png"), guide.frame(i));
      FrameFiles.writePicture(other.resolve((i < 5 ? i : i + 1) + ".png"), guide.frame(i));
    }
    Outcomes.assertFails(
        Outcomes.run("deflicker", "--guide", one, "--style", other, "--out", folder.resolve("out")),
        "lack different frames",
        "4.png would be used with 3.png");
  }
}
