package org.diffsynth.onnx.annotator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.diffsynth.onnx.tiny.TinyGraph.attributes;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.diffsynth.compute.BackendException;
import org.diffsynth.compute.ComputeOptions;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.FrameRate;
import org.diffsynth.frame.FrameSize;
import org.diffsynth.frame.Monitor;
import org.diffsynth.frame.Video;
import org.diffsynth.onnx.tiny.TinyGraph;
import org.diffsynth.onnx.vision.InputSpec;
import org.diffsynth.onnx.vision.PoseSpec;
import org.diffsynth.onnx.vision.VisionModelSpec;
import org.diffsynth.pose.BoundingBox;
import org.diffsynth.pose.KeyPoint;
import org.diffsynth.pose.Pose;
import org.diffsynth.pose.PosePerson;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests pose models with known outputs: the positions of the key points in the frame. */
class PoseModelTest {
  private static final ComputeOptions CPU = ComputeOptions.AUTO.withDevice("cpu").withThreads(1);

  @TempDir Path folder;

  private static Frame black(int width, int height) {
    return Frame.ofRgb8(width, height, new byte[width * height * 3]);
  }

  // ---- OpenPose: constant maps that show one person.

  private OnnxAnnotator openPose(TinyGraph graph) throws IOException {
    VisionModelSpec spec = VisionModelSpec.convention("openpose");
    InputSpec input = spec.input().withSize(InputSpec.Fit.HEIGHT, 1, 256);
    return OnnxAnnotator.open(graph.write(folder.resolve("pose.onnx")), spec.withInput(input), CPU);
  }

  @Test
  void pose_ofOpenPoseMaps_isInFramePixels() throws IOException {
    for (TinyGraph graph : List.of(TinyPerson.apart(), TinyPerson.together())) {
      try (OnnxAnnotator annotator = openPose(graph)) {
        // 380×512 is resized to 190×256 and padded to 192×256.
        Pose pose = annotator.pose(black(380, 512), List.of());
        assertThat(pose.people()).hasSize(1);
        List<KeyPoint> body = pose.people().get(0).body();
        for (int joint = 0; joint < TinyPerson.JOINTS.length; joint++) {
          assertThat(body.get(joint).isPresent()).as("joint %d", joint).isTrue();
          double x = (TinyPerson.JOINTS[joint][0] + 0.5) * 2 - 0.5;
          double y = (TinyPerson.JOINTS[joint][1] + 0.5) * 2 - 0.5;
          assertThat(body.get(joint).x()).as("joint %d", joint).isCloseTo(x, within(1.0));
          assertThat(body.get(joint).y()).as("joint %d", joint).isCloseTo(y, within(1.0));
        }
      }
    }
  }

  @Test
  void annotate_ofOpenPoseMaps_drawsThePerson() throws IOException {
    try (OnnxAnnotator annotator = openPose(TinyPerson.apart())) {
      Frame drawn = annotator.annotate(black(380, 512));
      assertThat(drawn.size()).isEqualTo(new FrameSize(380, 512));
      byte[] rgb = drawn.toRgb8();
      int nose = (101 * 380 + 191) * 3;
      assertThat(rgb[nose]).isEqualTo((byte) 255);
      assertThat(rgb[0]).isZero();
      assertThatThrownBy(() -> annotator.pose(black(8, 8), List.of(new BoundingBox(0, 0, 1, 1))))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("boxes must be empty, but had 1");
    }
  }

  // ---- SimCC: the scores are the mean brightness of the columns and rows of the input.

  private TinyGraph simcc(int points, int width) {
    return new TinyGraph()
        .input("input", "batch", 3, 32, width)
        .longs("one", 1)
        .longs("columns", 1, points, width)
        .longs("rows", 1, points, 32)
        .node("ReduceMean", "input", "x", attributes("axes", 0, 1, 2))
        .node("ReduceMean", "input", "y", attributes("axes", 0, 1, 3))
        .node("Squeeze", "x squeezed", "x1")
        .node("Squeeze", "y squeezed_y", "y1")
        .longs("squeezed", 0, 1, 2)
        .longs("squeezed_y", 0, 1, 3)
        .node("Expand", "x1 columns", "simcc_x")
        .node("Expand", "y1 rows", "simcc_y")
        .output("simcc_x", "batch", points, width)
        .output("simcc_y", "batch", points, 32);
  }

  private OnnxAnnotator openSimcc(TinyGraph graph, double split) throws IOException {
    return openSimcc(graph, split, "");
  }

  private OnnxAnnotator openSimcc(TinyGraph graph, double split, String detector)
      throws IOException {
    InputSpec input =
        VisionModelSpec.convention("dwpose")
            .input()
            .withNormalization(List.of(0.0, 0.0, 0.0), List.of(0.1, 0.1, 0.1));
    VisionModelSpec dwpose = VisionModelSpec.convention("dwpose");
    VisionModelSpec spec =
        dwpose
            .withInput(input)
            .withPose(new PoseSpec(split, 0.01, 1.25, 0.1, 0.05))
            .withDetector(detector);
    return OnnxAnnotator.open(graph.write(folder.resolve("simcc.onnx")), spec, CPU);
  }

  private static Frame spot(int width, int height, int x, int y) {
    byte[] rgb = new byte[width * height * 3];
    for (int row = y - 2; row <= y + 2; row++) {
      for (int i = (row * width + x - 2) * 3; i < (row * width + x + 3) * 3; i++) {
        rgb[i] = (byte) 255;
      }
    }
    return Frame.ofRgb8(width, height, rgb);
  }

