package org.diffsynth.samples.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.diffsynth.Frame;
import org.diffsynth.FrameSink;
import org.diffsynth.FrameSource;
import org.diffsynth.Monitor;
import org.diffsynth.Video;
import org.diffsynth.control.KeyPoint;
import org.diffsynth.control.Pose;
import org.diffsynth.control.PoseJson;
import org.diffsynth.control.PosePerson;
import org.diffsynth.io.FrameFiles;
import org.diffsynth.scene.MovingScene;
import org.diffsynth.video.VideoFiles;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The tasks on the tiny random model: shapes and plumbing, not beauty. */
class TasksTest {

  private static final Path TINY_SD =
      Path.of("..", "diffsynth-onnx", "src", "test", "resources", "tiny-sd", "model");
  private static final Path NET = TINY_SD.resolve("controlnet");
  private static final int FRAMES = 3;

  @TempDir static Path inputs;
  @TempDir Path folder;

  private static Path guide;
  private static Path picture;
  private static Path poses;
  private static Path zBuffer;

  @BeforeAll
  static void makeInputs() throws IOException {
    SceneCommand.write(
        MovingScene.DEFAULT.withSize(64, 64).withFrames(FRAMES), inputs, false, Monitor.NONE);
    guide = inputs.resolve("guide.mkv");
    try (FrameSource style = VideoFiles.open(inputs.resolve("style.mkv"))) {
      picture = inputs.resolve("style.png");
      FrameFiles.writePicture(picture, style.read());
    }
    poses = Files.createDirectory(inputs.resolve("poses"));
    for (int i = 0; i < FRAMES; i++) {
      PoseJson.write(poses.resolve("frame_" + i + "_keypoints.json"), person(10 + 4 * i));
    }
    zBuffer = Files.createDirectory(inputs.resolve("z"));
    for (int i = 0; i < FRAMES; i++) {
      short[] z = new short[64 * 64 * 3];
      for (int j = 0; j < z.length; j++) {
        z[j] = (short) (j / 3 % 64 * 1000 + 100 * i);
      }
      FrameFiles.writePicture(zBuffer.resolve(i + ".png"), Frame.ofRgb16(64, 64, z));
    }
  }

  /** Someone whose joints stand on a zigzag line. */
  private static Pose person(int left) {
    List<KeyPoint> body = new ArrayList<>();
    for (int i = 0; i < PosePerson.BODY_POINTS; i++) {
      body.add(new KeyPoint(left + 12 * (i % 3), 6 + 3 * i, 1));
    }
    return new Pose(List.of(PosePerson.ofBody(body)));
  }

  private Outcomes.Outcome run(Object... arguments) {
    return Outcomes.run(arguments);
  }

  private Object[] task(String name, Object... more) {
    List<Object> all = new ArrayList<>(List.of(name, "--model", TINY_SD));
    Collections.addAll(all, more);
    if (!all.contains("--out")) {
      all.addAll(List.of("--out", folder.resolve("out")));
    }
    return all.toArray();
  }

  private Video rendered(String name) throws IOException {
    return read(folder.resolve(name));
  }

  private static Video read(Path path) throws IOException {
    try (FrameSource source = VideoFiles.open(path)) {
      return Video.readAll(source);
    }
  }

  /** Mean of red, green and blue of each frame, to one level. */
  private static void assertGolden(Video video, double... means) {
    List<Double> found = new ArrayList<>();
    for (Frame frame : video) {
      double[] sum = new double[3];
      byte[] rgb = frame.toRgb8();
      for (int i = 0; i < rgb.length; i++) {
        sum[i % 3] += (rgb[i] & 0xFF) * 3.0 / rgb.length;
      }
      Arrays.stream(sum).map(mean -> Math.round(mean * 100) / 100.0).forEach(found::add);
    }
    double[] actual = found.stream().mapToDouble(it -> it).toArray();
    assertThat(actual).as(Arrays.toString(actual)).hasSameSizeAs(means);
    for (int i = 0; i < means.length; i++) {
      // Arithmetic of ONNX Runtime differs a little from processor to processor.
      assertThat(Math.abs(actual[i] - means[i])).as(Arrays.toString(actual)).isLessThan(1);
    }
  }

