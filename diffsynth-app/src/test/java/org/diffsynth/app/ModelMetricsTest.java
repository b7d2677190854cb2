package org.diffsynth.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.diffsynth.onnx.tiny.TinyGraph.attribute;
import static org.diffsynth.onnx.tiny.TinyGraph.attributes;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.diffsynth.compute.ComputeOptions;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.FrameSource;
import org.diffsynth.frame.Monitor;
import org.diffsynth.frame.Video;
import org.diffsynth.metrics.ClipScore;
import org.diffsynth.metrics.FrechetDistance;
import org.diffsynth.metrics.KernelInceptionDistance;
import org.diffsynth.metrics.PoseError;
import org.diffsynth.onnx.annotator.OnnxAnnotator;
import org.diffsynth.onnx.metrics.AestheticHeads;
import org.diffsynth.onnx.metrics.ClipModel;
import org.diffsynth.onnx.metrics.FeatureModel;
import org.diffsynth.onnx.tiny.TinyClip;
import org.diffsynth.onnx.tiny.TinyGraph;
import org.diffsynth.pose.Pose;
import org.diffsynth.pose.PoseDrawing;
import org.diffsynth.pose.PoseJson;
import org.diffsynth.testkit.scene.MovingScene;
import org.diffsynth.video.VideoFiles;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code measure} with small models prints what the API computes. */
class ModelMetricsTest {

  private static final Path TOKENIZER =
      Path.of("..", "diffsynth-onnx", "src", "test", "resources", "tiny-sd", "model", "tokenizer");
  private static final int[] HEAD = {768, 1024, 128, 64, 16, 1};

  @TempDir static Path models;
  @TempDir Path folder;

  private static Path guide;
  private static Path style;
  private static Path truth;
  private static Path clip;
  private static Path head;
  private static Path inception;
  private static Path pose;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @BeforeAll
  static void make() throws IOException {
    SceneCommand.write(
        MovingScene.DEFAULT.withSize(96, 64).withFrames(6), models, false, Monitor.NONE);
    guide = models.resolve("guide.mkv");
    style = models.resolve("style.mkv");
    truth = models.resolve("truth.mkv");
    clip = new TinyClip(16, 768).writeJoint(models.resolve("clip"), TOKENIZER);
    head = head();
    inception =
        new TinyGraph()
            .input("input", 1, 3, 299, 299)
            .node("ReduceMean", "input", "pool", attributes("axes", 2, 3), attribute("keepdims", 0))
            .output("pool", 1, 3)
            .write(models.resolve("inception.onnx"));
    pose = pose();
  }

  private static Path head() throws IOException {
    TinyGraph graph = new TinyGraph().input("x", 1, 768);
    String last = "x";
    for (int i = 0; i + 1 < HEAD.length; i++) {
      float[] weight = new float[HEAD[i] * HEAD[i + 1]];
      float[] bias = new float[HEAD[i + 1]];
      for (int k = 0; k < weight.length; k++) {
        weight[k] = (k * 7919 % 101 - 50) / 400f;
      }
      bias[0] = 0.5f;
      graph
          .weight("w" + i, weight, HEAD[i + 1], HEAD[i])
          .weight("b" + i, bias, HEAD[i + 1])
          .node("Gemm", last + " w" + i + " b" + i, "y" + i, attribute("transB", 1));
      last = "y" + i;
    }
    return graph.output(last, 1, 1).write(models.resolve("head.onnx"));
  }

  /** Returns a model whose key points all lie where columns and rows are brightest. */
  private static Path pose() throws IOException {
    Files.writeString(
        models.resolve("pose.json"),
        """
        {"convention": "dwpose", "input": {"mean": [0, 0, 0], "std": [255, 255, 255]},
         "pose": {"splitRatio": 1, "minConfidence": 0.001}}
        """);
    return new TinyGraph()
        .input("input", 1, 3, 32, 24)
        .longs("columns", 1, 17, 24)
        .longs("rows", 1, 17, 32)
        .node("ReduceMean", "input", "x", attributes("axes", 0, 1, 2), attribute("keepdims", 0))
        .node("ReduceMean", "input", "y", attributes("axes", 0, 1, 3), attribute("keepdims", 0))
        .node("Expand", "x columns", "simcc_x")
        .node("Expand", "y rows", "simcc_y")
        .output("simcc_x", 1, 17, 24)
        .output("simcc_y", 1, 17, 32)
        .write(models.resolve("pose.onnx"));
  }

