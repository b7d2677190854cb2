package org.diffsynth.pose;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import javax.imageio.ImageIO;
import org.diffsynth.frame.Frame;
import org.diffsynth.io.FrameFiles;
import org.junit.jupiter.api.Test;

/**
 * {@code pose-opencv.png} is {@code pose.json} drawn with OpenCV by the formulas of controlnet_aux,
 * at integer pixels and without antialiasing; {@code pose.png} was drawn by this class.
 */
class PoseDrawingTest {

  private static final int WIDTH = 320;
  private static final int HEIGHT = 256;

  private static Pose pose() throws IOException {
    try (InputStream in = PoseDrawingTest.class.getResourceAsStream("pose.json")) {
      return PoseJson.parse(new String(in.readAllBytes(), StandardCharsets.UTF_8));
    }
  }

  private static Frame picture(String name) throws IOException {
    try (InputStream in = PoseDrawingTest.class.getResourceAsStream(name)) {
      return FrameFiles.fromImage(ImageIO.read(in));
    }
  }

  private static int[] pixel(Frame frame, int x, int y) {
    byte[] rgb = frame.toRgb8();
    int at = (y * frame.width() + x) * 3;
    return new int[] {rgb[at] & 0xFF, rgb[at + 1] & 0xFF, rgb[at + 2] & 0xFF};
  }

  @Test
  void drawing_ofAWholePerson_isTheGoldenPicture() throws IOException, NoSuchAlgorithmException {
    Frame drawn = PoseDrawing.DEFAULT.draw(pose(), WIDTH, HEIGHT);
    byte[] hash = MessageDigest.getInstance("SHA-256").digest(drawn.toRgb8());
    assertThat(HexFormat.of().formatHex(hash, 0, 8)).isEqualTo("cd0d7a4d0cbcffe3");
    assertThat(drawn).isEqualTo(picture("pose.png"));
  }

  @Test
  void drawing_besideOpenCvs_differsOnlyAtEdges() throws IOException {
    byte[] drawn = PoseDrawing.DEFAULT.draw(pose(), WIDTH, HEIGHT).toRgb8();
    byte[] opencv = picture("pose-opencv.png").toRgb8();
    long different = 0;
    long sum = 0;
    long sumOpencv = 0;
    for (int i = 0; i < drawn.length; i++) {
      different += Math.abs((drawn[i] & 0xFF) - (opencv[i] & 0xFF)) > 64 ? 1 : 0;
      sum += drawn[i] & 0xFF;
      sumOpencv += opencv[i] & 0xFF;
    }
    double share = (double) different / drawn.length;
    System.out.printf(
        "drawing: %.2f %% of samples differ by more than 64 from OpenCV's, brightness %.3f%n",
        100 * share, (double) sum / sumOpencv);
    assertThat(share).isLessThan(0.015);
    assertThat((double) sum / sumOpencv).isBetween(0.85, 1.05);
  }

  @Test
  void colours_ofJointsAndLimbs_areOpenPoses() {
    List<KeyPoint> body = new ArrayList<>(Collections.nCopies(18, KeyPoint.MISSING));
    body.set(1, new KeyPoint(20, 20, 1));
    body.set(2, new KeyPoint(60, 20, 1));
    body.set(17, new KeyPoint(20, 60, 0.2));
    Frame drawn = PoseDrawing.DEFAULT.draw(new Pose(List.of(PosePerson.ofBody(body))), 80, 80);
    assertThat(pixel(drawn, 20, 20)).as("neck").containsExactly(255, 85, 0);
    assertThat(pixel(drawn, 60, 20)).as("right shoulder").containsExactly(255, 170, 0);
    assertThat(pixel(drawn, 40, 20)).as("limb between").containsExactly(153, 0, 0);
    assertThat(pixel(drawn, 40, 23)).as("inside its width").containsExactly(153, 0, 0);
    assertThat(pixel(drawn, 40, 25)).as("outside its width").containsExactly(0, 0, 0);
    assertThat(pixel(drawn, 20, 60)).as("left ear").containsExactly(255, 0, 85);
    Frame sure =
        PoseDrawing.DEFAULT
            .withMinConfidence(0.3)
            .draw(new Pose(List.of(PosePerson.ofBody(body))), 80, 80);
    assertThat(pixel(sure, 20, 60)).containsExactly(0, 0, 0);
  }

  @Test
  void drawing_ofNobodyOrOutside_isBlack() {
    assertThat(PoseDrawing.DEFAULT.draw(Pose.EMPTY, 8, 4))
        .isEqualTo(Frame.ofRgb8(8, 4, new byte[96]));
    PosePerson outside = PosePerson.ofBody(Collections.nCopies(18, new KeyPoint(-1e9, 1e9, 1)));
    assertThat(PoseDrawing.DEFAULT.draw(new Pose(List.of(outside)), 8, 4))
        .isEqualTo(Frame.ofRgb8(8, 4, new byte[96]));
  }

  @Test
  void shape_halfOverAPixel_coversItByHalf() {
    List<KeyPoint> face = new ArrayList<>(Collections.nCopies(68, KeyPoint.MISSING));
    face.set(0, new KeyPoint(10, 10, 1));
    PosePerson person = new PosePerson(List.of(), face, List.of(), List.of());
    Frame drawn = PoseDrawing.DEFAULT.draw(new Pose(List.of(person)), 20, 20);
    // The edge of a disc of radius 3 passes through the centre of the third pixel to the right.
    assertThat(pixel(drawn, 13, 10)[0]).isBetween(96, 160);
    assertThat(pixel(drawn, 7, 10)).isEqualTo(pixel(drawn, 13, 10));
    assertThat(pixel(drawn, 10, 13)).isEqualTo(pixel(drawn, 13, 10));
  }

  @Test
  void settings_outOfRange_areNamed() {
    assertThat(PoseDrawing.forSize(1024, 768).scale()).isEqualTo(1.5);
    assertThatThrownBy(() -> new PoseDrawing(0, 0)).hasMessageContaining("scale");
    assertThatThrownBy(() -> new PoseDrawing(1, 2)).hasMessageContaining("minConfidence");
    assertThatThrownBy(() -> PoseDrawing.DEFAULT.draw(Pose.EMPTY, 0, 4))
        .hasMessageContaining("0x4");
  }
}