  @Test
  void fashion_withPoseFiles_rendersAsManyFramesOfTheReferencesSize() throws IOException {
    Object[] arguments =
        task(
            "fashion",
            "--openpose",
            NET,
            "--reference",
            picture,
            "--poses",
            poses,
            "--prompt",
            "a dress");
    Outcomes.assertDone(run(arguments));
    Video out = rendered("out");
    assertThat(out.size()).isEqualTo(FRAMES);
    assertThat(out.format().size()).isEqualTo("64x64");
    assertGolden(out, 103.7, 128.7, 140.65, 105.59, 128.81, 141.27, 104.88, 128.91, 140.89);
    Path json = folder.resolve("out.json");
    assertThat(Files.readString(json)).contains("\"task\" : \"fashion\"", "FASHION_VIDEO");
    Outcomes.assertDone(run("fashion", "--settings", json, "--out", folder.resolve("again")));
    assertThat(rendered("again").frames()).isEqualTo(out.frames());
    Outcomes.assertDone(
        run("fashion", "--settings", json, "--pose-size", "128x128", "--out", folder.resolve("b")));
    assertThat(rendered("b").format().size()).isEqualTo("128x128");
  }

  @Test
  void fashion_withAReferencePose_rendersDifferently() throws IOException {
    Object[] arguments =
        task(
            "fashion",
            "--openpose",
            NET,
            "--reference",
            picture,
            "--poses",
            poses,
            "--prompt",
            "a dress",
            "--steps",
            2);
    Outcomes.assertDone(run(arguments));
    Outcomes.assertDone(
        run(
            "fashion",
            "--settings",
            folder.resolve("out.json"),
            "--reference-pose",
            poses.resolve("frame_0_keypoints.json"),
            "--out",
            folder.resolve("b")));
    assertThat(rendered("b").frames()).isNotEqualTo(rendered("out").frames());
  }

  @Test
  void fashion_withoutPeople_saysSo() throws IOException {
    Path empty = Files.createDirectory(folder.resolve("empty"));
    PoseJson.write(empty.resolve("0.json"), Pose.EMPTY);
    PoseJson.write(empty.resolve("1.json"), Pose.EMPTY);
    Outcomes.assertFails(
        run(
            task(
                "fashion",
                "--openpose",
                NET,
                "--reference",
                picture,
                "--poses",
                empty,
                "--prompt",
                "x")),
        "nobody in any of the 2 pose files");
    PoseJson.write(empty.resolve("1.json"), person(9));
    Outcomes.assertFails(
        run(
            task(
                "fashion",
                "--openpose",
                NET,
                "--reference",
                picture,
                "--poses",
                empty,
                "--input",
                guide,
                "--prompt",
                "x")),
        "2 control pictures for openpose",
        "3 frames");
    assertThat(folder.resolve("out")).doesNotExist();
  }

  @Test
  void fashion_withWrongSettings_hasExitCode2() {
    Outcomes.assertWrongUse(run(task("fashion", "--prompt", "x")), "--reference is missing");
    Outcomes.assertWrongUse(
        run(
            task(
                "fashion",
                "--openpose",
                NET,
                "--reference",
                picture,
                "--poses",
                poses,
                "--prompt",
                "x",
                "--pose-window",
                4)),
        "--pose-window");
  }

  @Test
  void imagestyle_rendersInTheStyleOfAPicture() throws IOException {
    Outcomes.assertDone(
        run(
            task(
                "imagestyle",
                "--shuffle",
                NET,
                "--input",
                guide,
                "--style",
                picture,
                "--steps",
                3)));
    assertGolden(
        rendered("out"), 107.04, 128.35, 140.41, 107.16, 127.85, 139.6, 108.43, 128.41, 140.02);
    Path other = inputs.resolve("poster.png");
    FrameFiles.writePicture(other, read(guide).frame(0));
    Outcomes.assertDone(
        run(
            "imagestyle",
            "--settings",
            folder.resolve("out.json"),
            "--style",
            other,
            "--out",
            folder.resolve("b")));
    assertThat(rendered("b").frames()).isNotEqualTo(rendered("out").frames());
  }

