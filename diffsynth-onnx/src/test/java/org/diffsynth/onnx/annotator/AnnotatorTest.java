package org.diffsynth.onnx.annotator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.diffsynth.onnx.tiny.TinyGraph.attribute;
import static org.diffsynth.onnx.tiny.TinyGraph.attributes;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.diffsynth.compute.ComputeOptions;
import org.diffsynth.frame.Frame;
import org.diffsynth.onnx.tiny.TinyGraph;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Compares small graphs, which JSON files describe, with a simple reference implementation. */
class AnnotatorTest {
  private static final ComputeOptions CPU = ComputeOptions.AUTO.withDevice("cpu").withThreads(1);

  /** One 16-bit level plus the rounding of single precision. */
  private static final float STEP = 1.2f / 65535;

  @TempDir Path folder;

  private OnnxAnnotator open(TinyGraph graph, String json) throws IOException {
    graph.write(folder.resolve("model.onnx"));
    Files.writeString(folder.resolve("annotator.json"), json);
    return OnnxAnnotator.open(folder, CPU);
  }

  private static Frame noise(int width, int height) {
    byte[] rgb = new byte[width * height * 3];
    new Random(width * 31L + height).nextBytes(rgb);
    return Frame.ofRgb8(width, height, rgb);
  }

  private static float[] grey(Frame frame) {
    float[] rgb = frame.toFloat();
    float[] grey = new float[rgb.length / 3];
    for (int i = 0; i < grey.length; i++) {
      grey[i] = rgb[3 * i];
      assertThat(rgb[3 * i + 1]).isEqualTo(grey[i]);
      assertThat(rgb[3 * i + 2]).isEqualTo(grey[i]);
    }
    return grey;
  }

  /** A graph that adds the first, 10 times the second and 100 times the third channel. */
  private static TinyGraph weighted() {
    return new TinyGraph()
        .input("image", 1, 3, "height", "width")
        .weight("w", new float[] {1, 10, 100}, 1, 3, 1, 1)
        .node("Conv", "image w", "map")
        .output("map", 1, 1, "height", "width");
  }

  private static void assertNear(float[] actual, float[] expected, float tolerance) {
    assertThat(actual).hasSameSizeAs(expected);
    for (int i = 0; i < actual.length; i++) {
      assertThat(actual[i]).as("pixel %d", i).isCloseTo(expected[i], within(tolerance));
    }
  }

  @Test
  void annotate_meanStdAndFullScale_areAppliedPerChannel() throws IOException {
    String json =
        """
        {"kind": "soft_edge",
         "input": {"multiple": 1, "fullScale": 255, "mean": [10, 20, 30], "std": [2, 4, 5]},
         "output": {"low": -1000, "high": 6000}}
        """;
    Frame frame = noise(11, 7);
    try (OnnxAnnotator annotator = open(weighted(), json)) {
      byte[] rgb = frame.toRgb8();
      float[] expected = new float[11 * 7];
      for (int i = 0; i < expected.length; i++) {
        double red = ((rgb[3 * i] & 0xFF) - 10) / 2.0;
        double green = ((rgb[3 * i + 1] & 0xFF) - 20) / 4.0;
        double blue = ((rgb[3 * i + 2] & 0xFF) - 30) / 5.0;
        expected[i] = (float) ((red + 10 * green + 100 * blue + 1000) / 7000);
      }
      assertNear(grey(annotator.annotate(frame)), expected, STEP);
    }
  }

  @Test
  void annotate_blueFirst_turnsTheChannels() throws IOException {
    String json =
        """
        {"kind": "line_art", "input": {"multiple": 1, "channels": "bgr"}, "output": {"high": 111}}
        """;
    Frame frame = noise(5, 4);
    try (OnnxAnnotator annotator = open(weighted(), json)) {
      float[] rgb = frame.toFloat();
      float[] expected = new float[20];
      for (int i = 0; i < expected.length; i++) {
        expected[i] = (rgb[3 * i + 2] + 10 * rgb[3 * i + 1] + 100 * rgb[3 * i]) / 111;
      }
      assertNear(grey(annotator.annotate(frame)), expected, STEP);
    }
  }

  @Test
  void annotate_channelsLast_bothWays() throws IOException {
    TinyGraph graph =
        new TinyGraph()
            .input("image", 1, "height", "width", 3)
            .node("Identity", "image", "out")
            .output("out", 1, "height", "width", 3);
    String json =
        """
        {"kind": "soft_edge", "input": {"multiple": 1, "layout": "nhwc"},
         "output": {"layout": "nhwc", "plane": 2}}
        """;
    Frame frame = noise(6, 3);
    try (OnnxAnnotator annotator = open(graph, json)) {
      float[] rgb = frame.toFloat();
      float[] expected = new float[18];
      for (int i = 0; i < expected.length; i++) {
        expected[i] = rgb[3 * i + 2];
      }
      assertNear(grey(annotator.annotate(frame)), expected, STEP);
    }
  }

