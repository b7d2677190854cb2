package org.diffsynth.video;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageTypeSpecifier;
import javax.imageio.ImageWriter;
import javax.imageio.metadata.IIOMetadata;
import javax.imageio.metadata.IIOMetadataNode;
import javax.imageio.stream.ImageOutputStream;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.FrameRate;
import org.diffsynth.frame.FrameSource;
import org.diffsynth.frame.Video;
import org.diffsynth.metrics.FrameSimilarity;
import org.diffsynth.testkit.TestFrames;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class VideoReaderTest {

  @TempDir Path folder;

  @Test
  void textFile_namedMp4_isNoVideo() throws IOException {
    Path file = Files.writeString(folder.resolve("notes.mp4"), "these are notes\n".repeat(500));
    assertThatThrownBy(() -> VideoFiles.open(file))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("notes.mp4 is not a video");
  }

  @Test
  void emptyFile_isEmpty() throws IOException {
    Path file = Files.createFile(folder.resolve("a.mp4"));
    assertThatThrownBy(() -> VideoFiles.open(file))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("a.mp4 is empty");
  }

  @ParameterizedTest
  @CsvSource({"mp4, 50", "mp4, 98", "mkv, 60", "webm, 60", "avi, 60"})
  void truncatedFile_isRefusedOrFailsAtTheFrame(String extension, int percent) throws IOException {
    Path whole =
        VideoFilesTest.write(
            folder.resolve("whole." + extension),
            VideoFilesTest.scene(20, 160, 96),
            VideoSettings.DEFAULT);
    byte[] bytes = Files.readAllBytes(whole);
    Path cut = folder.resolve("cut." + extension);
    Files.write(cut, Arrays.copyOf(bytes, bytes.length * percent / 100));
    assertThatThrownBy(() -> VideoFilesTest.read(cut))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(cut.toString());
  }

  /** Moves the index to the front, so that cutting the file removes pictures only. */
  @Test
  void truncatedFile_withItsIndexInFront_isRefused() throws IOException {
    Path whole =
        VideoFilesTest.write(
            folder.resolve("whole.mp4"), VideoFilesTest.scene(20, 160, 96), VideoSettings.DEFAULT);
    byte[] front = indexInFront(Files.readAllBytes(whole));
    Path file = Files.write(folder.resolve("front.mp4"), front);
    assertThat(VideoFilesTest.read(file).size()).isEqualTo(20);
    Path cut = folder.resolve("cut.mp4");
    Files.write(cut, Arrays.copyOf(front, front.length * 3 / 4));
    assertThatThrownBy(() -> VideoFilesTest.read(cut))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("cut.mp4")
        .hasMessageContaining("truncated");
  }

  private static byte[] indexInFront(byte[] file) {
    ByteBuffer in = ByteBuffer.wrap(file);
    int ftyp = in.getInt(0);
    int moov = indexOf(file, "moov") - 4;
    int moovSize = in.getInt(moov);
    for (int at = indexOf(file, "stco") + 12, n = in.getInt(at - 4), i = 0; i < n; i++, at += 4) {
      in.putInt(at, in.getInt(at) + moovSize);
    }
    ByteBuffer out = ByteBuffer.allocate(file.length);
    out.put(file, 0, ftyp).put(file, moov, moovSize).put(file, ftyp, moov - ftyp);
    out.put(file, moov + moovSize, file.length - moov - moovSize);
    return out.array();
  }

  private static int indexOf(byte[] file, String box) {
    byte[] wanted = box.getBytes(StandardCharsets.US_ASCII);
    for (int i = file.length - 4; i >= 0; i--) {
      if (Arrays.equals(file, i, i + 4, wanted, 0, 4)) {
        return i;
      }
    }
    throw new AssertionError("no box " + box);
  }

  @Test
  void damagedData_failWithFileAndFrame() throws IOException {
    Path whole =
        VideoFilesTest.write(
            folder.resolve("whole.mkv"),
            VideoFilesTest.scene(12, 160, 96),
            VideoSettings.DEFAULT.withCodec(VideoCodec.FFV1));
    byte[] bytes = Files.readAllBytes(whole);
    Arrays.fill(bytes, bytes.length / 2, bytes.length / 2 + 3000, (byte) 0x5A);
    Path file = Files.write(folder.resolve("bad.mkv"), bytes);
    assertThatThrownBy(() -> VideoFilesTest.read(file))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("bad.mkv");
  }

  /** Writes the matrix {a, b, u, c, d, v, x, y, w} of the track header, as phones do. */
  @ParameterizedTest
  @ValueSource(ints = {90, 180, 270})
  void rotationFlag_isHonoured(int degreesClockwise) throws IOException {
    Video scene = VideoFilesTest.scene(2, 96, 64);
    Path file = VideoFilesTest.write(folder.resolve("a.mp4"), scene, VideoSettings.DEFAULT);
    byte[] bytes = Files.readAllBytes(file);
    int cos = (int) Math.round(Math.cos(Math.toRadians(degreesClockwise)));
    int sin = (int) Math.round(Math.sin(Math.toRadians(degreesClockwise)));
    int[] matrix = {cos, sin, 0, -sin, cos, 0, 0, 0, 1};
    int at = indexOf(bytes, "tkhd") + 4 + 40;
    ByteBuffer buffer = ByteBuffer.wrap(bytes);
    for (int i = 0; i < 9; i++) {
      buffer.putInt(at + 4 * i, matrix[i] << (i % 3 == 2 ? 30 : 16));
    }
    Path turned = Files.write(folder.resolve("turned.mp4"), bytes);
    Video stored = VideoFilesTest.read(file);
    Video upright = VideoFilesTest.read(turned);
    assertThat(upright.frame(1)).isEqualTo(turnedRight(stored.frame(1), degreesClockwise / 90));
  }

  private static Frame turnedRight(Frame frame, int quarters) {
    Frame result = frame;
    for (int i = 0; i < quarters; i++) {
      int width = result.height();
      int height = result.width();
      byte[] from = result.toRgb8();
      byte[] to = new byte[from.length];
      for (int y = 0; y < height; y++) {
        for (int x = 0; x < width; x++) {
          int source = ((result.height() - 1 - x) * result.width() + y) * 3;
          System.arraycopy(from, source, to, (y * width + x) * 3, 3);
        }
      }
      result = Frame.ofRgb8(width, height, to);
    }
    return result;
  }

  @Test
  void variableFrameRate_isReadFrameByFrame() throws IOException {
    Path file = gif(4, 4, 4, 40, 4, 4, 4, 4);
    assertThat(VideoFilesTest.read(file).size()).isEqualTo(8);
    FrameTimes times = FrameTimes.of(file);
    assertThat(times.isConstant()).isFalse();
    assertThat(times.count()).isEqualTo(8);
    assertThat(times.secondsAt(3)).isCloseTo(0.12, within(1e-9));
    assertThat(times.secondsAt(4)).isCloseTo(0.52, within(1e-9));
    assertThat(times.steadyRate()).isEqualTo(FrameRate.of(25));
    assertThat(times.startingAt(3).secondsAt(1)).isCloseTo(0.40, within(1e-9));
  }

  @Test
  void variableFrameRate_withARateGiven_isResampledByTime() throws IOException {
    Path file = gif(4, 4, 4, 40, 4, 4, 4, 4);
    Video frames = VideoFilesTest.read(file);
    try (FrameSource source = VideoFiles.open(file, FrameRate.of(25))) {
      assertThat(source.format().frameRate()).isEqualTo(FrameRate.of(25));
      Video steady = Video.readAll(source);
      assertThat(source.format().frameCount()).isEqualTo(17);
      assertThat(steady.size()).isEqualTo(17); // 0.68 s
      assertThat(steady.frames().subList(3, 13)).containsOnly(frames.frame(3));
      assertThat(steady.frame(13)).isEqualTo(frames.frame(4));
    }
    try (FrameSource source = VideoFiles.open(file, FrameRate.of(5))) {
      assertThat(Video.readAll(source).size()).isEqualTo(3);
    }
  }

  /** 30 frames per second, rounded to 1/100 second, are not exactly evenly spaced. */
  @Test
  void roundedTimes_areAConstantRate() throws IOException {
    Video video = VideoFilesTest.read(gif(3, 4, 3, 3, 4, 3, 3, 4, 3));
    assertThat(video.size()).isEqualTo(9);
    assertThat(video.format().frameRate().framesPerSecond()).isBetween(28.0, 32.0);
  }

  /** Writes a GIF with the JDK; each frame is shown for the given number of 1/100 seconds. */
  private Path gif(int... delays) throws IOException {
    Path file = folder.resolve("made.gif");
    ImageWriter writer = ImageIO.getImageWritersByFormatName("gif").next();
    try (ImageOutputStream out = ImageIO.createImageOutputStream(file.toFile())) {
      writer.setOutput(out);
      writer.prepareWriteSequence(null);
      for (int i = 0; i < delays.length; i++) {
        BufferedImage image = new BufferedImage(24, 16, BufferedImage.TYPE_INT_RGB);
        image.setRGB(i, i, 0xFFFFFF);
        IIOMetadata metadata =
            writer.getDefaultImageMetadata(ImageTypeSpecifier.createFromRenderedImage(image), null);
        String format = metadata.getNativeMetadataFormatName();
        IIOMetadataNode root = (IIOMetadataNode) metadata.getAsTree(format);
        IIOMetadataNode control =
            (IIOMetadataNode) root.getElementsByTagName("GraphicControlExtension").item(0);
        control.setAttribute("delayTime", Integer.toString(delays[i]));
        control.setAttribute("disposalMethod", "none");
        metadata.setFromTree(format, root);
        writer.writeToSequence(new IIOImage(image, null, metadata), null);
      }
      writer.endWriteSequence();
    } finally {
      writer.dispose();
    }
    return file;
  }

  @Test
  void nameThatLooksLikeAProtocol_isAFileAllTheSame() throws IOException {
    Video scene = VideoFilesTest.scene(2, 32, 32);
    Path file = VideoFilesTest.write(folder.resolve("a:b c%d.mp4"), scene, VideoSettings.DEFAULT);
    assertThat(VideoFilesTest.read(file).size()).isEqualTo(2);
  }

  @Test
  void source_read_givesTheFramesInOrder() throws IOException {
    Video pan = TestFrames.pan(30, 128, 96, 3, 1, 5);
    Video back =
        VideoFilesTest.read(
            VideoFilesTest.write(folder.resolve("pan.mp4"), pan, VideoSettings.DEFAULT));
    for (int i = 0; i < 30; i++) {
      double here = FrameSimilarity.psnr(pan.frame(i), back.frame(i));
      double next = FrameSimilarity.psnr(pan.frame(Math.floorMod(i + 1, 30)), back.frame(i));
      assertThat(here).as("frame %d", i).isGreaterThan(next + 3);
    }
  }

  @Test
  void source_closed_readsNoMore() throws IOException {
    Path file =
        VideoFilesTest.write(
            folder.resolve("a.mp4"), VideoFilesTest.scene(2, 32, 32), VideoSettings.DEFAULT);
    FrameSource source = VideoFiles.open(file);
    source.close();
    source.close();
    assertThatThrownBy(source::read).isInstanceOf(IOException.class).hasMessageContaining("closed");
  }
}
