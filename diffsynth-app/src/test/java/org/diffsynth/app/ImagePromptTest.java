package org.diffsynth.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.diffsynth.onnx.tiny.TinyGraph.attribute;
import static org.diffsynth.onnx.tiny.TinyGraph.attributes;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.FrameSource;
import org.diffsynth.frame.Monitor;
import org.diffsynth.frame.Video;
import org.diffsynth.io.FrameFiles;
import org.diffsynth.onnx.golden.IpAdapterCopy;
import org.diffsynth.onnx.golden.ModelCopy;
import org.diffsynth.onnx.tiny.TinyGraph;
import org.diffsynth.testkit.scene.MovingScene;
import org.diffsynth.video.VideoFiles;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Image prompts from the command line, on a tiny model with an adapter. */
class ImagePromptTest {

  private static final Path TINY_SD =
      Path.of("..", "diffsynth-onnx", "src", "test", "resources", "tiny-sd", "model");
  private static final int WIDTH = IpAdapterCopy.WIDTH;

  @TempDir Path folder;
  private Path model;
  private Path encoder;

  @BeforeEach
  void makeInputs() throws IOException {
    SceneCommand.write(
        MovingScene.DEFAULT.withSize(64, 64).withFrames(2), folder, false, Monitor.NONE);
    model = folder.resolve("model");
    IpAdapterCopy.adapt(
        new ModelCopy(model, TINY_SD),
        "ip_hidden_states",
        List.of("batch_size", "image_tokens", WIDTH),
        "ip_adapter_scale");
    float[] projection = new float[3 * WIDTH];
    for (int i = 0; i < projection.length; i++) {
      projection[i] = (float) Math.sin(i);
    }
    encoder = Files.createDirectory(folder.resolve("encoder"));
    new TinyGraph()
        .input("pixel_values", 1, 3, 8, 8)
        .node(
            "ReduceMean",
            "pixel_values",
            "pool",
            attributes("axes", 2, 3),
            attribute("keepdims", 0))
        .weight("projection", projection, 3, WIDTH)
        .node("MatMul", "pool projection", "image_embeds")
        .output("image_embeds")
        .write(encoder.resolve("model.onnx"));
  }

  private Path picture(int red) throws IOException {
    byte[] rgb = new byte[8 * 8 * 3];
    for (int i = 0; i < rgb.length; i += 3) {
      rgb[i] = (byte) red;
    }
    Path file = folder.resolve("red" + red + ".png");
    FrameFiles.writePicture(file, Frame.ofRgb8(8, 8, rgb));
    return file;
  }

  private Outcomes.Outcome stylize(Path with, String out, Object... more) {
    List<Object> all = new ArrayList<>(List.of("stylize", "--model", with, "--preset", "plain"));
    Collections.addAll(all, "--input", folder.resolve("guide.mkv"), "--prompt", "a field");
    Collections.addAll(all, "--steps", 2, "--out", folder.resolve(out));
    Collections.addAll(all, more);
    return Outcomes.run(all.toArray());
  }

  private List<Frame> done(String out, Object... more) throws IOException {
    Outcomes.assertDone(stylize(model, out, more));
    try (FrameSource source = VideoFiles.open(folder.resolve(out))) {
      return Video.readAll(source).frames();
    }
  }

  @Test
  void stylize_imagePrompt_isSeenAtItsScale() throws IOException {
    List<Frame> without = done("a");
    List<Frame> red = done("b", "--image-prompt", picture(255), "--image-encoder", encoder);
    List<Frame> black = done("c", "--image-prompt", picture(0), "--image-encoder", encoder);
    assertThat(red).isNotEqualTo(without).isNotEqualTo(black);
    assertThat(
            done(
                "d",
                "--image-prompt",
                picture(255),
                "--image-encoder",
                encoder,
                "--image-scale",
                0))
        .isEqualTo(without);
    Outcomes.assertDone(
        Outcomes.run(
            "stylize", "--settings", folder.resolve("b.json"), "--out", folder.resolve("e")));
    try (FrameSource source = VideoFiles.open(folder.resolve("e"))) {
      assertThat(Video.readAll(source).frames()).isEqualTo(red);
    }
  }

  @Test
  void stylize_imagePromptThatDoesNotFit_saysWhy() throws IOException {
    Outcomes.assertWrongUse(
        stylize(model, "w", "--image-prompt", picture(1)), "needs --image-encoder");
    Outcomes.assertWrongUse(stylize(model, "w", "--image-scale", 1), "need --image-prompt");
    Outcomes.assertFails(
        stylize(TINY_SD, "w", "--image-prompt", picture(1), "--image-encoder", encoder),
        "does not support image prompts");
    // A prompt embedding of the tiny model has the same number of floats per token, so it can be
    // used.
    Path golden = TINY_SD.resolveSibling("golden").resolve("emb_cond.npy");
    assertThat(done("n", "--image-prompt", golden)).hasSize(2);
  }
}
