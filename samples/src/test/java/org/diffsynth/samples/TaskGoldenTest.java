package org.diffsynth.samples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.diffsynth.Pipeline;
import org.diffsynth.Preset;
import org.diffsynth.RenderRequest;
import org.diffsynth.annotator.ContentShuffle;
import org.diffsynth.annotator.DepthAlignment;
import org.diffsynth.control.ControlNet;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.FrameRate;
import org.diffsynth.frame.FrameSize;
import org.diffsynth.frame.Monitor;
import org.diffsynth.frame.Video;
import org.diffsynth.io.Resampler;
import org.diffsynth.pose.KeyPoint;
import org.diffsynth.pose.Pose;
import org.diffsynth.pose.PoseDrawing;
import org.diffsynth.pose.PosePerson;
import org.diffsynth.request.Conditioning.ReferencePicture;
import org.diffsynth.spi.DiffusionSettings;
import org.diffsynth.testkit.GoldenHashes;
import org.diffsynth.testkit.scene.MovingScene;
import org.junit.jupiter.api.Test;

/**
 * Every task on the built-in scene with its own control pictures, through a backend of plain Java
 * arithmetic: the frames have the same hash on every machine. The results of ONNX Runtime differ in
 * their last bits from processor to processor; {@code TaskPicturesTest} compares them with stored
 * pictures.
 */
class TaskGoldenTest {

  private static final GoldenHashes GOLDEN = GoldenHashes.of("tasks.properties");
  private static final int FRAMES = 6;
  private static final int SIZE = 64;
  private static final MovingScene SCENE =
      MovingScene.DEFAULT.withSize(SIZE, SIZE).withFrames(FRAMES);
  private static final Frame PICTURE = SCENE.flickeringFrame(0);

  private static Video clip(List<Frame> frames) {
    return Video.of(frames, FrameRate.of(25));
  }

  /** A prompt without one letter, so that a guidance scale of 7.5 changes frames visibly. */
  private static RenderRequest request(String prompt) {
    return RenderRequest.of(prompt).withNegativePrompt(prompt.substring(1));
  }

  private interface Picture {
    Frame of(int frame);
  }

  private static Video clip(Picture picture) {
    List<Frame> frames = new ArrayList<>();
    for (int i = 0; i < FRAMES; i++) {
      frames.add(picture.of(i));
    }
    return clip(frames);
  }

  private static Frame depth(int frame) {
    short[] z = new short[SIZE * SIZE * 3];
    for (int i = 0; i < z.length; i++) {
      z[i] = (short) (i / 3 % SIZE * 1000 + 300 * frame);
    }
    return DepthAlignment.fromZBuffer(Frame.ofRgb16(SIZE, SIZE, z), 1, 50);
  }

  private static Frame pose(int frame) {
    List<KeyPoint> body = new ArrayList<>();
    for (int i = 0; i < PosePerson.BODY_POINTS; i++) {
      body.add(new KeyPoint(10 + 3 * frame + 12 * (i % 3), 6 + 3 * i, 1));
    }
    return PoseDrawing.DEFAULT.draw(new Pose(List.of(PosePerson.ofBody(body))), SIZE, SIZE);
  }

  /**
   * Renders with all ControlNets that the preset suggests.
   *
   * @param asked names and scales of the ControlNets that the loop must have evaluated
   */
  private static void assertGolden(
      Preset preset, Video input, RenderRequest request, Set<String> asked) throws IOException {
    List<ControlNet> nets =
        preset.controls().stream()
            .map(net -> preset.controlNet(net.name(), Path.of("fake")))
            .toList();
    PaintingBackend backend =
        new PaintingBackend(DiffusionSettings.of(Path.of("fake")).withControlNets(nets));
    Pipeline.Builder builder =
        Pipeline.builder(preset).model(Path.of("fake")).provider(backend.provider());
    nets.forEach(builder::controlNet);
    try (Pipeline pipeline = builder.build()) {
      Video result = pipeline.render(input, request, Monitor.NONE);
      assertThat(result.size()).isEqualTo(FRAMES);
      assertThat(variety(result.frame(1))).as("levels in a frame").isGreaterThan(20);
      GOLDEN.check(preset.name(), result);
    }
    Set<String> found = new TreeSet<>();
    backend
        .fake()
        .calls()
        .forEach(
            call ->
                call.input().controls().forEach(net -> found.add(net.name() + " " + net.scale())));
    assertThat(found).isEqualTo(asked);
  }

  private static long variety(Frame frame) {
    byte[] rgb = frame.toRgb8();
    boolean[] seen = new boolean[256];
    long count = 0;
    for (byte sample : rgb) {
      count += seen[sample & 0xFF] ? 0 : 1;
      seen[sample & 0xFF] = true;
    }
    return count;
  }

  @Test
  void stylize_onTheScene_isGolden() throws IOException {
    assertGolden(
        Preset.TEXT_GUIDED_STYLIZATION,
        clip(SCENE::guideFrame),
        request("winter").withControlVideos(Map.of("depth", clip(TaskGoldenTest::depth))),
        Set.of("depth 1.0", "softedge 1.0"));
  }

  @Test
  void fashion_onTheScene_isGolden() throws IOException {
    Frame nobody = PoseDrawing.DEFAULT.draw(Pose.EMPTY, SIZE, SIZE);
    Video poses = clip(TaskGoldenTest::pose);
    assertGolden(
        Preset.FASHION_VIDEO,
        poses,
        request("a dress")
            .withReferences(List.of(new ReferencePicture(PICTURE, Map.of("openpose", nobody))))
            .withControlVideos(Map.of("openpose", poses)),
        Set.of("openpose 1.0"));
  }

  @Test
  void imagestyle_onTheScene_isGolden() throws IOException {
    Video shuffled = clip(List.of(ContentShuffle.of(0).annotate(PICTURE)));
    Frame unknown = Frame.ofRgb8(SIZE, SIZE, new byte[SIZE * SIZE * 3]);
    assertGolden(
        Preset.IMAGE_GUIDED_STYLIZATION,
        clip(SCENE::guideFrame),
        request("best quality")
            .withReferences(List.of(new ReferencePicture(PICTURE, Map.of("depth", unknown))))
            .withControlVideos(Map.of("shuffle", shuffled, "depth", clip(TaskGoldenTest::depth))),
        Set.of("depth 1.0", "shuffle 1.0"));
  }

  @Test
  void restore_onTheScene_isGolden() throws IOException {
    assertGolden(
        Preset.VIDEO_RESTORING,
        clip(
            i ->
                Resampler.resized(
                    Resampler.resized(SCENE.flickeringFrame(i), new FrameSize(32, 32)),
                    new FrameSize(SIZE, SIZE))),
        request("best quality"),
        Set.of("tile 1.0"));
  }

  @Test
  void render3d_onTheScene_isGolden() throws IOException {
    assertGolden(
        Preset.RENDERING_3D,
        clip(SCENE::guideFrame),
        request("a house").withControlVideos(Map.of("depth", clip(TaskGoldenTest::depth))),
        Set.of("depth 1.0"));
  }
}
