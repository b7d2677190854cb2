package org.diffsynth.onnx.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.diffsynth.compute.ComputeOptions;
import org.diffsynth.frame.Frame;
import org.diffsynth.onnx.golden.Golden;
import org.diffsynth.onnx.internal.text.ClipTokenizer;
import org.diffsynth.onnx.tiny.TinyClip;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Frames and texts are preprocessed as in the training of CLIP, in both folder layouts. */
class ClipModelTest {
  private static final ComputeOptions CPU = ComputeOptions.AUTO.withDevice("cpu").withThreads(1);
  private static final int SIDE = 8;
  private static final int DIMS = 5;

  @TempDir Path folder;

  private final Path tokenizer = Golden.open().model().resolve("tokenizer");
  private final TinyClip tiny = new TinyClip(SIDE, DIMS);

  private List<Path> layouts() throws IOException {
    return List.of(
        tiny.writeJoint(folder.resolve("joint"), tokenizer),
        tiny.writeApart(folder.resolve("apart"), tokenizer));
  }

  private static void assertVector(float[] actual, double[] expected) {
    assertThat(actual).hasSize(expected.length);
    for (int i = 0; i < actual.length; i++) {
      assertThat((double) actual[i]).isCloseTo(expected[i], within(1e-4));
    }
  }

  @Test
  void text_isTheVectorOfItsIdsWithoutPads() throws IOException {
    for (Path layout : layouts()) {
      for (String prompt : List.of("a castle in the snow", "")) {
        int[] ids = ClipTokenizer.read(tokenizer).encodeRow(prompt);
        int words = ClipTokenizer.read(tokenizer).encode(prompt).length;
        double sum = 0;
        for (int i = 0; i < words + 2; i++) {
          sum += ids[i];
        }
        double[] expected = new double[DIMS];
        for (int i = 0; i < DIMS; i++) {
          expected[i] = sum * 1e-4 * tiny.textWeight[i] + tiny.textBias[i];
        }
        try (ClipModel clip = ClipModel.open(layout, CPU)) {
          assertVector(clip.text(prompt), expected);
        }
      }
    }
  }

  @Test
  void image_isCutOutInTheMiddleAndNormalised() throws IOException {
    byte[] rgb = new byte[13 * SIDE * 3];
    new Random(4).nextBytes(rgb);
    double[] mean = new double[3];
    for (int y = 0; y < SIDE; y++) {
      // (13 − 8) / 2 = 2.5, which is rounded half to even.
      for (int x = 2; x < 2 + SIDE; x++) {
        for (int c = 0; c < 3; c++) {
          double sample = (rgb[(y * 13 + x) * 3 + c] & 0xFF) / 255.0;
          mean[c] += (sample - 0.5) / (0.5 / (1 << c)) / (SIDE * SIDE);
        }
      }
    }
    double[] expected = new double[DIMS];
    for (int i = 0; i < DIMS; i++) {
      for (int c = 0; c < 3; c++) {
        expected[i] += mean[c] * tiny.imageWeight[c * DIMS + i];
      }
    }
    for (Path layout : layouts()) {
      try (ClipModel clip = ClipModel.open(layout, CPU)) {
        assertVector(clip.image(Frame.ofRgb8(13, SIDE, rgb)), expected);
      }
    }
  }

  @Test
  void open_incompleteFolder_saysWhatIsMissing() throws IOException {
    assertThatThrownBy(() -> ClipModel.open(folder, CPU))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("vocab.json is missing");
    Path apart = tiny.writeApart(folder.resolve("a"), tokenizer);
    Files.delete(apart.resolve("onnx/text_model.onnx"));
    assertThatThrownBy(() -> ClipModel.open(apart, CPU))
        .isInstanceOf(IOException.class)
        .hasMessageContainingAll("expected model.onnx", "text_model.onnx", "vision_model.onnx");
  }

  @Test
  void open_modelWithoutVectors_listsItsOutputs() throws IOException {
    Path apart = tiny.writeApart(folder.resolve("a"), tokenizer);
    Files.copy(apart.resolve("onnx/vision_model.onnx"), apart.resolve("onnx/model.onnx"));
    Files.delete(apart.resolve("onnx/text_model.onnx"));
    assertThatThrownBy(() -> ClipModel.open(apart, CPU))
        .isInstanceOf(IOException.class)
        .hasMessageContainingAll("model.onnx", "'text_embeds'", "found image_embeds[batch, 5]");
  }
}
