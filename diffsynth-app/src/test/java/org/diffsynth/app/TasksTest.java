package org.diffsynth.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.diffsynth.app.TaskInputs.FRAMES;
import static org.diffsynth.app.TaskInputs.NET;
import static org.diffsynth.app.TaskInputs.TINY_SD;
import static org.diffsynth.app.TaskInputs.person;
import static org.diffsynth.app.TaskInputs.read;
import static org.diffsynth.app.TaskInputs.write;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.FrameSize;
import org.diffsynth.frame.FrameSource;
import org.diffsynth.frame.Video;
import org.diffsynth.io.FrameFiles;
import org.diffsynth.pose.Pose;
import org.diffsynth.pose.PoseJson;
import org.diffsynth.testkit.scene.MovingScene;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The tasks on the tiny random model, which test everything but the look of the result. */
class TasksTest {

  @TempDir static Path inputs;
  @TempDir Path folder;

  private static Path guide;
  private static Path picture;
  private static Path poses;
  private static Path zBuffer;

  @BeforeAll
  static void makeInputs() throws IOException {
    TaskInputs made = TaskInputs.in(inputs);
    guide = made.guide();
    picture = made.picture();
    poses = made.poses();
    zBuffer = made.zBuffer();
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
    assertThat(out.format().size()).isEqualTo(new FrameSize(64, 64));
    Path json = folder.resolve("out.json");
    assertThat(Files.readString(json)).contains("\"task\" : \"fashion\"", "FASHION_VIDEO");
    Outcomes.assertDone(run("fashion", "--settings", json, "--out", folder.resolve("again")));
    assertThat(rendered("again").frames()).isEqualTo(out.frames());
    Outcomes.assertDone(
        run("fashion", "--settings", json, "--pose-size", "128x128", "--out", folder.resolve("b")));
    assertThat(rendered("b").format().size()).isEqualTo(new FrameSize(128, 128));
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
    assertThat(out.format().size()).isEqualTo(new FrameSize(64, 64));
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
    return org.diffsynth.io.Resampler.resized(frame, new FrameSize(32, 32));
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
    // Frame 1, whose picture was changed, is not a key frame.
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