  private int run(Object... arguments) {
    String[] words = new String[arguments.length];
    for (int i = 0; i < words.length; i++) {
      words[i] = arguments[i].toString();
    }
    return DiffsynthApp.commandLine()
        .setOut(new PrintWriter(out, true))
        .setErr(new PrintWriter(err, true))
        .execute(words);
  }

  private static List<Frame> frames(Path path) throws IOException {
    try (FrameSource source = VideoFiles.open(path)) {
      return Video.readAll(source).frames();
    }
  }

  private static void assertNumber(JsonNode json, String key, double expected) {
    assertThat(json.path(key).isNumber()).as(key).isTrue();
    assertThat(json.path(key).doubleValue())
        .as(key)
        .isCloseTo(expected, within(1e-4 * Math.max(1e-3, Math.abs(expected))));
  }

  @Test
  void measure_withAllModels_printsWhatTheApiComputes() throws IOException {
    int code =
        run(
            "measure",
            "--guide",
            guide,
            "--video",
            style,
            "--json",
            "-q",
            "--clip",
            clip,
            "--prompt",
            "a castle",
            "--aesthetic",
            head,
            "--fid",
            inception,
            "--against",
            truth,
            "--pose",
            pose,
            "--device",
            "cpu");
    assertThat(code).as(err.toString()).isZero();
    JsonNode json = new ObjectMapper().readTree(out.toString());
    List<float[]> vectors = new ArrayList<>();
    try (ClipModel model = ClipModel.open(clip, ComputeOptions.AUTO)) {
      for (Frame frame : frames(style)) {
        vectors.add(model.image(frame));
      }
      assertNumber(
          json, "clip_frame_text", ClipScore.textAlignment(vectors, model.text("a castle")));
    }
    assertNumber(json, "clip_frame_frame", ClipScore.frameConsistency(vectors));
    assertNumber(json, "aesthetic", AestheticHeads.read(head).score(vectors));
    double[][] ours;
    double[][] others;
    try (FeatureModel model = FeatureModel.open(inception, ComputeOptions.AUTO)) {
      ours = frames(style).stream().map(model::features).toArray(double[][]::new);
      others = frames(truth).stream().map(model::features).toArray(double[][]::new);
    }
    assertNumber(json, "fid", FrechetDistance.between(ours, others));
    assertNumber(json, "kid", KernelInceptionDistance.between(ours, others));
    try (OnnxAnnotator model = OnnxAnnotator.open(pose)) {
      List<Pose> found = frames(style).stream().map(frame -> model.pose(frame, List.of())).toList();
      List<Pose> wanted =
          frames(guide).stream().map(frame -> model.pose(frame, List.of())).toList();
      PoseError error = PoseError.between(found, wanted, 96, 64);
      assertNumber(json, "pose_mse", error.mse());
      assertNumber(json, "pose_detection", error.detectionRate());
    }
  }

  @Test
  void measure_ofTheSameVideo_findsNoDistance() throws IOException {
    run(
        "measure",
        "--guide",
        guide,
        "--video",
        guide,
        "--json",
        "-q",
        "--fid",
        inception,
        "--against",
        guide,
        "--pose",
        pose);
    JsonNode json = new ObjectMapper().readTree(out.toString());
    assertThat(json.path("fid").doubleValue()).isCloseTo(0, within(1e-9));
    assertThat(json.path("pose_mse").doubleValue()).isZero();
    assertThat(json.path("pose_detection").doubleValue()).isEqualTo(1);
    assertThat(json.has("clip_frame_frame")).isFalse();
    assertThat(json.has("aesthetic")).isFalse();
  }

  @Test
  void measure_withoutModels_printsNoneOfTheirNumbers() {
    run("measure", "--guide", guide, "--video", style, "--json", "-q");
    assertThat(out.toString()).doesNotContain("clip", "fid", "kid", "pose", "aesthetic");
  }

