package org.diffsynth.javacv;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ShortBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.bytedeco.javacv.Frame;
import org.bytedeco.javacv.FrameGrabber;
import org.bytedeco.javacv.FrameRecorder;
import org.diffsynth.frame.FrameRate;
import org.diffsynth.frame.FrameSink;
import org.diffsynth.frame.FrameSource;
import org.diffsynth.frame.PixelOrder;
import org.diffsynth.frame.Video;
import org.junit.jupiter.api.Test;

/** Pictures with rows of any length go to JavaCV and back, on the heap and in native memory. */
class JavaCvTest {

  private static final int WIDTH = 13;
  private static final int HEIGHT = 5;

  private static org.diffsynth.frame.Frame random(int seed) {
    byte[] rgb = new byte[WIDTH * HEIGHT * 3];
    new Random(seed).nextBytes(rgb);
    return org.diffsynth.frame.Frame.ofRgb8(WIDTH, HEIGHT, rgb);
  }

  @Test
  void frame_toJavaCvAndBack_isExact() {
    try (Frame picture = JavaCvFrames.toJavaCv(random(1))) {
      assertThat(picture.imageStride).as("rows are padded").isGreaterThan(WIDTH * 3);
      assertThat(JavaCvFrames.fromJavaCv(picture)).isEqualTo(random(1));
      JavaCvFrames.copyTo(random(2), picture);
      assertThat(JavaCvFrames.fromJavaCv(picture)).isEqualTo(random(2));
    }
  }

  @Test
  void javaCv_blueFirst_isReadAsBlue() {
    Frame picture = picture(1, 1, 3, ByteBuffer.wrap(new byte[] {3, 2, 1}));
    assertThat(JavaCvFrames.fromJavaCv(picture).toRgb8()).containsExactly(1, 2, 3);
    assertThat(JavaCvFrames.fromJavaCv(picture, PixelOrder.RGB).toRgb8()).containsExactly(3, 2, 1);
  }

  @Test
  void javaCv_greyAlphaOr16Bits_isRead() {
    assertThat(
            JavaCvFrames.fromJavaCv(picture(2, 1, 1, ByteBuffer.wrap(new byte[] {7, 9}))).toRgb8())
        .containsExactly(7, 7, 7, 9, 9, 9);
    assertThat(
            JavaCvFrames.fromJavaCv(picture(1, 1, 4, ByteBuffer.wrap(new byte[] {3, 2, 1, 0})))
                .toRgb8())
        .containsExactly(1, 2, 3);
    Frame deep = picture(1, 1, 3, null);
    deep.imageDepth = Frame.DEPTH_USHORT;
    deep.image = new ShortBuffer[] {ShortBuffer.wrap(new short[] {-1, 300, 5})};
    assertThat(JavaCvFrames.fromJavaCv(deep).toRgb16()).containsExactly(5, 300, -1);
  }

  @Test
  void javaCv_withoutPictureOrOfAnotherDepth_isRefusedWithTheRule() {
    assertThatThrownBy(() -> JavaCvFrames.fromJavaCv(new Frame()))
        .hasMessageContaining("must hold a picture");
    Frame signed = picture(1, 1, 3, ByteBuffer.allocate(3));
    signed.imageDepth = Frame.DEPTH_FLOAT;
    assertThatThrownBy(() -> JavaCvFrames.fromJavaCv(signed)).hasMessageContaining("8 or 16 bits");
    assertThatThrownBy(
            () -> JavaCvFrames.copyTo(random(1), picture(1, 1, 3, ByteBuffer.allocate(3))))
        .hasMessage("the JavaCV frame must have the size 13x5, but has 1x1");
  }

  private static Frame picture(int width, int height, int channels, ByteBuffer pixels) {
    Frame picture = new Frame();
    picture.imageWidth = width;
    picture.imageHeight = height;
    picture.imageDepth = Frame.DEPTH_UBYTE;
    picture.imageChannels = channels;
    picture.imageStride = width * channels;
    picture.image = new ByteBuffer[] {pixels};
    return picture;
  }

  @Test
  void grabber_andRecorder_areSourceAndSink() throws IOException {
    Camera camera = new Camera();
    assertThatThrownBy(() -> JavaCvVideo.source(camera)).hasMessageContaining("call start()");
    camera.start();
    Recorder recorder = new Recorder();
    try (FrameSource source = JavaCvVideo.source(camera);
        FrameSink sink = JavaCvVideo.sink(recorder)) {
      assertThat(source.format().frameRate()).isEqualTo(new FrameRate(29970, 1000));
      for (org.diffsynth.frame.Frame frame : Video.readAll(source)) {
        sink.write(frame);
      }
      sink.commit();
    }
    assertThat(recorder.frames).containsExactly(random(0), random(1), random(2));
    assertThat(recorder.events).startsWith("stop").endsWith("release");
    assertThat(camera.events).contains("release");
  }

  /** Delivers three pictures with a packet of sound between them. */
  private static final class Camera extends FrameGrabber {

    private final List<String> events = new ArrayList<>();
    private int next;

    @Override
    public void start() {
      imageWidth = WIDTH;
      imageHeight = HEIGHT;
      frameRate = 29.97;
    }

    @Override
    public void stop() {
      events.add("stop");
    }

    @Override
    public void trigger() {}

    @Override
    public Frame grab() {
      int number = next++;
      return number == 1
          ? new Frame()
          : number == 4 ? null : JavaCvFrames.toJavaCv(random(number == 0 ? 0 : number - 1));
    }

    @Override
    public void release() {
      events.add("release");
    }
  }

  private static final class Recorder extends FrameRecorder {

    private final List<org.diffsynth.frame.Frame> frames = new ArrayList<>();
    private final List<String> events = new ArrayList<>();

    @Override
    public void start() {}

    @Override
    public void stop() {
      events.add("stop");
    }

    @Override
    public void flush() {}

    @Override
    public void record(Frame picture) {
      frames.add(JavaCvFrames.fromJavaCv(picture));
    }

    @Override
    public void release() {
      events.add("release");
    }
  }
}
