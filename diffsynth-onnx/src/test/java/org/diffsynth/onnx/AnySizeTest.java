package org.diffsynth.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.diffsynth.diffusion.CrossFrameAttention;
import org.diffsynth.diffusion.InitialNoise;
import org.diffsynth.diffusion.Latents;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.Monitor;
import org.diffsynth.onnx.golden.Golden;
import org.diffsynth.onnx.golden.GoldenModel;
import org.diffsynth.onnx.golden.ModelCopy;
import org.diffsynth.onnx.internal.proto.GraphProto;
import org.diffsynth.onnx.internal.proto.NodeProto;
import org.diffsynth.onnx.internal.proto.TensorProto;
import org.diffsynth.spi.DiffusionBackend;
import org.diffsynth.spi.UnetInput;
import org.diffsynth.spi.UnetInput.ControlInput;
import org.diffsynth.spi.UnetInput.KeyValueRows;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AnySizeTest {
  @TempDir Path folder;
  private final GoldenModel golden = new GoldenModel(Golden.open());

  @ParameterizedTest
  @CsvSource({"17, 16", "9, 13", "36, 20"})
  void predict_anyLatentSize_worksWithControlNetAndCarriedRows(int width, int height) {
    Latents noise = InitialNoise.seeded(3).firstFrame(4, height, width).repeat(2);
    float[] grey = new float[width * height * 64 * 3];
    Arrays.fill(grey, 0.5f);
    Frame picture = Frame.ofFloat(width * 8, height * 8, grey);
    List<ControlInput> controls =
        List.of(new ControlInput(GoldenModel.NET, List.of(picture, picture), 1));
    try (DiffusionBackend backend = golden.open(CrossFrameAttention.FIRST_AND_PREVIOUS, true)) {
      assertThat(backend.model().sizeMultiple()).isEqualTo(backend.model().vaeScaleFactor());
      KeyValueRows keep = KeyValueRows.of(new int[][] {{0, 0}, {0, 0}}, 1);
      Latents first =
          backend.predict(
              new UnetInput(noise, 500, golden.branches(), keep, controls), Monitor.NONE);
      assertThat(first.firstNotFinite()).isEqualTo(-1);
      // equal latents have equal keys and values, carried or not
      KeyValueRows carried = KeyValueRows.of(new int[][] {{0, KeyValueRows.CACHED}, {0, 1}}, -1);
      Latents second =
          backend.predict(
              new UnetInput(noise, 500, golden.branches(), carried, controls), Monitor.NONE);
      float[] a = first.toArray();
      float[] b = second.toArray();
      for (int i = 0; i < a.length; i++) {
        assertThat(b[i]).isCloseTo(a[i], within(1e-4f));
      }
      Latents encoded = backend.encode(List.of(picture), Monitor.NONE);
      assertThat(encoded.shape()).isEqualTo(noise.slice(0, 1).shape());
    }
  }

  /**
   * Computes the sizes on the way up from the latents, halved and doubled, as dynamo exports do.
   */
  @Test
  void open_shapesOnTheWayUpAreOfTheLatents_takesWholeHalvingsOnly() throws IOException {
    ModelCopy copy = new ModelCopy(folder).graph("unet", AnySizeTest::shapeByLatents);
    try (DiffusionBackend backend = copy.open()) {
      assertThat(backend.model().sizeMultiple()).isEqualTo(64);
      assertThat(backend.predict(golden.step(KeyValueRows.SELF, 0), Monitor.NONE).firstNotFinite())
          .isEqualTo(-1);
    }
  }

  /** Adds zero, computed from height and width, to the shape of the last Reshape on the way up. */
  private static void shapeByLatents(GraphProto.Builder graph) {
    int at = graph.getNodeCount() - 1;
    while (!graph.getNode(at).getName().contains("up_blocks")
        || !graph.getNode(at).getOpType().equals("Reshape")) {
      at--;
    }
    String shape = graph.getNode(at).getInput(1);
    graph.getNodeBuilder(at).setInput(1, "shape_by_latents");
    graph.addInitializer(longs("sides", 3)).addInitializer(longs("nothing", 0));
    graph.addNode(at, node("Add", "shape_by_latents", shape, "no_width"));
    graph.addNode(at, node("Mul", "no_width", "width", "nothing"));
    graph.addNode(at, node("Gather", "width", "latent_shape", "sides"));
    graph.addNode(at, node("Shape", "latent_shape", graph.getInput(0).getName()));
  }

  private static NodeProto node(String op, String output, String... inputs) {
    return NodeProto.newBuilder()
        .setOpType(op)
        .setName(output)
        .addAllInput(List.of(inputs))
        .addOutput(output)
        .build();
  }

  private static TensorProto longs(String name, long value) {
    int int64 = 7;
    return TensorProto.newBuilder()
        .setName(name)
        .setDataType(int64)
        .addDims(1)
        .addInt64Data(value)
        .build();
  }
}