  @Test
  void annotate_hed_averagesAllOutputsAtFrameSizeThenSigmoid() throws IOException {
    TinyGraph graph =
        new TinyGraph()
            .input("image", "batch", 3, "height", "width")
            .weight("w", new float[] {0.01f, 0.02f, -0.03f}, 1, 3, 1, 1)
            .node("Conv", "image w", "fine")
            .node(
                "AveragePool",
                "fine",
                "coarse",
                attributes("kernel_shape", 2, 2),
                attributes("strides", 2, 2))
            .output("fine", "batch", 1, "height", "width")
            .output("coarse", "batch", 1, "h2", "w2");
    Frame frame = noise(8, 6);
    String json = "{\"convention\": \"hed\", \"input\": {\"fit\": \"original\", \"multiple\": 2}}";
    try (OnnxAnnotator annotator = open(graph, json)) {
      byte[] rgb = frame.toRgb8();
      double[] fine = new double[48];
      for (int i = 0; i < fine.length; i++) {
        fine[i] =
            0.01 * (rgb[3 * i] & 0xFF)
                + 0.02 * (rgb[3 * i + 1] & 0xFF)
                - 0.03 * (rgb[3 * i + 2] & 0xFF);
      }
      double[] coarse = new double[12];
      for (int i = 0; i < coarse.length; i++) {
        int at = i / 4 * 16 + i % 4 * 2;
        coarse[i] = (fine[at] + fine[at + 1] + fine[at + 8] + fine[at + 9]) / 4;
      }
      float[] expected = new float[48];
      for (int y = 0; y < 6; y++) {
        for (int x = 0; x < 8; x++) {
          double mean = (fine[y * 8 + x] + twiceAsLarge(coarse, 4, 3, x, y)) / 2;
          expected[y * 8 + x] = (float) (1 / (1 + Math.exp(-mean)));
        }
      }
      assertNear(grey(annotator.annotate(frame)), expected, 2 * STEP);
    }
  }

  /** Bilinear interpolation with half-pixel centres; the edge pixels are repeated. */
  private static double twiceAsLarge(double[] map, int width, int height, int x, int y) {
    double fromX = Math.min(Math.max((x + 0.5) / 2 - 0.5, 0), width - 1);
    double fromY = Math.min(Math.max((y + 0.5) / 2 - 0.5, 0), height - 1);
    int left = Math.min((int) fromX, width - 2);
    int top = Math.min((int) fromY, height - 2);
    double fx = fromX - left;
    double fy = fromY - top;
    return (map[top * width + left] * (1 - fx) + map[top * width + left + 1] * fx) * (1 - fy)
        + (map[(top + 1) * width + left] * (1 - fx) + map[(top + 1) * width + left + 1] * fx) * fy;
  }

  @Test
  void annotate_lineart_isInverted() throws IOException {
    TinyGraph graph =
        new TinyGraph()
            .input("image", 1, 3, "height", "width")
            .longs("axes", 1)
            .node("ReduceMean", "image", "map", attributes("axes", 1))
            .output("map", 1, 1, "height", "width");
    String json =
        "{\"convention\": \"lineart\", \"input\": {\"fit\": \"original\", \"multiple\": 1}}";
    Frame frame = noise(4, 4);
    try (OnnxAnnotator annotator = open(graph, json)) {
      float[] rgb = frame.toFloat();
      float[] expected = new float[16];
      for (int i = 0; i < expected.length; i++) {
        expected[i] = 1 - (rgb[3 * i] + rgb[3 * i + 1] + rgb[3 * i + 2]) / 3;
      }
      assertNear(grey(annotator.annotate(frame)), expected, STEP);
    }
  }

  @Test
  void annotate_halfPrecision_isRead() throws IOException {
    TinyGraph graph =
        new TinyGraph()
            .input("image", 1, 3, "height", "width")
            .node("Cast", "image", "map", attribute("to", TinyGraph.FLOAT16))
            .halves("map", 1, 3, "height", "width");
    Frame frame = noise(6, 4);
    String json = "{\"kind\": \"soft_edge\", \"input\": {\"multiple\": 1}}";
    try (OnnxAnnotator annotator = open(graph, json)) {
      float[] rgb = frame.toFloat();
      float[] expected = new float[24];
      for (int i = 0; i < expected.length; i++) {
        expected[i] = rgb[3 * i];
      }
      assertNear(grey(annotator.annotate(frame)), expected, 5e-4f);
    }
  }

  @Test
  void annotate_normals_followAxes() throws IOException {
    TinyGraph graph =
        new TinyGraph()
            .input("image", 1, 3, "height", "width")
            .node("Identity", "image", "normal")
            .output("normal", 1, 3, "height", "width");
    String json =
        """
        {"kind": "normal",
         "input": {"multiple": 1, "mean": [0.5, 0.5, 0.5], "std": [0.5, 0.5, 0.5]},
         "output": {"low": -1, "high": 1, "axes": ["z", "-y", "x"]}}
        """;
    Frame frame = noise(5, 5);
    try (OnnxAnnotator annotator = open(graph, json)) {
      float[] rgb = frame.toFloat();
      float[] expected = new float[75];
      for (int i = 0; i < 25; i++) {
        expected[3 * i] = rgb[3 * i + 2];
        expected[3 * i + 1] = 1 - rgb[3 * i + 1];
        expected[3 * i + 2] = rgb[3 * i];
      }
      assertNear(annotator.annotate(frame).toFloat(), expected, STEP);
    }
  }

