package org.diffsynth.video;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.Video;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OrientationTest {

  @TempDir Path folder;

  /**
   * The matrix entries {a, b, c, d} of the eight symmetries, as the MP4 track header stores them.
   */
  @ParameterizedTest
  @CsvSource({
    "1, 0, 0, 1", "0, 1, -1, 0", "-1, 0, 0, -1", "0, -1, 1, 0",
    "-1, 0, 0, 1", "1, 0, 0, -1", "0, 1, 1, 0", "0, -1, -1, 0"
  })
  void file_withADisplayMatrix_isReadUpright(int a, int b, int c, int d) throws IOException {
    Video scene = VideoFilesTest.scene(2, 96, 64);
    Path file = VideoFilesTest.write(folder.resolve("a.mp4"), scene, VideoSettings.DEFAULT);
    Path turned = Files.write(folder.resolve("turned.mp4"), withMatrix(file, a, b, c, d));
    Frame stored = VideoFilesTest.read(file).frame(1);
    Frame upright = VideoFilesTest.read(turned).frame(1);
    boolean transposed = a == 0;
    assertThat(upright.width()).isEqualTo(transposed ? 64 : 96);
    byte[] from = stored.toRgb8();
    byte[] to = upright.toRgb8();
    for (int y = 0; y < 64; y++) {
      for (int x = 0; x < 96; x++) {
        int toX = a * x + c * y + (a + c < 0 ? upright.width() - 1 : 0);
        int toY = b * x + d * y + (b + d < 0 ? upright.height() - 1 : 0);
        int target = (toY * upright.width() + toX) * 3;
        assertThat(to[target]).isEqualTo(from[(y * 96 + x) * 3]);
        assertThat(to[target + 2]).isEqualTo(from[(y * 96 + x) * 3 + 2]);
      }
    }
  }

  static byte[] withMatrix(Path file, int a, int b, int c, int d) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    int at = new String(bytes, StandardCharsets.ISO_8859_1).indexOf("tkhd") + 4 + 40;
    int[] matrix = {a, b, 0, c, d, 0, 0, 0, 1};
    ByteBuffer buffer = ByteBuffer.wrap(bytes);
    for (int i = 0; i < 9; i++) {
      buffer.putInt(at + 4 * i, matrix[i] << (i % 3 == 2 ? 30 : 16));
    }
    return bytes;
  }

  @Test
  void quarterTurn_turnsTheShapeOfPixels() throws IOException {
    Video scene = VideoFilesTest.scene(2, 96, 64);
    PictureTags tags = PictureTags.NONE.withPixelAspect(new PixelAspect(16, 15));
    Path file =
        VideoFilesTest.write(folder.resolve("a.mp4"), scene, VideoSettings.DEFAULT.withTags(tags));
    Path turned = Files.write(folder.resolve("turned.mp4"), withMatrix(file, 0, 1, -1, 0));
    assertThat(VideoFiles.tags(turned, ReadSettings.DEFAULT).pixelAspect())
        .isEqualTo(new PixelAspect(15, 16));
  }

  @Test
  void angleThatIsNoQuarterTurn_isNoOrientation() {
    assertThat(Orientation.of(new int[] {46341, 46341, 0, -46341, 46341, 0, 0, 0, 1 << 30}))
        .isEmpty();
  }
}
