package org.diffsynth.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.FrameRate;
import org.diffsynth.frame.FrameSink;
import org.diffsynth.frame.FrameSource;
import org.diffsynth.frame.Video;
import org.diffsynth.testkit.TestFrames;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Folders of pictures as people keep them. */
class PictureFolderTest {

  @TempDir Path folder;

  private void write(String... names) throws IOException {
    int value = 0;
    for (String name : names) {
      FrameFiles.writePicture(folder.resolve(name), TestFrames.plain(8, 8, value++));
    }
  }

  private List<Integer> values(Path path) throws IOException {
    try (FrameSource source = FrameFiles.open(path, FrameRate.DEFAULT)) {
      return Video.readAll(source).frames().stream().map(f -> f.toRgb8()[0] & 0xFF).toList();
    }
  }

  @Test
  void filesThatAreNoFrames_areIgnored() throws IOException {
    write("00000.png", "00001.PNG");
    for (String other : List.of("._00000.png", ".DS_Store", "Thumbs.db", "desktop.ini", "a.json")) {
      Files.writeString(folder.resolve(other), "x");
    }
    Files.createDirectory(folder.resolve("00002.png"));
    assertThat(values(folder)).containsExactly(0, 1);
  }

  @Test
  void folderOfDotFilesOnly_holdsNoPictures() throws IOException {
    Files.writeString(folder.resolve("._1.png"), "x");
    Files.writeString(folder.resolve("clip.mp4"), "x");
    assertThatThrownBy(() -> FrameFiles.list(folder))
        .hasMessageContaining("holds no pictures")
        .hasMessageContaining("[.mp4]");
  }

  @ParameterizedTest
  @CsvSource({"00001.webp", "00001.heic", "00001.avif", "00001.jxl"})
  void pictureThatCannotBeRead_isNeverAGap(String name) throws IOException {
    write("00000.png", "00002.png");
    Files.writeString(folder.resolve(name), "no picture");
    assertThatThrownBy(() -> values(folder))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(name);
  }

  @ParameterizedTest
  @CsvSource({"7.png, 7.jpg", "f7.png, f007.png", "a07b.tif, a7b.png"})
  void twoPicturesOfOneFrame_areNamed(String one, String other) throws IOException {
    write(one, other);
    assertThatThrownBy(() -> FrameFiles.list(folder))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(one)
        .hasMessageContaining(other);
  }

  @Test
  void headers_areCheckedBeforeTheFirstFrame() throws IOException {
    write("0.png", "1.png", "2.png");
    Files.write(folder.resolve("1.png"), new byte[0]);
    assertThatThrownBy(() -> FrameFiles.open(folder, FrameRate.DEFAULT))
        .hasMessageContaining("1.png is empty (0 bytes)");
  }

  @Test
  void oneDeepPicture_makesAllFramesDeep() throws IOException {
    write("0.png", "1.png");
    Frame deep = TestFrames.plain(8, 8, 9).as(Frame.Depth.UINT16);
    FrameFiles.writePicture(folder.resolve("2.png"), deep);
    try (FrameSource source = FrameFiles.open(folder, FrameRate.DEFAULT)) {
      assertThat(Video.readAll(source).frames())
          .extracting(Frame::depth)
          .containsOnly(Frame.Depth.UINT16);
    }
  }

  @ParameterizedTest
  @CsvSource({"%05d.png, 2", "*.png, 3", "%d.png, 3", "0000?.png, 2", "%d.jpg, 1"})
  void pattern_selectsFiles(String pattern, int count) throws IOException {
    write("00000.png", "00001.png", "7.png", "8.jpg");
    assertThat(values(folder.resolve(pattern))).hasSize(count);
    assertThat(FrameFiles.isFolder(folder.resolve(pattern))).isTrue();
    assertThat(FrameFiles.isFolder(folder.resolve("8.jpg"))).isFalse();
  }

  @Test
  void pattern_thatFitsNothing_isAnError() throws IOException {
    write("a.png");
    assertThatThrownBy(() -> FrameFiles.list(folder.resolve("%05d.png")))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("fits the pattern %05d.png");
  }

  private static String oddity(String... names) {
    return PictureNumbers.oddity(Stream.of(names).map(Path::of).toList()).orElse("none");
  }

  @Test
  void gaps_areNamed_butStepsAndTimesAreNot() {
    assertThat(oddity("f1.png", "f2.png", "f4.png", "f5.png", "f6.png"))
        .contains("none between f2.png and f4.png, 1 missing");
    assertThat(oddity("2.png", "4.png", "6.png")).isEqualTo("none");
    assertThat(oddity("a.png", "b.png")).isEqualTo("none");
    assertThat(oddity("x1.png", "x99999999999999999999.png")).isEqualTo("none");
    assertThat(oddity("t100.png", "t117.png", "t149.png", "t160.png")).isEqualTo("none");
    assertThat(oddity("cover.png", "f1.png", "f2.png")).contains("2 kinds", "cover.png");
  }

  @Test
  void names_ofAnotherFolder_areKept() throws IOException {
    write("00001.png", "00002.jpg");
    Path out = folder.resolve("out");
    try (FrameSink sink = FrameFiles.create(out, "png", false, Map.of(), FrameFiles.list(folder))) {
      for (int i = 0; i < 3; i++) {
        sink.write(TestFrames.plain(8, 8, 10 + i));
      }
      sink.commit();
    }
    assertThat(FrameFiles.list(out))
        .extracting(file -> file.getFileName().toString())
        .containsExactly("00001.png", "00002.png", "00002_00001.png");
    assertThat(values(out)).containsExactly(10, 11, 12);
  }

  @Test
  void overwriting_neverMixesOldAndNewFrames() throws IOException {
    write("frame1.png", "00007.png");
    assertThatThrownBy(() -> FrameFiles.create(folder, "png", true))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("frame1.png");
    List<Path> likes = List.of(Path.of("frame1.jpg"), Path.of("frame2.jpg"));
    try (FrameSink sink = FrameFiles.create(folder, "png", true, Map.of(), likes)) {
      sink.write(TestFrames.plain(8, 8, 1));
      sink.commit();
    }
    assertThat(FrameFiles.list(folder)).containsExactly(folder.resolve("frame1.png"));
  }
}