  @Test
  void annotate_distances_becomeInverseAndNearBright() throws IOException {
    String json =
        """
        {"kind": "depth", "input": {"multiple": 1, "mean": [-1, 0, 0]},
         "output": {"distance": true, "low": null, "high": null}}
        """;
    TinyGraph graph =
        new TinyGraph()
            .input("image", 1, 3, "height", "width")
            .weight("w", new float[] {1, 0, 0}, 1, 3, 1, 1)
            .node("Conv", "image w", "map")
            .output("map", 1, 1, "height", "width");
    byte[] rgb = {0, 0, 0, 51, 0, 0, (byte) 255, 0, 0};
    try (OnnxAnnotator annotator = open(graph, json)) {
      // Distances 1, 1.2 and 2 have the inverses 1, 0.8333 and 0.5.
      float[] expected = {1, (float) ((1 / 1.2 - 0.5) / 0.5), 0};
      assertNear(grey(annotator.annotate(Frame.ofRgb8(3, 1, rgb))), expected, STEP);
    }
  }

  /** A graph whose map is the width of the input divided by 1000. */
  private static TinyGraph widthOfInput(Object height, Object width) {
    return new TinyGraph()
        .input("image", 1, 3, height, width)
        .number("zero", 0)
        .number("thousand", 1000)
        .longs("last", 3)
        .node("ReduceMean", "image", "grey", attributes("axes", 1))
        .node("Mul", "grey zero", "nothing")
        .node("Shape", "image", "shape")
        .node("Gather", "shape last", "width")
        .node("Cast", "width", "float", attribute("to", TinyGraph.FLOAT))
        .node("Div", "float thousand", "share")
        .node("Add", "nothing share", "map")
        .output("map", 1, 1, height, width);
  }

  private float inputWidth(String input, Object height, Object width, Frame frame)
      throws IOException {
    String json = "{\"kind\": \"soft_edge\", \"input\": %s}".formatted(input);
    try (OnnxAnnotator annotator = open(widthOfInput(height, width), json)) {
      Frame result = annotator.annotate(frame);
      assertThat(result.size()).isEqualTo(frame.size());
      float[] grey = grey(result);
      for (float value : grey) {
        assertThat(value).isCloseTo(grey[0], within(STEP));
      }
      return Math.round(grey[0] * 1000);
    }
  }

  @Test
  void annotate_everyFit_givesTheSizeItSays() throws IOException {
    Frame frame = noise(90, 50);
    String size = "\"width\": 64, \"height\": 64, \"multiple\": 8}";
    assertThat(inputWidth("{\"fit\": \"stretch\", " + size, "h", "w", frame)).isEqualTo(64);
    // 90·64/50 = 115.2
    assertThat(inputWidth("{\"fit\": \"shorter\", " + size, "h", "w", frame)).isEqualTo(112);
    assertThat(inputWidth("{\"fit\": \"longer\", " + size, "h", "w", frame)).isEqualTo(64);
    assertThat(inputWidth("{\"fit\": \"height\", " + size, "h", "w", frame)).isEqualTo(120);
    assertThat(inputWidth("{\"fit\": \"original\", " + size, "h", "w", frame)).isEqualTo(88);
    assertThat(inputWidth("{\"fit\": \"letterbox\", " + size, "h", "w", frame)).isEqualTo(64);
    assertThat(inputWidth("{\"fit\": \"crop\", " + size, "h", "w", frame)).isEqualTo(64);
  }

  @Test
  void annotate_graphOfFixedSize_winsOverTheFit() throws IOException {
    String fit = "{\"fit\": \"shorter\", \"width\": 64, \"height\": 64}";
    assertThat(inputWidth(fit, 32, 48, noise(90, 50))).isEqualTo(48);
  }

  @Test
  void annotate_paddedInput_comesBackAligned() throws IOException {
    for (String fit : new String[] {"letterbox", "height"}) {
      String json =
          """
          {"kind": "soft_edge",
           "input": {"fit": "%s", "width": 24, "height": %d, "multiple": 12, "padding": 255}}
          """
              .formatted(fit, fit.equals("height") ? 10 : 16);
      TinyGraph graph =
          new TinyGraph()
              .input("image", 1, 3, "height", "width")
              .weight("w", new float[] {0, 1, 0}, 1, 3, 1, 1)
              .node("Conv", "image w", "map")
              .output("map", 1, 1, "height", "width");
      Frame frame = noise(24, 10);
      try (OnnxAnnotator annotator = open(graph, json)) {
        float[] rgb = frame.toFloat();
        float[] expected = new float[240];
        for (int i = 0; i < expected.length; i++) {
          expected[i] = rgb[3 * i + 1];
        }
        assertNear(grey(annotator.annotate(frame)), expected, STEP);
      }
    }
  }
}