  @Test
  void imagestyle_withAStyleThatIsNoPicture_saysSo() throws IOException {
    Path pdf = folder.resolve("style.pdf");
    Files.writeString(pdf, "%PDF-1.4");
    Outcomes.assertFails(
        run(task("imagestyle", "--shuffle", NET, "--input", guide, "--style", pdf)),
        "style.pdf is not a picture");
  }

  @Test
  void restore_enlargesAndKeepsThePicture() throws IOException {
    Path small = folder.resolve("small");
    write(small, read(guide).frames().stream().map(f -> shrunk(f)).toList());
    Outcomes.assertDone(run(task("restore", "--tile", NET, "--input", small, "--scale", 2)));
    Video out = rendered("out");
    assertThat(out.format().size()).isEqualTo("64x64");
    assertGolden(out, 107.32, 128.07, 139.28, 106.45, 127.96, 140.09, 108.49, 128.39, 139.31);
    assertThat(Files.readString(folder.resolve("out.json"))).contains("\"damage\" : \"BLUR\"");
    Outcomes.assertDone(
        run(
            "restore",
            "--settings",
            folder.resolve("out.json"),
            "--damage",
            "noise",
            "--out",
            folder.resolve("b")));
    assertThat(rendered("b").frames()).isNotEqualTo(out.frames());
    Outcomes.assertWrongUse(
        run(task("restore", "--tile", NET, "--input", small, "--scale", 3)), "1, 2 or 4");
  }

  private static Frame shrunk(Frame frame) {
    return org.diffsynth.io.Lanczos.resized(frame, 32, 32);
  }

  private static void write(Path folder, List<Frame> frames) throws IOException {
    try (FrameSink sink = FrameFiles.create(folder, "png", false)) {
      for (Frame frame : frames) {
        sink.write(frame);
      }
      sink.commit();
    }
  }

  @Test
  void render3d_withAZBuffer_followsDepth() throws IOException {
    Object[] arguments =
        task(
            "render3d",
            "--depth-net",
            NET,
            "--input",
            guide,
            "--z-buffer",
            zBuffer,
            "--near",
            1,
            "--far",
            50,
            "--prompt",
            "a house",
            "--steps",
            3);
    Outcomes.assertDone(run(arguments));
    assertGolden(
        rendered("out"), 104.57, 128.07, 139.75, 104.51, 127.95, 139.54, 104.25, 128.21, 140.22);
    Outcomes.assertDone(
        run(
            "render3d",
            "--settings",
            folder.resolve("out.json"),
            "--depth-video",
            zBuffer,
            "--out",
            folder.resolve("b")));
    assertThat(rendered("b").frames()).isNotEqualTo(rendered("out").frames());
  }

  @Test
  void render3d_withDepthOfAnotherSizeOrLength_saysSo() throws IOException {
    Path small = folder.resolve("small");
    List<Frame> frames = read(zBuffer).frames();
    write(small, frames.stream().map(f -> shrunk(f)).toList());
    Object[] arguments =
        task(
            "render3d",
            "--depth-net",
            NET,
            "--input",
            guide,
            "--depth-video",
            small,
            "--prompt",
            "x",
            "--steps",
            1);
    Outcomes.assertFails(run(arguments), "32x32", "64x64", "--resize");
    List<Object> resized = new ArrayList<>(Arrays.asList(arguments));
    resized.add("--resize");
    Outcomes.assertDone(run(resized.toArray()));
    Path two = folder.resolve("two");
    write(two, frames.subList(0, 2));
    Outcomes.assertFails(
        run(
            task(
                "render3d",
                "--depth-net",
                NET,
                "--input",
                guide,
                "--depth-video",
                two,
                "--prompt",
                "x",
                "--out",
                folder.resolve("c"))),
        "2 control pictures for depth",
        "3 frames");
    Outcomes.assertWrongUse(
        run(
            task(
                "render3d",
                "--depth-net",
                NET,
                "--input",
                guide,
                "--z-buffer",
                two,
                "--prompt",
                "x")),
        "--near is missing");
  }

