package org.diffsynth.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.diffsynth.onnx.tiny.TinyGraph.attribute;
import static org.diffsynth.onnx.tiny.TinyGraph.attributes;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.FrameSize;
import org.diffsynth.frame.Video;
import org.diffsynth.io.Resampler;
import org.diffsynth.onnx.tiny.TinyGraph;
import org.diffsynth.pose.Pose;
import org.diffsynth.pose.PoseJson;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Wrong input for each command gives an error of one line that names the problem, exit code 1 (2
 * for wrong usage), and no output.
 */
class BadInputTest {

  private static final int FAILED = 1;
  private static final int WRONG_USE = 2;

  @TempDir static Path folder;

  /**
   * A command line with one mistake.
   *
   * @param command words of the command line; {@code $model} and {@code $net} stand for the tiny
   *     model and its ControlNet, {@code ./} for the folder of the test; {@code --out} is added
   * @param says what the error must contain
   */
  private record Mistake(int code, String command, List<String> says) {

    static Mistake failing(String command, String... says) {
      return new Mistake(FAILED, command, List.of(says));
    }

    static Mistake wrongUse(String command, String... says) {
      return new Mistake(WRONG_USE, command, List.of(says));
    }

    @Override
    public String toString() {
      return command;
    }
  }

  @BeforeAll
  static void make() throws IOException {
    TaskInputs inputs = TaskInputs.in(folder);
    List<Frame> frames = TaskInputs.read(inputs.guide()).frames();
    TaskInputs.write(folder.resolve("two"), frames.subList(0, 2));
    TaskInputs.write(
        folder.resolve("small"),
        frames.stream().map(f -> Resampler.resized(f, new FrameSize(32, 32))).toList());
    TaskInputs.write(
        folder.resolve("wide"),
        frames.stream().map(f -> Resampler.resized(f, new FrameSize(48, 32))).toList());
    Files.createDirectory(folder.resolve("empty"));
    Files.writeString(folder.resolve("style.pdf"), "%PDF-1.4");
    Files.writeString(folder.resolve("notes.mp4"), "no video");
    byte[] picture = Files.readAllBytes(inputs.picture());
    Files.write(folder.resolve("cut.png"), Arrays.copyOf(picture, 300));
    Path nobody = Files.createDirectory(folder.resolve("nobody"));
    Path twoPoses = Files.createDirectory(folder.resolve("two-poses"));
    for (int i = 0; i < 2; i++) {
      PoseJson.write(nobody.resolve(i + ".json"), Pose.EMPTY);
      PoseJson.write(twoPoses.resolve(i + ".json"), TaskInputs.person(10));
    }
    write("half-json/0.json", "{\"people\": [");
    write("other-json/0.json", "[1, 2]");
    write("text-model/annotator.json", "{\"convention\": \"hed\"}");
    write("text-model/model.onnx", "no model");
    write("wrong-key/annotator.json", "{\"convention\": \"hed\", \"inputs\": {}}");
    write("no-people/annotator.json", "{\"convention\": \"rtmpose\"}");
    nobodyFound().write(folder.resolve("no-people/model.onnx"));
  }

