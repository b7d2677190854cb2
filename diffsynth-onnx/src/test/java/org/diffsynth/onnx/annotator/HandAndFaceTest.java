package org.diffsynth.onnx.annotator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.diffsynth.onnx.tiny.TinyGraph.attributes;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.diffsynth.compute.BackendException;
import org.diffsynth.compute.ComputeOptions;
import org.diffsynth.frame.Frame;
import org.diffsynth.onnx.tiny.TinyGraph;
import org.diffsynth.pose.KeyPoint;
import org.diffsynth.pose.PosePerson;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Replaces OpenPose's networks for hands and faces by graphs whose k-th map is one colour channel
 * of the picture at 1/8 size: red, green and blue in turn. Key points are coloured spots.
 */
class HandAndFaceTest {

  private static final ComputeOptions CPU = ComputeOptions.AUTO.withDevice("cpu").withThreads(1);
  private static final int WIDTH = 380;
  private static final int HEIGHT = 512;
  private static final double SIGMA = 4;

  /** Positions of the red, green and blue spots in each part. */
  private static final double[][] RIGHT = {{60.3, 300.6}, {78.2, 310.4}, {99.5, 330.1}};

  private static final double[][] LEFT = {{280.4, 285.2}, {300.7, 300.3}, {318.1, 312.9}};
  private static final double[][] FACE = {{180.2, 88.4}, {191.6, 101.3}, {203.8, 115.2}};

  @TempDir Path folder;

  @BeforeEach
  void writeBody() throws IOException {
    TinyPerson.apart().write(folder.resolve("model.onnx"));
  }

  private static Frame picture(double[][]... parts) {
    byte[] rgb = new byte[WIDTH * HEIGHT * 3];
    for (int i = 0; i < rgb.length; i++) {
      double value = 0;
      for (double[][] part : parts) {
        double dx = i / 3 % WIDTH - part[i % 3][0];
        double dy = i / 3 / WIDTH - part[i % 3][1];
        value = Math.max(value, Math.exp(-(dx * dx + dy * dy) / (2 * SIGMA * SIGMA)));
      }
      rgb[i] = (byte) Math.round(255 * value);
    }
    return Frame.ofRgb8(WIDTH, HEIGHT, rgb);
  }

  /** The k-th of {@code maps} maps is the mean over 8×8 samples of the channel k mod 3, in BGR. */
  private static TinyGraph network(int maps, Object height, Object width) {
    float[] kernel = new float[maps * 3 * 64];
    float[] offset = new float[maps];
    for (int k = 0; k < maps; k++) {
      int channel = 2 - k % 3;
      for (int i = 0; i < 64; i++) {
        kernel[(k * 3 + channel) * 64 + i] = 1f / 64;
      }
      offset[k] = 0.5f;
    }
    return new TinyGraph()
        .input("image", 1, 3, height, width)
        .weight("kernel", kernel, maps, 3, 8, 8)
        .weight("offset", offset, maps)
        .node("Conv", "image kernel offset", "maps", attributes("strides", 8, 8))
        .output("maps", 1, maps, "h", "w");
  }

  private OnnxAnnotator open(String json) throws IOException {
    Files.writeString(folder.resolve("annotator.json"), json);
    return OnnxAnnotator.open(folder, CPU);
  }

  private static final String BODY =
      "{\"convention\": \"openpose\", \"input\": {\"height\": 256}, \"hand\": \"%s\","
          + " \"face\": \"%s\"}";

  private static double farthest(List<KeyPoint> points, double[][] truth) {
    double farthest = 0;
    for (int k = 0; k < points.size(); k++) {
      assertThat(points.get(k).isPresent()).as("point %d", k).isTrue();
      farthest = Math.max(farthest, Math.abs(points.get(k).x() - truth[k % 3][0]));
      farthest = Math.max(farthest, Math.abs(points.get(k).y() - truth[k % 3][1]));
    }
    return farthest;
  }

  private static void assertAllFound(PosePerson person) {
    assertThat(person.body()).hasSize(18);
    assertThat(person.rightHand()).hasSize(21);
    assertThat(person.leftHand()).hasSize(21);
    assertThat(person.face()).hasSize(70);
    double right = farthest(person.rightHand(), RIGHT);
    double left = farthest(person.leftHand(), LEFT);
    double face = farthest(person.face(), FACE);
    System.out.printf(
        "found within: right hand %.3f px, left hand %.3f px, face %.3f px%n", right, left, face);
    assertThat(Math.max(face, Math.max(right, left))).isLessThan(0.25);
  }

