package org.diffsynth.video;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.FrameRate;
import org.diffsynth.frame.FrameSink;
import org.diffsynth.frame.FrameSource;
import org.diffsynth.frame.Video;
import org.diffsynth.metrics.FrameSimilarity;
import org.diffsynth.testkit.TestFrames;
import org.diffsynth.testkit.scene.MovingScene;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class VideoFilesTest {

  @TempDir Path folder;

  static Path write(Path file, Video video, VideoSettings settings) throws IOException {
    try (FrameSink sink =
        VideoFiles.create(file, settings.withFrameRate(video.format().frameRate()))) {
      for (Frame frame : video) {
        sink.write(frame);
      }
      sink.commit();
    }
    return file;
  }

  static Video read(Path file) throws IOException {
    try (FrameSource source = VideoFiles.open(file)) {
      Video video = Video.readAll(source);
      assertThat(source.format().frameCount()).isEqualTo(video.size());
      return video;
    }
  }

  static Video scene(int frames, int width, int height) throws IOException {
    MovingScene scene = MovingScene.DEFAULT.withSize(width, height).withFrames(frames);
    try (FrameSource source = scene.guide()) {
      return Video.readAll(source);
    }
  }

  private static double psnr(Video a, Video b) {
    assertThat(a.size()).isEqualTo(b.size());
    double sum = 0;
    for (int i = 0; i < a.size(); i++) {
      sum += FrameSimilarity.psnr(a.frame(i), b.frame(i));
    }
    return sum / a.size();
  }

  @ParameterizedTest
  @CsvSource({"mp4", "mov", "mkv", "webm", "avi", "gif"})
  void file_writtenAndRead_hasSizeLengthAndRate(String extension) throws IOException {
    Video scene = scene(7, 160, 96);
    Video back = read(write(folder.resolve("a." + extension), scene, VideoSettings.DEFAULT));
    assertThat(back.format()).isEqualTo(scene.format());
    // In pictures as small as these, storing color at half the size loses more than the codec.
    assertThat(psnr(scene, back)).isGreaterThan(27);
  }

  @ParameterizedTest
  @CsvSource({"mp4", "mov", "mkv", "webm"})
  void frameRate_ofNtsc_isKeptExactly(String extension) throws IOException {
    FrameRate ntsc = new FrameRate(30000, 1001);
    Video scene = Video.of(scene(40, 64, 48).frames(), ntsc);
    Video back = read(write(folder.resolve("ntsc." + extension), scene, VideoSettings.DEFAULT));
    assertThat(back.format().frameRate()).isEqualTo(ntsc);
    assertThat(back.size()).isEqualTo(40);
  }

  @ParameterizedTest
  @ValueSource(strings = {"mkv", "avi"})
  void ffv1_of8BitFrames_losesNothing(String extension) throws IOException {
    Video scene = scene(3, 67, 45);
    Path file = folder.resolve("lossless." + extension);
    Video back = read(write(file, scene, VideoSettings.DEFAULT.withCodec(VideoCodec.FFV1)));
    assertThat(back.frames()).isEqualTo(scene.frames());
    assertThat(back.frame(0).depth()).isEqualTo(Frame.Depth.UINT8);
  }

  @Test
  void ffv1_of16BitFrames_losesNothing() throws IOException {
    short[] samples = new short[50 * 34 * 3];
    for (int i = 0; i < samples.length; i++) {
      samples[i] = (short) (i * 40503);
    }
    Video deep = Video.of(List.of(Frame.ofRgb16(50, 34, samples)), FrameRate.DEFAULT);
    Path file = folder.resolve("deep.mkv");
    Video back = read(write(file, deep, VideoSettings.DEFAULT.withCodec(VideoCodec.FFV1)));
    assertThat(back.frames()).isEqualTo(deep.frames());
  }

  @ParameterizedTest
  @EnumSource(
      value = VideoCodec.class,
      names = {"H264", "VP9"})
  void plainColours_throughLossyCodec_comeBackAsTheyWere(VideoCodec codec) throws IOException {
    for (int lines : new int[] {64, 720}) { // BT.601 and BT.709
      Frame red = colour(128, lines, 200, 30, 60);
      Path file = folder.resolve(codec + "-" + lines + ".mkv");
      Video video = Video.of(List.of(red, red, red), FrameRate.DEFAULT);
      Frame back = read(write(file, video, VideoSettings.DEFAULT.withCodec(codec))).frame(2);
      byte[] samples = back.toRgb8();
      int middle = (lines / 2 * 128 + 64) * 3;
      assertThat(samples[middle] & 0xFF).isBetween(196, 204);
      assertThat(samples[middle + 1] & 0xFF).isBetween(26, 34);
      assertThat(samples[middle + 2] & 0xFF).isBetween(56, 64);
    }
  }

  private static Frame colour(int width, int height, int red, int green, int blue) {
    byte[] samples = new byte[width * height * 3];
    for (int i = 0; i < samples.length; i += 3) {
      samples[i] = (byte) red;
      samples[i + 1] = (byte) green;
      samples[i + 2] = (byte) blue;
    }
    return Frame.ofRgb8(width, height, samples);
  }

  @Test
  void quality_higher_isNearerToTheOriginal() throws IOException {
    Video scene = scene(12, 320, 180);
    Video low = read(write(folder.resolve("l.mp4"), scene, VideoSettings.DEFAULT.withQuality(40)));
    Video high = read(write(folder.resolve("h.mp4"), scene, VideoSettings.DEFAULT));
    assertThat(psnr(scene, high)).isGreaterThan(psnr(scene, low) + 4);
    assertThat(Files.size(folder.resolve("h.mp4")))
        .isGreaterThan(Files.size(folder.resolve("l.mp4")));
  }

  @ParameterizedTest
  @ValueSource(strings = {"mp4", "mov", "mkv", "webm", "avi", "gif"})
  void sameFrames_writtenTwice_giveTheSameBytes(String extension) throws IOException {
    Video scene = scene(5, 96, 64);
    Path a = write(folder.resolve("a." + extension), scene, VideoSettings.DEFAULT);
    Path b = write(folder.resolve("b." + extension), scene, VideoSettings.DEFAULT);
    assertThat(a).hasSameBinaryContentAs(b);
  }

  @Test
  void folderName_withoutEnding_becomesPngPictures() throws IOException {
    Video scene = scene(3, 40, 30);
    Path pictures = write(folder.resolve("frames"), scene, VideoSettings.DEFAULT);
    assertThat(pictures.resolve("00002.png")).exists();
    assertThat(read(pictures).frames()).isEqualTo(scene.frames());
  }

  @Test
  void picturesWithRate_opened_playAtThatRate() throws IOException {
    Path pictures = write(folder.resolve("frames"), scene(2, 40, 30), VideoSettings.DEFAULT);
    try (FrameSource source = VideoFiles.open(pictures, FrameRate.of(12))) {
      assertThat(source.format().frameRate()).isEqualTo(FrameRate.of(12));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "mp4, H264, 67, 45",
    "mov, H264, 66, 45",
    "mkv, H264, 67, 44",
    "webm, VP9, 67, 45",
    "mp4, AV1, 67, 65",
    "mkv, AV1, 67, 65",
    "mov, PRORES, 67, 45"
  })
  void oddSize_isKept(String extension, VideoCodec codec, int width, int height)
      throws IOException {
    Video scene = scene(3, width, height);
    Path file = folder.resolve("odd." + extension);
    Video back = read(write(file, scene, VideoSettings.DEFAULT.withCodec(codec)));
    assertThat(back.format().size()).isEqualTo(scene.format().size());
    assertThat(psnr(scene, back)).isGreaterThan(24);
  }

  @Test
  void tinyFrames_inH264_areRefusedWithTheWayOut() {
    assertThatThrownBy(() -> write(folder.resolve("a.mp4"), pictures(4, 4), VideoSettings.DEFAULT))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("at least 16x16")
        .hasMessageContaining("4x4");
  }

  private static Video pictures(int width, int height) {
    return Video.of(List.of(TestFrames.texture(width, height, 1)), FrameRate.DEFAULT);
  }

  @Test
  void existingOutput_withoutOverwrite_isRefusedBeforeAnyFrame() throws IOException {
    Path file = Files.writeString(folder.resolve("mine.mp4"), "precious");
    assertThatThrownBy(() -> VideoFiles.create(file, VideoSettings.DEFAULT))
        .isInstanceOf(FileAlreadyExistsException.class)
        .hasMessageContaining("mine.mp4");
    assertThat(file).hasContent("precious");
  }

  @Test
  void existingOutput_withOverwrite_isReplacedOnCommitOnly() throws IOException {
    Path file = Files.writeString(folder.resolve("old.mp4"), "old");
    VideoSettings settings = VideoSettings.DEFAULT.withOverwrite(true);
    try (FrameSink sink = VideoFiles.create(file, settings)) {
      sink.write(TestFrames.texture(32, 32, 1));
    }
    assertThat(file).hasContent("old");
    write(file, scene(2, 32, 32), settings);
    assertThat(read(file).size()).isEqualTo(2);
  }

  @Test
  void sink_closedWithoutCommit_leavesNothing() throws IOException {
    try (FrameSink sink = VideoFiles.create(folder.resolve("a.mp4"), VideoSettings.DEFAULT)) {
      sink.write(TestFrames.texture(32, 32, 1));
    }
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void sink_committedWithoutFrames_isAnError() throws IOException {
    try (FrameSink sink = VideoFiles.create(folder.resolve("a.mp4"), VideoSettings.DEFAULT)) {
      assertThatThrownBy(sink::commit)
          .isInstanceOf(IOException.class)
          .hasMessageContaining("a.mp4");
    }
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void sink_frameOfAnotherSize_isRefused() throws IOException {
    try (FrameSink sink = VideoFiles.create(folder.resolve("a.mp4"), VideoSettings.DEFAULT)) {
      sink.write(TestFrames.texture(32, 32, 1));
      assertThatThrownBy(() -> sink.write(TestFrames.texture(64, 32, 1)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("32x32")
          .hasMessageContaining("frame 1 is 64x32");
    }
  }

  @ParameterizedTest
  @CsvSource({"a.mp4, FFV1", "a.webm, H264", "a.gif, VP9", "a.mkv, GIF"})
  void codec_inAFileThatCannotHoldIt_isRefused(String name, VideoCodec codec) {
    assertThatThrownBy(
            () -> VideoFiles.create(folder.resolve(name), VideoSettings.DEFAULT.withCodec(codec)))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(name)
        .hasMessageContaining(codec.toString());
  }

  @Test
  void unknownEnding_isRefusedWithTheKnownOnes() {
    assertThatThrownBy(() -> VideoFiles.create(folder.resolve("a.xyz"), VideoSettings.DEFAULT))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(".mp4");
  }

  @Test
  void outputFolder_thatIsAFile_isNamed() throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "x");
    assertThatThrownBy(() -> VideoFiles.create(file.resolve("a.mp4"), VideoSettings.DEFAULT))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("cannot write into the folder " + file);
  }

  @Test
  void noDiskSpace_isSeenBeforeTheFirstFrame() throws IOException {
    Path temporary = Files.createTempFile(folder, "a", ".part");
    try (VideoWriter writer =
        new VideoWriter(
            folder.resolve("a.mp4"),
            VideoSettings.DEFAULT,
            VideoCodec.H264,
            temporary,
            () -> {},
            path -> 100)) {
      assertThatThrownBy(() -> writer.write(TestFrames.texture(32, 32, 1)))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("no room for")
          .hasMessageContaining("100 bytes free");
    }
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void diskFull_inTheMiddle_isAnErrorAndLeavesNothing() throws IOException {
    Path full = Path.of("/dev/full");
    org.junit.jupiter.api.Assumptions.assumeTrue(Files.exists(full), "no /dev/full here");
    Path temporary = Files.createSymbolicLink(folder.resolve("a.part"), full);
    VideoSettings settings = VideoSettings.DEFAULT.withCodec(VideoCodec.FFV1);
    try (VideoWriter writer =
        new VideoWriter(
            folder.resolve("a.mkv"),
            settings,
            VideoCodec.FFV1,
            temporary,
            () -> {},
            path -> 1L << 40)) {
      assertThatThrownBy(
              () -> {
                for (int i = 0; i < 50; i++) {
                  writer.write(TestFrames.texture(256, 256, i));
                }
                writer.commit();
              })
          .isInstanceOf(IOException.class)
          .hasMessageContaining("a.mkv")
          .hasMessageContaining("No space left");
    }
    assertThat(folder).isEmptyDirectory();
    assertThat(full).exists();
  }

  @Test
  void missingFile_isNamed() {
    assertThatThrownBy(() -> VideoFiles.open(folder.resolve("nothing.mp4")))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("nothing.mp4");
  }

  @Test
  void temporaryName_isHiddenAndBesideTheOutput() throws IOException {
    try (FrameSink sink = VideoFiles.create(folder.resolve("a.mp4"), VideoSettings.DEFAULT);
        Stream<Path> files = Files.list(folder)) {
      assertThat(files.map(file -> file.getFileName().toString()).toList())
          .allSatisfy(name -> assertThat(name).startsWith(".a.mp4."))
          .filteredOn(name -> !name.endsWith(".lock"))
          .singleElement()
          .satisfies(name -> assertThat(name).endsWith(".part"));
      assertThat(sink).isNotNull();
    }
  }

  /** What a run that was killed leaves behind: the part, and a lock that nobody holds. */
  @Test
  void leftoverOfAKilledRun_isRemovedWhenTheFileIsWrittenAgain() throws IOException {
    Path part = Files.writeString(folder.resolve(".a.mp4.1f.part"), "half a video");
    Path lock = Files.createFile(folder.resolve(".a.mp4.1f.part.lock"));
    Path other = Files.createFile(folder.resolve(".b.mp4.1f.part"));

    VideoFiles.create(folder.resolve("a.mp4"), VideoSettings.DEFAULT).close();

    assertThat(part).doesNotExist();
    assertThat(lock).doesNotExist();
    assertThat(folder).isDirectoryContaining(file -> file.equals(other));
    Files.delete(other);
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void write_thatReturns_commits() throws IOException {
    Path file = folder.resolve("a.mkv");
    List<Frame> frames = List.of(TestFrames.texture(32, 32, 1), TestFrames.texture(32, 32, 2));
    VideoFiles.write(
        file,
        VideoSettings.DEFAULT.withCodec(VideoCodec.FFV1),
        sink -> {
          for (Frame frame : frames) {
            sink.write(frame);
          }
        });
    try (FrameSource source = VideoFiles.open(file)) {
      assertThat(Video.readAll(source).frames()).isEqualTo(frames);
    }
  }

  @Test
  void write_thatFails_keepsTheOldFileAndLeavesNothing() throws IOException {
    Path file = Files.writeString(folder.resolve("a.mp4"), "old");
    assertThatThrownBy(
            () ->
                VideoFiles.write(
                    file,
                    VideoSettings.DEFAULT.withOverwrite(true),
                    sink -> {
                      sink.write(TestFrames.texture(32, 32, 1));
                      throw new IOException("the input is broken");
                    }))
        .isInstanceOf(IOException.class)
        .hasMessage("the input is broken");
    assertThat(file).hasContent("old");
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files).containsExactly(file);
    }
  }

  @Test
  void sink_closedWithoutCommit_warnsOnce() throws IOException {
    Path file = folder.resolve("a.mp4");
    List<String> warnings = new ArrayList<>();
    FrameSink sink =
        new CommitReminder(VideoFiles.create(file, VideoSettings.DEFAULT), file, warnings::add);
    sink.write(TestFrames.texture(32, 32, 1));
    sink.close();
    sink.close();
    assertThat(warnings)
        .singleElement()
        .satisfies(
            text -> assertThat(text).contains("a.mp4", "without commit()", "discards 1 frames"));
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void sink_closedAfterCommitOrFailure_doesNotWarn() throws IOException {
    Path file = folder.resolve("a.mp4");
    List<String> warnings = new ArrayList<>();
    try (FrameSink sink =
        new CommitReminder(VideoFiles.create(file, VideoSettings.DEFAULT), file, warnings::add)) {
      sink.write(TestFrames.texture(32, 32, 1));
      sink.commit();
    }
    Path odd = folder.resolve("odd.mp4");
    try (FrameSink sink =
        new CommitReminder(VideoFiles.create(odd, VideoSettings.DEFAULT), odd, warnings::add)) {
      assertThatThrownBy(() -> sink.write(TestFrames.texture(9, 9, 1)))
          .isInstanceOf(IOException.class);
    }
    assertThat(warnings).isEmpty();
  }
}
