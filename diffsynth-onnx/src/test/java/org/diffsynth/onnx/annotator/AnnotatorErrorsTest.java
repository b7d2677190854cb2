package org.diffsynth.onnx.annotator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.diffsynth.onnx.tiny.TinyGraph.attributes;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.assertj.core.api.AbstractThrowableAssert;
import org.diffsynth.compute.BackendException;
import org.diffsynth.compute.ComputeOptions;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.FrameSize;
import org.diffsynth.onnx.tiny.TinyGraph;
import org.diffsynth.onnx.vision.VisionModelSpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Errors name the file, the key or tensor, the expected and the actual value. */
class AnnotatorErrorsTest {
  private static final ComputeOptions CPU = ComputeOptions.AUTO.withDevice("cpu").withThreads(1);
  private static final Frame FRAME = Frame.ofRgb8(4, 4, new byte[48]);

  @TempDir Path folder;

  private static TinyGraph identity() {
    return new TinyGraph()
        .input("image", 1, 3, "height", "width")
        .node("Identity", "image", "edges")
        .output("edges", 1, 3, "height", "width");
  }

  private OnnxAnnotator open(TinyGraph graph, String json) throws IOException {
    graph.write(folder.resolve("model.onnx"));
    Files.writeString(folder.resolve("annotator.json"), json);
    return OnnxAnnotator.open(folder, CPU);
  }

  private AbstractThrowableAssert<?, ? extends Throwable> assertRefused(
      TinyGraph graph, String json) {
    return assertThatThrownBy(() -> open(graph, json).close()).isInstanceOf(IOException.class);
  }

  @Test
  void open_withoutJson_saysWhatToWrite() {
    assertThatThrownBy(() -> OnnxAnnotator.open(folder, CPU))
        .isInstanceOf(IOException.class)
        .hasMessageContainingAll("annotator.json is missing", "\"midas\"", "depth-anything");
  }

  @Test
  void open_withoutModel_namesTheFile() throws IOException {
    Files.writeString(folder.resolve("annotator.json"), "{\"convention\": \"hed\"}");
    assertThatThrownBy(() -> OnnxAnnotator.open(folder, CPU))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(folder.resolve("model.onnx") + " is missing");
  }

  @Test
  void open_badJson_namesTheKeyAndWhatIsAllowed() {
    assertRefused(identity(), "{\"kind\"").hasMessageContaining("annotator.json: not valid JSON");
    assertRefused(identity(), "[]").hasMessageContaining("one JSON object");
    assertRefused(identity(), "{}")
        .hasMessageContainingAll("convention or a kind", "soft_edge", "simcc");
    assertRefused(identity(), "{\"convention\": \"nope\"}")
        .hasMessageContainingAll("convention must be one of midas", "\"nope\"");
    assertRefused(identity(), "{\"kind\": \"edges\"}")
        .hasMessageContainingAll("kind must be one of depth, soft_edge", "edges");
    assertRefused(identity(), "{\"kind\": \"depth\", \"input\": {\"sise\": 3}}")
        .hasMessageContainingAll("unknown key 'input.sise'", "fullScale", "height");
    assertRefused(identity(), "{\"kind\": \"depth\", \"input\": {\"std\": [1, 0, 1]}}")
        .hasMessageContainingAll("input: std must not be 0", "[1.0, 0.0, 1.0]");
    assertRefused(identity(), "{\"kind\": \"depth\", \"input\": {\"width\": 0}}")
        .hasMessageContainingAll("width must be in [1, 16384], but was 0");
    assertRefused(identity(), "{\"kind\": \"depth\", \"input\": {\"width\": \"wide\"}}")
        .hasMessageContainingAll("input.width", "wide");
    assertRefused(identity(), "{\"kind\": \"features\"}")
        .hasMessageContaining("cannot be used as an annotator");
  }

  @Test
  void open_otherInputs_listsThem() {
    TinyGraph two =
        new TinyGraph()
            .input("image", 1, 3, "height", "width")
            .input("scale", 1)
            .node("Mul", "image scale", "edges")
            .output("edges", 1, 3, "height", "width");
    assertRefused(two, "{\"kind\": \"depth\"}")
        .hasMessageContainingAll("model.onnx", "expected one input", "image[1, 3", "scale[1]");
    assertRefused(identity(), "{\"kind\": \"depth\", \"input\": {\"tensor\": \"pixels\"}}")
        .hasMessageContainingAll("'pixels'", "[1, 3, height, width]", "found image[1, 3");
    TinyGraph grey =
        new TinyGraph()
            .input("image", 1, 1, "height", "width")
            .node("Identity", "image", "edges")
            .output("edges", 1, 1, "height", "width");
    assertRefused(grey, "{\"kind\": \"depth\"}").hasMessageContaining("found image[1, 1");
  }