  @Test
  void pose_withHandAndFaceNetworks_findsTheirPointsInFramePixels() throws IOException {
    network(22, "height", "width").write(folder.resolve("hand.onnx"));
    network(71, "height", "width").write(folder.resolve("face.onnx"));
    try (OnnxAnnotator annotator = open(BODY.formatted("hand.onnx", "face.onnx"))) {
      List<PosePerson> people = annotator.pose(picture(RIGHT, LEFT, FACE), List.of()).people();
      assertThat(people).hasSize(1);
      assertAllFound(people.get(0));
      byte[] drawn = annotator.annotate(picture(RIGHT, LEFT, FACE)).toRgb8();
      assertThat(drawn[(330 * WIDTH + 99) * 3 + 2]).as("a finger's blue").isEqualTo((byte) 255);
      assertThat(drawn[(115 * WIDTH + 204) * 3]).as("a face's white").isEqualTo((byte) 255);
    }
  }

  @Test
  void pose_withNetworksOfFixedSize_findsTheSame() throws IOException {
    network(22, 368, 368).write(folder.resolve("hand.onnx"));
    network(71, 384, 384).write(folder.resolve("face.onnx"));
    try (OnnxAnnotator annotator = open(BODY.formatted("hand.onnx", "face.onnx"))) {
      assertAllFound(annotator.pose(picture(RIGHT, LEFT, FACE), List.of()).people().get(0));
    }
  }

  @Test
  void pose_ofBlackHands_hasAllTheirPointsMissing() throws IOException {
    network(22, "height", "width").write(folder.resolve("hand.onnx"));
    try (OnnxAnnotator annotator = open(BODY.formatted("hand.onnx", ""))) {
      PosePerson person = annotator.pose(picture(RIGHT), List.of()).people().get(0);
      assertThat(person.rightHand()).allMatch(KeyPoint::isPresent);
      assertThat(person.leftHand()).hasSize(21).containsOnly(KeyPoint.MISSING);
      assertThat(person.face()).isEmpty();
    }
  }

  @Test
  void pose_withoutTheNetworks_isTheBodyAlone() throws IOException {
    try (OnnxAnnotator annotator = open(BODY.formatted("", ""))) {
      PosePerson person = annotator.pose(picture(RIGHT, LEFT, FACE), List.of()).people().get(0);
      assertThat(person).isEqualTo(PosePerson.ofBody(person.body()));
    }
  }

  @Test
  void pose_ofAPersonTooSmall_hasNoHands() throws IOException {
    network(22, "height", "width").write(folder.resolve("hand.onnx"));
    try (OnnxAnnotator annotator = open(BODY.formatted("hand.onnx", ""))) {
      // The side of the region of the left hand is a fifth of the height of the frame.
      Frame enough = Frame.ofRgb8(95, 128, new byte[95 * 128 * 3]);
      assertThat(annotator.pose(enough, List.of()).people().get(0).leftHand()).hasSize(21);
      Frame small = Frame.ofRgb8(60, 80, new byte[60 * 80 * 3]);
      assertThat(annotator.pose(small, List.of()).people().get(0).leftHand()).isEmpty();
    }
  }

  @Test
  void json_besideANetwork_saysHowItIsUsed() throws IOException {
    network(22, "height", "width").write(folder.resolve("palm.onnx"));
    Files.writeString(
        folder.resolve("palm.json"),
        "{\"convention\": \"openpose-hand\", \"heat\": {\"threshold\": 0.999}}");
    try (OnnxAnnotator annotator = open(BODY.formatted("palm.onnx", ""))) {
      PosePerson person = annotator.pose(picture(RIGHT), List.of()).people().get(0);
      assertThat(person.rightHand()).containsOnly(KeyPoint.MISSING);
    }
    Files.writeString(folder.resolve("palm.json"), "{\"convention\": \"hed\"}");
    assertThatThrownBy(() -> open(BODY.formatted("palm.onnx", "")))
        .isInstanceOf(IOException.class)
        .hasMessageContainingAll("palm.json", "kind must be heat_maps", "SOFT_EDGE");
  }

  @Test
  void open_withoutItsNetwork_namesTheFile() {
    assertThatThrownBy(() -> open(BODY.formatted("no-hand.onnx", "")))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("no-hand.onnx is missing");
    assertThatThrownBy(() -> open("{\"kind\": \"depth\", \"hand\": \"hand.onnx\"}"))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(
            "hand and face must be empty for kinds other than openpose and simcc");
    assertThatThrownBy(
            () -> open("{\"convention\": \"openpose-face\", \"heat\": {\"scales\": []}}"))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("scales must be one or more values in (0, 4], but were []");
    assertThatThrownBy(() -> open("{\"convention\": \"openpose-hand\"}"))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("name it by \"hand\" or \"face\"");
  }

  @Test
  void pose_withTooFewMaps_saysHowManyThereAre() throws IOException {
    network(20, "height", "width").write(folder.resolve("hand.onnx"));
    try (OnnxAnnotator annotator = open(BODY.formatted("hand.onnx", ""))) {
      assertThatThrownBy(() -> annotator.pose(picture(RIGHT), List.of()))
          .isInstanceOf(BackendException.class)
          .hasMessageContainingAll("hand.onnx", "'maps'", "at least 21 maps", "[1, 20,");
    }
  }
}
