package org.diffsynth.onnx.annotator;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CancellationException;
import org.assertj.core.api.Assertions;
import org.diffsynth.compute.ComputeOptions;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.FrameRate;
import org.diffsynth.frame.Monitor;
import org.diffsynth.frame.Video;
import org.diffsynth.onnx.tiny.TinyGraph;
import org.diffsynth.onnx.vision.InputSpec;
import org.diffsynth.onnx.vision.VisionModelSpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Depth is steady even if the scale and shift of the model change from frame to frame. */
class ClipDepthTest {
  private static final int WIDTH = 48;
  private static final int HEIGHT = 32;
  private static final int FRAMES = 14;

  /** First frame of the second shot. */
  private static final int CUT = 7;

  @TempDir Path folder;

  /** Depth is red · blue + green, so that the clip contains the scale and shift of each frame. */
  private static TinyGraph graph() {
    return new TinyGraph()
        .input("pixel_values", "batch", 3, "height", "width")
        .weight("red", new float[] {1000, 0, 0}, 1, 3, 1, 1)
        .weight("green", new float[] {0, 300, 0}, 1, 3, 1, 1)
        .weight("blue", new float[] {0, 0, 1}, 1, 3, 1, 1)
        .node("Conv", "pixel_values red", "depth")
        .node("Conv", "pixel_values green", "shift")
        .node("Conv", "pixel_values blue", "scale")
        .node("Mul", "depth scale", "scaled")
        .node("Add", "scaled shift", "predicted_depth")
        .output("predicted_depth", "batch", 1, "height", "width");
  }

  private OnnxAnnotator open() throws IOException {
    Path model = graph().write(folder.resolve("model.onnx"));
    VisionModelSpec spec = VisionModelSpec.convention("depth-anything");
    InputSpec input =
        spec.input()
            .withSize(InputSpec.Fit.STRETCH, WIDTH, HEIGHT)
            .withNormalization(List.of(0.0, 0.0, 0.0), List.of(1.0, 1.0, 1.0));
    return OnnxAnnotator.open(
        model, spec.withInput(input), ComputeOptions.AUTO.withDevice("cpu").withThreads(1));
  }

  /**
   * An inclined plane behind a small ball that comes from the left and is visible in every second
   * frame. The depth of the second shot is that of the first shot, inverted.
   */
  private static Frame frame(int index, int scale, int shift) {
    byte[] rgb = new byte[WIDTH * HEIGHT * 3];
    for (int y = 0; y < HEIGHT; y++) {
      for (int x = 0; x < WIDTH; x++) {
        boolean ball = index % 2 == 0 && Math.hypot(x - 4 * index, y - 16) < 3;
        double depth = ball ? 1 : 0.1 + 0.5 * x / WIDTH + 0.2 * y / HEIGHT;
        int at = (y * WIDTH + x) * 3;
        rgb[at] = (byte) Math.round(255 * (index < CUT ? depth : 1 - depth));
        rgb[at + 1] = (byte) shift;
        rgb[at + 2] = (byte) scale;
      }
    }
    return Frame.ofRgb8(WIDTH, HEIGHT, rgb);
  }

  private static Video clip() {
    Random random = new Random(5);
    List<Frame> frames = new ArrayList<>();
    for (int i = 0; i < FRAMES; i++) {
      frames.add(frame(i, 64 + random.nextInt(60), random.nextInt(60)));
    }
    return Video.of(frames, FrameRate.of(25));
  }

  /** Mean over pixels of the standard deviation over time, in a corner without the ball. */
  private static double trembling(List<Frame> frames) {
    double sum = 0;
    int pixels = 0;
    for (int y = 0; y < 8; y++) {
      for (int x = 8; x < 40; x++) {
        double mean = 0;
        double squares = 0;
        for (Frame frame : frames) {
          double value = frame.toFloat()[(y * WIDTH + x) * 3];
          mean += value / frames.size();
          squares += value * value / frames.size();
        }
        sum += Math.sqrt(Math.max(0, squares - mean * mean));
        pixels++;
      }
    }
    return sum / pixels;
  }

  @Test
  void annotate_clip_isSteadyWhereFramesAloneAreNot() throws IOException {
    Video clip = clip();
    try (OnnxAnnotator depth = open()) {
      List<Frame> alone = clip.frames().stream().map(depth::annotate).toList();
      Video steady = depth.annotate(clip, Monitor.NONE);
      assertThat(steady.format()).isEqualTo(clip.format());
      assertThat(steady.frame(0).depth()).isEqualTo(Frame.Depth.UINT16);
      for (int start : new int[] {0, CUT}) {
        double before = trembling(alone.subList(start, start + CUT));
        double after = trembling(steady.frames().subList(start, start + CUT));
        assertThat(before).isGreaterThan(0.04);
        assertThat(after).isLessThan(1e-4);
      }
    }
  }

  @Test
  void annotate_clip_isNearBrightAndUsesTheRange() throws IOException {
    try (OnnxAnnotator depth = open()) {
      Frame first = depth.annotate(clip(), Monitor.NONE).frame(0);
      float[] rgb = first.toFloat();
      float near = rgb[((HEIGHT - 1) * WIDTH + WIDTH - 1) * 3];
      float far = rgb[WIDTH / 3 * 3];
      assertThat(near).isGreaterThan(far + 0.3f);
      assertThat(rgb[3 * (31 * WIDTH)]).isLessThan(near);
    }
  }

  @Test
  void annotate_letterboxedClip_doesNotAlignItsPadding() throws IOException {
    Path model = graph().write(folder.resolve("letterbox.onnx"));
    Files.writeString(
        folder.resolve("letterbox.json"),
        """
        {"kind": "depth", "output": {"filter": "bilinear"},
         "input": {"fit": "letterbox", "width": 48, "height": 48, "padding": 255}}
        """);
    try (OnnxAnnotator depth = OnnxAnnotator.open(model);
        OnnxAnnotator whole = open()) {
      Video clip = clip();
      Frame boxed = depth.annotate(clip, Monitor.NONE).frame(3);
      float[] expected = whole.annotate(clip, Monitor.NONE).frame(3).toFloat();
      float[] actual = boxed.toFloat();
      for (int i = 0; i < actual.length; i++) {
        assertThat(actual[i]).isCloseTo(expected[i], Assertions.within(0.002f));
      }
    }
  }

  @Test
  void annotate_cancelled_stops() throws IOException {
    Monitor stop =
        new Monitor() {
          @Override
          public void checkCancelled() {
            throw new CancellationException("enough");
          }
        };
    try (OnnxAnnotator depth = open()) {
      Assertions.assertThatThrownBy(() -> depth.annotate(clip(), stop))
          .isInstanceOf(CancellationException.class)
          .hasMessage("enough");
    }
  }
}