  @Test
  void pose_ofABox_isInFramePixels() throws IOException {
    try (OnnxAnnotator annotator = openSimcc(simcc(133, 24), 1)) {
      Pose pose = annotator.pose(spot(100, 60, 50, 31), List.of(new BoundingBox(40, 10, 30, 40)));
      PosePerson person = pose.people().get(0);
      assertThat(person.body()).hasSize(18);
      assertThat(person.leftHand()).hasSize(21);
      assertThat(person.points())
          .allSatisfy(
              point -> {
                assertThat(point.x()).isCloseTo(50, within(1.0));
                assertThat(point.y()).isCloseTo(31, within(1.0));
              });
    }
  }

  @Test
  void pose_withoutBoxes_looksAtTheWholeFrame() throws IOException {
    try (OnnxAnnotator annotator = openSimcc(simcc(17, 24), 1)) {
      PosePerson person = annotator.pose(spot(60, 80, 15, 66), List.of()).people().get(0);
      assertThat(person.face()).isEmpty();
      assertThat(person.body())
          .allSatisfy(
              point -> {
                assertThat(point.x()).isCloseTo(15, within(1.8));
                assertThat(point.y()).isCloseTo(66, within(1.8));
              });
      assertThat(annotator.pose(black(60, 80), List.of()).people()).isEmpty();
    }
  }

  @Test
  void pose_otherBins_saysWhatWasExpected() throws IOException {
    try (OnnxAnnotator annotator = openSimcc(simcc(133, 24), 2)) {
      assertThatThrownBy(() -> annotator.pose(black(60, 80), List.of()))
          .isInstanceOf(BackendException.class)
          .hasMessageContainingAll("'simcc_x'", "(1, points, 48)", "[1, 133, 24]");
    }
  }

  @Test
  void annotate_clip_fillsGapsOfAPerson() throws IOException {
    List<Frame> frames = new ArrayList<>();
    for (int i = 0; i < 12; i++) {
      frames.add(i == 5 || i == 6 ? black(60, 80) : spot(60, 80, 20 + 2 * i, 40));
    }
    try (OnnxAnnotator annotator = openSimcc(simcc(133, 24), 1)) {
      Video clip = Video.of(frames, FrameRate.of(25));
      Video drawn = annotator.annotate(clip, Monitor.NONE);
      assertThat(drawn.format()).isEqualTo(clip.format());
      assertThat(annotator.annotate(frames.get(5))).isEqualTo(black(60, 80));
      for (Frame frame : drawn) {
        assertThat(frame).isNotEqualTo(black(60, 80));
      }
    }
  }

  /** A detector for inputs of 64×64 that finds two people, one of them twice, and a car. */
  private String detector() throws IOException {
    int cells = 8 * 8 + 4 * 4 + 2 * 2;
    float[] boxes = new float[cells * 7];
    // Columns 20 to 44, rows 8 to 40 of the input, once with stride 8 and once with stride 16.
    put(boxes, 3 * 8 + 4, 8, 32 / 8f - 4, 24 / 8f - 3, 24, 32, 0.9f, 0.9f, 0);
    put(boxes, 64 + 1 * 4 + 2, 16, 0.02f, 0.5f, 24, 32, 0.8f, 0.9f, 0);
    // Columns 0 to 16, rows 0 to 16.
    put(boxes, 64 + 16, 32, 0.25f, 0.25f, 16, 16, 0.7f, 0.8f, 0);
    put(boxes, 7, 8, 0, 0, 16, 16, 0.9f, 0.1f, 0.9f);
    new TinyGraph()
        .input("images", 1, 3, 64, 64)
        .number("zero", 0)
        .weight("boxes", boxes, 1, cells, 7)
        .node("ReduceMean", "images", "mean", attributes("axes", 0, 1, 2, 3))
        .node("Mul", "mean zero", "nothing4")
        .longs("axes", 0)
        .node("Squeeze", "nothing4 axes", "nothing")
        .node("Add", "boxes nothing", "output")
        .output("output", 1, cells, 7)
        .write(folder.resolve("yolox.onnx"));
    return "yolox.onnx";
  }

  private static void put(
      float[] boxes,
      int cell,
      int stride,
      float x,
      float y,
      float width,
      float height,
      float any,
      float person,
      float car) {
    float[] row = {
      x, y, (float) Math.log(width / stride), (float) Math.log(height / stride), any, person, car
    };
    System.arraycopy(row, 0, boxes, cell * 7, 7);
  }

  @Test
  void pose_withDetector_looksAtEachOfItsBoxesOnce() throws IOException {
    try (OnnxAnnotator annotator = openSimcc(simcc(133, 24), 1, detector())) {
      // 128×96 is reduced by half: columns 40 to 88, rows 16 to 80; columns and rows 0 to 32.
      byte[] both = spot(128, 96, 64, 50).toRgb8();
      byte[] second = spot(128, 96, 14, 20).toRgb8();
      for (int i = 0; i < both.length; i++) {
        both[i] |= second[i];
      }
      List<PosePerson> people = annotator.pose(Frame.ofRgb8(128, 96, both), List.of()).people();
      assertThat(people).hasSize(2);
      assertAllAt(people.get(0), 64, 50, 1.8);
      assertAllAt(people.get(1), 14, 20, 1.8);
    }
  }

  private static void assertAllAt(PosePerson person, double x, double y, double near) {
    assertThat(person.points())
        .allSatisfy(
            point -> {
              assertThat(point.x()).isCloseTo(x, within(near));
              assertThat(point.y()).isCloseTo(y, within(near));
            });
  }

  @Test
  void open_withoutItsDetector_namesTheFile() {
    assertThatThrownBy(() -> openSimcc(simcc(133, 24), 1, "none.onnx"))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("none.onnx is missing");
  }
}