  private static void write(String name, String text) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }

  /** Returns a pose network that finds nobody. */
  private static TinyGraph nobodyFound() {
    return new TinyGraph()
        .input("input", 1, 3, 256, 192)
        .number("zero", 0)
        .longs("columns", 1, 17, 384)
        .longs("rows", 1, 17, 512)
        .node("ReduceMean", "input", "mean", attributes("axes", 0, 1, 2), attribute("keepdims", 0))
        .node("ReduceMean", "mean", "one", attributes("axes", 0), attribute("keepdims", 1))
        .node("Mul", "one zero", "nothing")
        .node("Expand", "nothing columns", "simcc_x")
        .node("Expand", "nothing rows", "simcc_y")
        .output("simcc_x", 1, 17, 384)
        .output("simcc_y", 1, 17, 512);
  }

  static Stream<Mistake> mistakes() {
    String stylize = "stylize --model $model --prompt x ";
    String fashion = "fashion --model $model --openpose $net --prompt x ";
    String image = "imagestyle --model $model --shuffle $net ";
    String restore = "restore --model $model --tile $net ";
    String render = "render3d --model $model --depth-net $net --input ./guide.mkv --prompt x ";
    String poses = fashion + "--reference ./style.png --poses ";
    String depth = stylize + "--input ./guide.mkv --control depth=$net ";
    String measure = "measure --guide ./guide.mkv --video ";
    String compare = "compare ./style.mkv --guide ./guide.mkv ";
    String between = "interpolate --guide ./guide.mkv --keyframes ";
    return Stream.of(
        Mistake.failing(stylize + "--input ./notes.mp4", "notes.mp4 is not a video"),
        Mistake.failing(stylize + "--input ./nothing.mp4", "no file or folder", "nothing.mp4"),
        Mistake.failing(stylize + "--input ./empty", "empty holds no pictures"),
        Mistake.wrongUse("stylize --model $model --input ./guide.mkv", "--prompt is missing"),
        Mistake.failing(
            "stylize --model ./empty --input ./guide.mkv --prompt x",
            "empty cannot be used",
            "model_index.json is missing",
            "unet is missing"),
        Mistake.failing(depth, "the ControlNet depth needs its pictures", "--control-video"),
        Mistake.failing(
            depth + "--control-video depth=./two", "2 control pictures for depth", "3 frames"),
        Mistake.failing(
            depth + "--control-video depth=./small", "32x32", "64x64", "--resize scales them"),
        Mistake.failing(
            stylize + "--input ./guide.mkv --control canny=./empty",
            "empty cannot be used: ",
            "model.onnx is missing"),
        Mistake.failing(
            "stylize --settings ./other-json/0.json", "is not a settings file", "one JSON object"),
        Mistake.failing(
            "stylize --settings ./half-json/0.json", "is not a settings file", "not valid JSON"),
        Mistake.failing(fashion + "--reference ./style.pdf --poses ./poses", "not a picture"),
        Mistake.failing(fashion + "--reference ./cut.png --poses ./poses", "cut.png is broken"),
        Mistake.failing(poses + "./empty", "neither pose files (.json) nor pictures"),
        Mistake.failing(poses + "./nothing", "no file or folder", "nothing"),
        Mistake.failing(poses + "./nobody", "nobody in any of the 2 pose files"),
        Mistake.failing(poses + "./half-json", "0.json: not valid JSON"),
        Mistake.failing(poses + "./other-json", "0.json: not a pose file of OpenPose"),
        Mistake.failing(
            poses + "./two-poses --input ./guide.mkv",
            "2 control pictures for openpose in ",
            "two-poses",
            "3 fr"),
        Mistake.failing(image + "--input ./guide.mkv --style ./style.pdf", "is not a picture"),
        Mistake.failing(image + "--input ./guide.mkv --style ./cut.png", "cut.png is broken"),
        Mistake.failing(
            image + "--input ./guide.mkv --style ./none.png", "does not exist", "none.png"),
        Mistake.failing(image + "--input ./style.pdf --style ./style.png", "is not a video"),
        Mistake.failing(restore + "--input ./style.pdf", "style.pdf is not a video"),
        Mistake.failing(restore + "--input ./empty", "empty holds no pictures"),
        Mistake.wrongUse(restore + "--input ./guide.mkv --scale 3", "1, 2 or 4, but was 3"),
        Mistake.failing(render + "--depth-video ./small", "32x32", "64x64", "--resize"),
        Mistake.failing(render + "--depth-video ./two", "2 control pictures for depth", "3 fr"),
        Mistake.failing(render + "--depth-video ./style.pdf", "style.pdf is not a video"),
        Mistake.wrongUse(render, "--depth-video or --z-buffer is missing"),
        Mistake.wrongUse(render + "--z-buffer ./z", "--near is missing"),
        Mistake.wrongUse(render + "--z-buffer ./z --near 5 --far 1", "below --far"),
        Mistake.failing(
            "annotate --model ./text-model --input ./guide.mkv", "model.onnx is truncated or not"),
        Mistake.failing(
            "annotate --model ./nowhere --input ./guide.mkv",
            "no such model file or folder",
            "nowhere"),
        Mistake.failing(
            "annotate --model ./empty --input ./guide.mkv", "annotator.json is missing", "midas"),
        Mistake.failing(
            "annotate --model ./wrong-key --input ./guide.mkv", "unknown key 'inputs'", "input"),
        Mistake.failing("annotate --model ./no-people --input ./style.pdf", "is not a video"),
        Mistake.failing(
            "annotate --model ./no-people --input ./guide.mkv --poses ./empty", "empty exists"),
        Mistake.failing(measure + "./guide.mkv --style ./small", "64x64", "32x32", "--resize"),
        Mistake.failing(measure + "./two", "guide.mkv has 3 frames", "two has 2"),
        Mistake.failing(measure + "./notes.mp4", "notes.mp4 is not a video"),
        Mistake.failing(
            measure + "./guide.mkv --style ./two", "the style ", "two has 2 frames", "has 3"),
        Mistake.failing(measure + "./guide.mkv --prompt x --clip ./empty", "vocab.json is missing"),
        Mistake.wrongUse(measure + "./guide.mkv --prompt x", "--prompt needs --clip"),
        Mistake.failing(measure + "./guide.mkv --pose ./wrong-key", "unknown key 'inputs'"),
        Mistake.failing(compare + "./two", "two has 2 frames", "style.mkv has 3"),
        Mistake.failing(compare + "./style.pdf", "style.pdf is not a video"),
        Mistake.failing(compare + "./nothing", "no file or folder", "nothing"),
        Mistake.wrongUse(compare, "two or more results are compared, but got ["),
        Mistake.failing("deflicker --guide ./guide.mkv --style ./two", "3 frames", "two has 2"),
        Mistake.failing("deflicker --guide ./guide.mkv --style ./wide", "64x64", "48x32"),
        Mistake.failing("deflicker --style ./style.pdf", "style.pdf is not a video"),
        Mistake.failing("deflicker --guide ./empty --style ./style.mkv", "holds no pictures"),
        Mistake.failing(between + "./empty", "empty holds no pictures"),
        Mistake.failing(between + "./small", "64x64", "first key frame", "32x32"),
        Mistake.failing(between + "./nothing", "nothing is not a folder"),
        Mistake.failing(between + "./half-json", "half-json holds no pictures"));
  }

  private static Object[] words(String command, Path out) {
    Stream<String> own =
        Arrays.stream(command.split(" "))
            .map(word -> word.replace("./", folder + "/"))
            .map(word -> word.replace("$model", TaskInputs.TINY_SD.toString()))
            .map(word -> word.replace("$net", TaskInputs.NET.toString()));
    boolean writes = !command.startsWith("measure") && !command.startsWith("compare");
    return Stream.concat(own, writes ? Stream.of("--out", out.toString()) : Stream.empty())
        .toArray();
  }

  @ParameterizedTest
  @MethodSource
  void mistakes(Mistake mistake) {
    Path out = folder.resolve("out");
    Outcomes.Outcome outcome = Outcomes.run(words(mistake.command(), out));
    String[] says = mistake.says().toArray(String[]::new);
    if (mistake.code() == FAILED) {
      Outcomes.assertFails(outcome, says);
    } else {
      Outcomes.assertWrongUse(outcome, says[0]);
    }
    assertThat(outcome.err()).doesNotContain("Exception", "org.diffsynth");
    assertThat(out).doesNotExist();
  }

  @Test
  void annotate_ofAVideoWithoutPeople_isBlack() throws IOException {
    Path out = folder.resolve("black");
    Outcomes.assertDone(
        Outcomes.run(words("annotate --model ./no-people --input ./guide.mkv", out)));
    Video drawn = TaskInputs.read(out);
    assertThat(drawn.size()).isEqualTo(TaskInputs.FRAMES);
    assertThat(drawn.frames()).containsOnly(Frame.ofRgb8(64, 64, new byte[64 * 64 * 3]));
  }

  @Test
  void measure_ofAVideoWithoutPeople_hasNoPoseNumbers() {
    Outcomes.Outcome outcome =
        Outcomes.run(
            words(
                "measure --guide ./guide.mkv --video ./style.mkv --json --pose ./no-people", null));
    Outcomes.assertDone(outcome);
    assertThat(outcome.out()).contains("\"pose_mse\": null", "\"pose_detection\": null");
  }
}
