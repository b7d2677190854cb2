package org.diffsynth.onnx.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.diffsynth.onnx.tiny.TinyGraph.attribute;
import static org.diffsynth.onnx.tiny.TinyGraph.attributes;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.diffsynth.compute.ComputeOptions;
import org.diffsynth.frame.Frame;
import org.diffsynth.onnx.tiny.TinyGraph;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FeatureModelTest {
  private static final ComputeOptions CPU = ComputeOptions.AUTO.withDevice("cpu").withThreads(1);

  @TempDir Path folder;

  private Path means(long keepDims) throws IOException {
    return new TinyGraph()
        .input("input", 1, 3, "height", "width")
        .node(
            "ReduceMean",
            "input",
            "pool",
            attributes("axes", 2, 3),
            attribute("keepdims", keepDims))
        .output("pool")
        .write(folder.resolve("inception.onnx"));
  }

  private static Frame plain(int red, int green, int blue) {
    byte[] rgb = new byte[40 * 30 * 3];
    for (int i = 0; i < rgb.length; i += 3) {
      rgb[i] = (byte) red;
      rgb[i + 1] = (byte) green;
      rgb[i + 2] = (byte) blue;
    }
    return Frame.ofRgb8(40, 30, rgb);
  }

  @Test
  void features_withoutJson_areOfSamplesFromMinusOneToOne() throws IOException {
    for (long keepDims : new long[] {0, 1}) {
      try (FeatureModel model = FeatureModel.open(means(keepDims), CPU)) {
        double[] features = model.features(plain(0, 255, 51));
        assertThat(features).hasSize(3);
        assertThat(features[0]).isCloseTo(-1, within(2e-4));
        assertThat(features[1]).isCloseTo(1, within(2e-4));
        assertThat(features[2]).isCloseTo(-0.6, within(2e-4));
      }
    }
  }

  @Test
  void features_ofMaps_areTheirMeans() throws IOException {
    Path file =
        new TinyGraph()
            .input("input", 1, 3, "height", "width")
            .node("Identity", "input", "maps")
            .output("maps", 1, 3, "height", "width")
            .write(folder.resolve("maps.onnx"));
    Files.writeString(
        folder.resolve("maps.json"),
        "{\"kind\": \"features\", \"input\": {\"fit\": \"original\", \"multiple\": 1}}");
    byte[] rgb = new byte[2 * 2 * 3];
    rgb[0] = (byte) 255;
    rgb[4] = 51;
    try (FeatureModel model = FeatureModel.open(file, CPU)) {
      double[] features = model.features(Frame.ofRgb8(2, 2, rgb));
      assertThat(Arrays.stream(features).map(x -> Math.round(x * 1e6) / 1e6).toArray())
          .containsExactly(0.25, 0.05, 0);
    }
  }

  @Test
  void open_jsonOfAnotherKind_isRefused() throws IOException {
    Path file = means(0);
    Files.writeString(folder.resolve("inception.json"), "{\"convention\": \"hed\"}");
    assertThatThrownBy(() -> FeatureModel.open(file, CPU))
        .isInstanceOf(IOException.class)
        .hasMessageContainingAll("inception.json", "kind must be features", "SOFT_EDGE");
  }
}