  @Test
  void measure_optionsThatNeedOthers_areWrongUse() {
    assertThat(run("measure", "--guide", guide, "--video", style, "--prompt", "x")).isEqualTo(2);
    assertThat(err.toString()).contains("--prompt needs --clip");
    assertThat(run("measure", "--guide", guide, "--video", style, "--fid", inception)).isEqualTo(2);
    assertThat(err.toString()).contains("--fid and --against need each other");
    assertThat(run("deflicker", "--style", style, "--out", folder.resolve("x.mp4"), "--clip", clip))
        .isEqualTo(2);
    assertThat(err.toString()).contains("need --report");
  }

  @Test
  void measure_brokenModels_failInOneLine() {
    assertThat(run("measure", "--guide", guide, "--video", style, "--clip", folder)).isEqualTo(1);
    assertThat(err.toString()).contains("diffsynth: ", "vocab.json is missing");
    assertThat(run("measure", "--guide", guide, "--video", style, "--pose", inception))
        .isEqualTo(1);
    assertThat(err.toString()).contains("inception.json is missing", "dwpose");
    Path result = folder.resolve("o.mp4");
    Path report = folder.resolve("report.html");
    assertThat(
            run(
                "deflicker",
                "--style",
                style,
                "--out",
                result,
                "--report",
                report,
                "--clip",
                folder))
        .isEqualTo(1);
    assertThat(result).as("fails before the work").doesNotExist();
  }

  @Test
  void annotate_writesAsManyPicturesOfTheSameSize() throws IOException {
    Path edges = folder.resolve("edges.onnx");
    new TinyGraph()
        .input("image", 1, 3, "height", "width")
        .node("ReduceMean", "image", "map", attributes("axes", 1))
        .output("map", 1, 1, "height", "width")
        .write(edges);
    Files.writeString(
        folder.resolve("edges.json"), "{\"kind\": \"soft_edge\", \"input\": {\"multiple\": 1}}");
    Path result = folder.resolve("edges");
    int code = run("annotate", "--model", edges, "--input", truth, "--out", result, "-q");
    assertThat(code).as(err.toString()).isZero();
    List<Frame> before = frames(truth);
    List<Frame> after = frames(result);
    assertThat(after).hasSameSizeAs(before);
    float[] rgb = before.get(5).toFloat();
    float[] grey = after.get(5).toFloat();
    for (int i = 0; i < rgb.length; i += 3) {
      assertThat(grey[i]).isCloseTo((rgb[i] + rgb[i + 1] + rgb[i + 2]) / 3, within(2e-5f));
    }
    assertThat(run("annotate", "--model", folder, "--input", truth, "--out", result)).isEqualTo(1);
    assertThat(err.toString()).contains("annotator.json is missing");
  }

  @Test
  void annotate_withPoses_writesWhatIsDrawn() throws IOException {
    Path drawn = folder.resolve("drawn");
    Path json = folder.resolve("json");
    Object[] command = {
      "annotate", "--model", pose, "--input", guide, "--out", drawn, "--poses", json, "-q"
    };
    assertThat(run(command)).as(err.toString()).isZero();
    List<Pose> poses = PoseJson.readFolder(json);
    List<Frame> pictures = frames(drawn);
    assertThat(poses).hasSameSizeAs(frames(guide));
    PoseDrawing drawing = PoseDrawing.forSize(96, 64);
    for (int i = 0; i < poses.size(); i++) {
      assertThat(drawing.draw(poses.get(i), 96, 64)).isEqualTo(pictures.get(i));
    }
    command[6] = folder.resolve("again");
    assertThat(run(command)).isEqualTo(1);
    assertThat(err.toString()).contains("json exists");
  }

  @Test
  void report_withModels_listsTheirNumbersBeforeAndAfter() throws IOException {
    Path report = folder.resolve("report.html");
    int code =
        run(
            "deflicker",
            "--guide",
            guide,
            "--style",
            style,
            "--out",
            folder.resolve("o.mkv"),
            "--window",
            1,
            "--mode",
            "fast",
            "--report",
            report,
            "-q",
            "--clip",
            clip,
            "--fid",
            inception,
            "--against",
            guide);
    assertThat(code).as(err.toString()).isZero();
    assertThat(Files.readString(report))
        .contains("CLIP, neighbouring frames", "FID", "KID, thousandths")
        .doesNotContain("Aesthetic score", "CLIP, frames and prompt");
  }
}
