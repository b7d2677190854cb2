package org.diffsynth.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.diffsynth.app.TaskInputs.NET;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.Video;
import org.diffsynth.io.FrameFiles;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Compares the result of each task, with the tiny random model, with stored pictures.
 *
 * <p>ONNX Runtime's sums differ in their last bits from processor to processor, so there is no hash
 * ({@code TaskGoldenTest} has those). With weights changed at random by 3·10⁻⁷ of their value the
 * frames of these runs change by at most one level; a random model is chaotic beyond a few
 * deflickered steps, so three tasks run three steps only.
 *
 * <p>With {@code -Ddiffsynth.writeGolden=FILE} pictures are written to {@code FILE-TASK.png}.
 */
class TaskPicturesTest {

  private static final int MOST_LEVELS = 2;
  private static final String WRITE_TO = System.getProperty("diffsynth.writeGolden", "");

  @TempDir static Path folder;
  @TempDir Path out;

  private static TaskInputs inputs;

  @BeforeAll
  static void makeInputs() throws IOException {
    inputs = TaskInputs.in(folder);
  }

  private void assertGolden(String task, Object... options) throws IOException {
    Path result = out.resolve(task);
    List<Object> all = new ArrayList<>(List.of(task, "--model", TaskInputs.TINY_SD));
    Collections.addAll(all, options);
    Collections.addAll(all, "--out", result);
    Outcomes.assertDone(Outcomes.run(all.toArray()));
    Frame found = sideBySide(TaskInputs.read(result));
    if (!WRITE_TO.isEmpty()) {
      FrameFiles.writePicture(Path.of(WRITE_TO + "-" + task + ".png"), found);
      return;
    }
    Frame expected = golden(task);
    assertThat(found.size()).isEqualTo(expected.size());
    byte[] a = found.toRgb8();
    byte[] b = expected.toRgb8();
    int most = 0;
    for (int i = 0; i < a.length; i++) {
      most = Math.max(most, Math.abs((a[i] & 0xFF) - (b[i] & 0xFF)));
    }
    assertThat(most).as("levels that %s differs by", task).isLessThanOrEqualTo(MOST_LEVELS);
  }

  private Frame golden(String task) throws IOException {
    Path file = out.resolve("golden.png");
    try (InputStream in = TaskPicturesTest.class.getResourceAsStream(task + ".png")) {
      assertThat(in).as("%s.png", task).isNotNull();
      Files.copy(in, file);
    }
    return FrameFiles.readPicture(file);
  }

  private static Frame sideBySide(Video video) {
    int width = video.format().width();
    int height = video.format().height();
    byte[] rgb = new byte[width * height * 3 * video.size()];
    for (int i = 0; i < video.size(); i++) {
      byte[] frame = video.frame(i).toRgb8();
      for (int y = 0; y < height; y++) {
        int row = width * 3;
        System.arraycopy(frame, y * row, rgb, (y * video.size() + i) * row, row);
      }
    }
    return Frame.ofRgb8(width * video.size(), height, rgb);
  }

  @Test
  void stylize_withDepthAndEdges_isGolden() throws IOException {
    assertGolden(
        "stylize",
        "--input",
        inputs.guide(),
        "--prompt",
        "winter",
        "--control",
        "depth=" + NET,
        "--control-video",
        "depth=" + inputs.zBuffer(),
        "--control",
        "softedge=" + NET);
  }

  @Test
  void fashion_withPoseFiles_isGolden() throws IOException {
    assertGolden(
        "fashion",
        "--openpose",
        NET,
        "--reference",
        inputs.picture(),
        "--poses",
        inputs.poses(),
        "--prompt",
        "a dress",
        "--steps",
        3);
  }

  @Test
  void imagestyle_withAPicture_isGolden() throws IOException {
    assertGolden(
        "imagestyle",
        "--shuffle",
        NET,
        "--input",
        inputs.guide(),
        "--style",
        inputs.picture(),
        "--steps",
        3);
  }

  @Test
  void restore_atItsSize_isGolden() throws IOException {
    assertGolden("restore", "--tile", NET, "--input", inputs.style());
  }

  @Test
  void render3d_withAZBuffer_isGolden() throws IOException {
    assertGolden(
        "render3d",
        "--depth-net",
        NET,
        "--input",
        inputs.guide(),
        "--z-buffer",
        inputs.zBuffer(),
        "--near",
        1,
        "--far",
        50,
        "--prompt",
        "a house",
        "--steps",
        3);
  }
}
