package org.diffsynth.app;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.FrameSink;
import org.diffsynth.frame.FrameSource;
import org.diffsynth.frame.Monitor;
import org.diffsynth.frame.Video;
import org.diffsynth.io.FrameFiles;
import org.diffsynth.pose.KeyPoint;
import org.diffsynth.pose.Pose;
import org.diffsynth.pose.PoseJson;
import org.diffsynth.pose.PosePerson;
import org.diffsynth.testkit.scene.MovingScene;
import org.diffsynth.video.VideoFiles;

/** Input files of all tasks, made from the built-in scene: three frames of 64×64 pixels. */
record TaskInputs(Path folder) {

  static final Path TINY_SD =
      Path.of("..", "diffsynth-onnx", "src", "test", "resources", "tiny-sd", "model");
  static final Path NET = TINY_SD.resolve("controlnet");
  static final int FRAMES = 3;
  private static final int SIZE = 64;

  /** Writes all input files into a folder. */
  static TaskInputs in(Path folder) throws IOException {
    TaskInputs inputs = new TaskInputs(folder);
    SceneCommand.write(
        MovingScene.DEFAULT.withSize(SIZE, SIZE).withFrames(FRAMES), folder, false, Monitor.NONE);
    FrameFiles.writePicture(inputs.picture(), read(inputs.style()).frame(0));
    Files.createDirectory(inputs.poses());
    Files.createDirectory(inputs.zBuffer());
    for (int i = 0; i < FRAMES; i++) {
      PoseJson.write(inputs.poses().resolve("frame_" + i + "_keypoints.json"), person(10 + 4 * i));
      short[] z = new short[SIZE * SIZE * 3];
      for (int j = 0; j < z.length; j++) {
        z[j] = (short) (j / 3 % SIZE * 1000 + 100 * i);
      }
      FrameFiles.writePicture(inputs.zBuffer().resolve(i + ".png"), Frame.ofRgb16(SIZE, SIZE, z));
    }
    return inputs;
  }

  Path guide() {
    return folder.resolve("guide.mkv");
  }

  Path style() {
    return folder.resolve("style.mkv");
  }

  Path picture() {
    return folder.resolve("style.png");
  }

  Path poses() {
    return folder.resolve("poses");
  }

  Path zBuffer() {
    return folder.resolve("z");
  }

  /** Returns a person whose joints lie on a zigzag line. */
  static Pose person(int left) {
    List<KeyPoint> body = new ArrayList<>();
    for (int i = 0; i < PosePerson.BODY_POINTS; i++) {
      body.add(new KeyPoint(left + 12 * (i % 3), 6 + 3 * i, 1));
    }
    return new Pose(List.of(PosePerson.ofBody(body)));
  }

  static Video read(Path path) throws IOException {
    try (FrameSource source = VideoFiles.open(path)) {
      return Video.readAll(source);
    }
  }

  static void write(Path folder, List<Frame> frames) throws IOException {
    try (FrameSink sink = FrameFiles.create(folder, "png", false)) {
      for (Frame frame : frames) {
        sink.write(frame);
      }
      sink.commit();
    }
  }
}