  @Test
  void settings_ofAnotherTask_areRefused() throws IOException {
    Outcomes.assertDone(
        run(task("stylize", "--input", guide, "--prompt", "x", "--preset", "plain", "--steps", 1)));
    Outcomes.assertWrongUse(
        run("restore", "--settings", folder.resolve("out.json"), "--out", folder.resolve("b")),
        "was written by 'stylize'");
  }

  @Test
  void keyframes_everySecondFrame_areRenderedAndTheRestIsCarried() throws IOException {
    Path five = folder.resolve("five");
    List<Frame> frames = new ArrayList<>();
    try (FrameSource scene = MovingScene.DEFAULT.withSize(64, 64).withFrames(6).guide()) {
      frames.addAll(Video.readAll(scene).frames());
    }
    write(five, frames);
    Path keys = folder.resolve("keys");
    write(keys, List.of(frames.get(0), frames.get(2), frames.get(4), frames.get(5)));
    Object[] settings = {"--prompt", "x", "--steps", 2, "--attention", "first_frame"};
    List<Object> all = new ArrayList<>(List.of("--input", five, "--keyframe-every", 2));
    Collections.addAll(all, settings);
    Outcomes.assertDone(run(task("stylize", all.toArray())));
    List<Object> alone = new ArrayList<>(List.of("--input", keys, "--out", folder.resolve("k")));
    Collections.addAll(alone, settings);
    Outcomes.assertDone(run(task("stylize", alone.toArray())));
    Video out = rendered("out");
    Video key = rendered("k");
    assertThat(out.size()).isEqualTo(6);
    assertThat(List.of(out.frame(0), out.frame(2), out.frame(4), out.frame(5)))
        .isEqualTo(key.frames());
    assertThat(out.frame(1)).isNotEqualTo(out.frame(0)).isNotEqualTo(out.frame(2));
    Outcomes.assertWrongUse(
        run(task("stylize", "--input", five, "--prompt", "x", "--keyframe-every", 0)),
        "--keyframe-every");
  }

  @Test
  void keyframes_useTheControlPicturesOfTheirOwnFrames() throws IOException {
    Object[] common = {
      "stylize",
      "--model",
      TINY_SD,
      "--prompt",
      "x",
      "--preset",
      "plain",
      "--steps",
      2,
      "--control",
      "edge=" + NET,
      "--deflicker-every",
      0
    };
    Path pictures = folder.resolve("pictures");
    List<Frame> style = read(inputs.resolve("style.mkv")).frames();
    write(pictures, style);
    Path changed = folder.resolve("changed");
    write(changed, List.of(style.get(0), style.get(0), style.get(2)));
    List<List<Frame>> results = new ArrayList<>();
    for (Path given : List.of(pictures, changed)) {
      List<Object> all = new ArrayList<>(Arrays.asList(common));
      Path out = folder.resolve("out-" + given.getFileName());
      Collections.addAll(
          all,
          "--input",
          guide,
          "--control-video",
          "edge=" + given,
          "--keyframe-every",
          2,
          "--out",
          out);
      Outcomes.assertDone(run(all.toArray()));
      results.add(read(out).frames());
    }
    // Frame 1, whose picture was changed, is no key.
    assertThat(results.get(0)).isEqualTo(results.get(1));
  }

  @Test
  void contrastAndSharpness_areGivenToTheResult_andKeptInSettings() throws IOException {
    Object[] arguments =
        task(
            "stylize",
            "--input",
            guide,
            "--prompt",
            "x",
            "--preset",
            "plain",
            "--steps",
            1,
            "--contrast",
            0);
    Outcomes.assertDone(run(arguments));
    byte[] grey = rendered("out").frame(0).toRgb8();
    for (byte sample : grey) {
      assertThat(sample).isEqualTo(grey[0]);
    }
    Outcomes.assertDone(
        run("stylize", "--settings", folder.resolve("out.json"), "--out", folder.resolve("b")));
    assertThat(rendered("b").frames()).isEqualTo(rendered("out").frames());
    Outcomes.assertWrongUse(
        run(task("stylize", "--input", guide, "--prompt", "x", "--sharpness", 11)), "--sharpness");
  }
}
