package org.diffsynth.samples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.FrameSink;
import org.diffsynth.frame.FrameSource;
import org.diffsynth.frame.Video;
import org.diffsynth.io.FrameFiles;
import org.diffsynth.pose.KeyPoint;
import org.diffsynth.pose.Pose;
import org.diffsynth.pose.PoseJson;
import org.diffsynth.pose.PosePerson;
import org.diffsynth.testkit.scene.MovingScene;
import org.diffsynth.video.VideoFiles;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The samples of the tasks run, and have less than 70 lines. */
class TaskSamplesTest {

  private static final String MODEL =
      Path.of("..", "diffsynth-onnx", "src", "test", "resources", "tiny-sd", "model").toString();
  private static final String NET = Path.of(MODEL, "controlnet").toString();
  private static final int FRAMES = 2;

  @TempDir Path folder;
  private Path guide;
  private Path picture;
  private Path out;

  @BeforeEach
  void makeInputs() throws IOException {
    guide = folder.resolve("guide");
    try (FrameSource scene = MovingScene.DEFAULT.withSize(64, 64).withFrames(FRAMES).guide();
        FrameSink sink = FrameFiles.create(guide, "png", false)) {
      for (Frame frame : Video.readAll(scene)) {
        sink.write(frame);
      }
      sink.commit();
    }
    picture = guide.resolve("00000.png");
    out = folder.resolve("out");
  }

  private void assertRendered(String size) throws IOException {
    try (FrameSource source = VideoFiles.open(out)) {
      Video video = Video.readAll(source);
      assertThat(video.size()).isEqualTo(FRAMES);
      assertThat(video.format().size()).hasToString(size);
    }
  }

  private static String[] words(Object... arguments) {
    List<String> words = new ArrayList<>();
    for (Object argument : arguments) {
      words.add(argument.toString());
    }
    return words.toArray(String[]::new);
  }

  @Test
  void fashion_onATinyModel_writesAVideo() throws IOException {
    Path poses = Files.createDirectory(folder.resolve("poses"));
    for (int i = 0; i < FRAMES; i++) {
      List<KeyPoint> body = new ArrayList<>();
      for (int j = 0; j < PosePerson.BODY_POINTS; j++) {
        body.add(new KeyPoint(20 + 2 * i + j, 3 * j, 1));
      }
      PoseJson.write(poses.resolve(i + ".json"), new Pose(List.of(PosePerson.ofBody(body))));
    }
    FashionVideo.main(words(MODEL, NET, picture, poses, out));
    assertRendered("64x64");
  }

  @Test
  void imageStyle_onATinyModel_writesAVideo() throws IOException {
    ImageStyledVideo.main(words(MODEL, NET, guide, picture, out));
    assertRendered("64x64");
  }

  @Test
  void restoring_onATinyModel_writesALargerVideo() throws IOException {
    RestoredVideo.main(words(MODEL, NET, guide, out));
    assertRendered("128x128");
  }

  @Test
  void rendering_onATinyModel_writesAVideo() throws IOException {
    PaintedRender.main(words(MODEL, NET, guide, guide, 1, 20, "a house", out));
    assertRendered("64x64");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "StylizedVideo",
        "FashionVideo",
        "ImageStyledVideo",
        "RestoredVideo",
        "PaintedRender"
      })
  void sample_hasLessThan70Lines(String name) throws IOException {
    Path source = Path.of("src/main/java/org/diffsynth/samples", name + ".java");
    assertThat(Files.readAllLines(source)).hasSizeLessThan(70);
  }
}