  @Test
  void open_missingOutput_listsThoseThereAre() {
    assertRefused(identity(), "{\"kind\": \"depth\", \"output\": {\"tensors\": [\"d\"]}}")
        .hasMessageContainingAll("model.onnx", "expected an output 'd'", "found edges[1, 3");
  }

  @Test
  void annotate_tooFewMaps_saysHowManyThereAre() throws IOException {
    try (OnnxAnnotator annotator =
        open(identity(), "{\"kind\": \"soft_edge\", \"output\": {\"plane\": 3}}")) {
      assertThatThrownBy(() -> annotator.annotate(FRAME))
          .isInstanceOf(BackendException.class)
          .hasMessageContainingAll("model.onnx", "'edges'", "at least 4 maps", "[1, 3, 8, 8]");
    }
  }

  @Test
  void annotate_notFinite_namesTensorAndFile() throws IOException {
    TinyGraph graph =
        new TinyGraph()
            .input("image", 1, 3, "height", "width")
            .node("Log", "image", "edges")
            .output("edges", 1, 3, "height", "width");
    try (OnnxAnnotator annotator = open(graph, "{\"kind\": \"soft_edge\"}")) {
      assertThatThrownBy(() -> annotator.annotate(FRAME))
          .isInstanceOf(BackendException.class)
          .hasMessageContainingAll("model.onnx", "'edges'", "-Infinity");
    }
  }

  @Test
  void annotate_vectorInsteadOfMap_saysTheShape() throws IOException {
    TinyGraph graph =
        new TinyGraph()
            .input("image", 1, 3, "height", "width")
            .node("ReduceMean", "image", "vector", attributes("axes", 0, 2, 3))
            .output("vector", 1, 3, 1, 1);
    String json = "{\"kind\": \"openpose\"}";
    try (OnnxAnnotator annotator = open(graph, json)) {
      assertThatThrownBy(() -> annotator.annotate(FRAME))
          .isInstanceOf(BackendException.class)
          .hasMessageContainingAll("18 heat maps", "38 affinity fields", "vector[1, 3, 1, 1]");
    }
  }

  @Test
  void pose_ofADepthModel_isRefused() throws IOException {
    try (OnnxAnnotator annotator = open(identity(), "{\"convention\": \"midas\"}")) {
      assertThat(annotator.findsPoses()).isFalse();
      assertThatThrownBy(() -> annotator.pose(FRAME, java.util.List.of()))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("DEPTH");
    }
  }

  @Test
  void conventions_allOfThem_areSpecsAndDocumented() throws IOException {
    String page = Files.readString(Path.of("..", "docs", "annotators.md"));
    assertThat(VisionModelSpec.conventions())
        .allSatisfy(name -> assertThat(page).contains("`" + name + "`"));
    assertThat(VisionModelSpec.conventions())
        .contains("midas", "dpt", "depth-anything", "hed", "pidinet", "teed", "lineart")
        .contains("normal-bae", "openpose", "dwpose", "inception", "clip")
        .doesNotContain("plain")
        .allSatisfy(name -> assertThat(VisionModelSpec.convention(name).kind()).isNotNull());
  }

  @Test
  void spec_ofConvention_takesWhatTheFileSaysOverIt() throws IOException {
    Path file = folder.resolve("x.json");
    Files.writeString(
        file,
        "{\"convention\": \"depth-anything\", \"input\": {\"width\": 392}, \"model\": \"a\"}");
    VisionModelSpec spec = VisionModelSpec.read(file);
    assertThat(spec.kind()).isEqualTo(VisionModelSpec.Kind.DEPTH);
    assertThat(spec.model()).isEqualTo("a");
    assertThat(spec.input().width()).isEqualTo(392);
    assertThat(spec.input().height()).isEqualTo(518);
    assertThat(spec.input().multiple()).isEqualTo(14);
    assertThat(spec.output().low()).isNull();
  }

  @Test
  void open_modelFileWithJsonBeside_works() throws IOException {
    Path model = identity().write(folder.resolve("edges.onnx"));
    Files.writeString(folder.resolve("edges.json"), "{\"kind\": \"soft_edge\"}");
    try (OnnxAnnotator annotator = OnnxAnnotator.open(model, CPU)) {
      assertThat(annotator.annotate(FRAME).size()).isEqualTo(new FrameSize(4, 4));
    }
  }
}
