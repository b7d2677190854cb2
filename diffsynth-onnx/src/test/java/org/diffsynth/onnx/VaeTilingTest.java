package org.diffsynth.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.diffsynth.diffusion.CrossFrameAttention;
import org.diffsynth.diffusion.Latents;
import org.diffsynth.diffusion.VaeTiling;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.Monitor;
import org.diffsynth.onnx.golden.Golden;
import org.diffsynth.onnx.golden.GoldenModel;
import org.diffsynth.onnx.golden.ModelCopy;
import org.diffsynth.onnx.internal.proto.AttributeProto;
import org.diffsynth.onnx.internal.proto.GraphProto;
import org.diffsynth.onnx.internal.proto.NodeProto;
import org.diffsynth.onnx.internal.proto.TensorProto;
import org.diffsynth.spi.DiffusionBackend;
import org.diffsynth.spi.DiffusionSettings;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Compares images in tiles with whole images. */
class VaeTilingTest {
  private static final int FLOAT = 1;
  private static final int WIDTH = 640;
  private static final int HEIGHT = 384;
  private static final VaeTiling TILES = VaeTiling.of(256, 128);

  private final GoldenModel golden = new GoldenModel(Golden.open());
  @TempDir Path folder;

  @Test
  void decode_vaeThatLooksNoFurtherThanTheMargin_isExact() throws IOException {
    DiffusionSettings settings = convolutions();
    Latents latents = latents(WIDTH / 8, HEIGHT / 8);

    assertThat(
            distance(decode(settings, TILES, latents), decode(settings, VaeTiling.NONE, latents)))
        .isLessThan(2e-6);
  }

  @Test
  void encode_vaeThatLooksNoFurtherThanTheMargin_isExact() throws IOException {
    DiffusionSettings settings = convolutions();
    Frame picture = picture(WIDTH, HEIGHT);

    assertThat(
            distance(encode(settings, TILES, picture), encode(settings, VaeTiling.NONE, picture)))
        .isLessThan(2e-6);
  }

  /**
   * With own statistics in each tile, the mean would be off by 0.077 and the tone of a line of
   * blocks by 0.11, on half this size. Attention stays within a tile, so the result is not exact.
   */
  @Test
  void decode_vaeWithNormalisationsAndAttention_showsNoSeams() {
    DiffusionSettings settings = golden.settings(CrossFrameAttention.NONE, false);
    Latents latents = encoded(WIDTH, HEIGHT, settings);

    float[] whole = planes(decode(settings, VaeTiling.NONE, latents));
    float[] tiled = planes(decode(settings, TILES, latents));

    assertThat(mean(whole, tiled)).isLessThan(0.05);
    assertSameTone(whole, tiled, WIDTH, HEIGHT, 8, 0.04);
  }

  @Test
  void encode_vaeWithNormalisations_showsNoSeams() throws IOException {
    DiffusionSettings settings = withoutAttention();
    Frame picture = picture(WIDTH, HEIGHT);

    float[] whole = encode(settings, VaeTiling.NONE, picture);
    float[] tiled = encode(settings, TILES, picture);

    float[] other = encode(settings, VaeTiling.of(256, 64), picture);

    // random weights amplify small differences, but not more at the seams
    assertThat(mean(other, tiled)).isLessThan(0.02);
    assertThat(mean(whole, tiled)).isLessThan(0.25);
  }

  @Test
  void decode_normalisationsAsOneOperator_givesTheSameInTiles() throws IOException {
    DiffusionSettings settings = golden.settings(CrossFrameAttention.NONE, false);
    DiffusionSettings other =
        new ModelCopy(folder).model("vae_decoder", GroupNormalization::fuse).settings();
    Latents latents = encoded(WIDTH, HEIGHT, settings);

    for (VaeTiling tiling : List.of(VaeTiling.NONE, TILES)) {
      assertThat(distance(decode(other, tiling, latents), decode(settings, tiling, latents)))
          .isLessThan(1e-4);
    }
  }

  /** Returns the golden model with an encoder whose attention adds zero. */
  private DiffusionSettings withoutAttention() throws IOException {
    return new ModelCopy(folder)
        .graph(
            "vae_encoder",
            graph -> {
              for (NodeProto.Builder node : graph.getNodeBuilderList()) {
                if (node.getName().endsWith("attentions.0/Add")) {
                  String kept = node.getInput(node.getInput(0).contains("resnets") ? 0 : 1);
                  node.setOpType("Identity").clearInput().addInput(kept);
                  return;
                }
              }
              throw new IllegalStateException("no attention");
            })
        .settings();
  }

  private static double mean(float[] a, float[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += Math.abs(a[i] - b[i]);
    }
    return sum / a.length;
  }

  /** Converts interleaved colours to planes. */
  private static float[] planes(float[] rgb) {
    float[] planes = new float[rgb.length];
    for (int i = 0; i < rgb.length; i++) {
      planes[i % 3 * (rgb.length / 3) + i / 3] = rgb[i];
    }
    return planes;
  }

  /** Each line of blocks, down and across, must have the brightness of the whole image. */
  private static void assertSameTone(
      float[] whole, float[] tiled, int width, int height, int block, double limit) {
    double[] across = new double[width / block];
    double[] down = new double[height / block];
    int channels = whole.length / width / height;
    for (int i = 0; i < whole.length; i++) {
      double difference = tiled[i] - whole[i];
      across[i % width / block] += difference / (channels * block * height);
      down[i / width % height / block] += difference / (channels * block * width);
    }
    for (double[] tones : List.of(across, down)) {
      for (double tone : tones) {
        assertThat(tone).isBetween(-limit, limit);
      }
    }
  }

  private Latents encoded(int width, int height, DiffusionSettings settings) {
    return Latents.of(
        1, 4, height / 8, width / 8, encode(settings, VaeTiling.NONE, picture(width, height)));
  }

  private static float[] decode(DiffusionSettings settings, VaeTiling tiling, Latents latents) {
    try (DiffusionBackend backend = open(settings, tiling)) {
      return backend.decode(latents, Monitor.NONE).get(0).toFloat();
    }
  }

  private static float[] encode(DiffusionSettings settings, VaeTiling tiling, Frame picture) {
    try (DiffusionBackend backend = open(settings, tiling)) {
      return backend.encode(List.of(picture), Monitor.NONE).toArray();
    }
  }

  private static DiffusionBackend open(DiffusionSettings settings, VaeTiling tiling) {
    try {
      return new OnnxDiffusionBackendProvider().open(settings.withVaeTiling(tiling));
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private static double distance(float[] a, float[] b) {
    assertThat(a).hasSameSizeAs(b);
    double worst = 0;
    for (int i = 0; i < a.length; i++) {
      worst = Math.max(worst, Math.abs(a[i] - b[i]));
    }
    return worst;
  }

  private static Latents latents(int width, int height) {
    Random random = new Random(5);
    float[] values = new float[4 * width * height];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return Latents.of(1, 4, height, width, values);
  }

  /** Draws an image with a bright half, a dark half and texture. */
  private static Frame picture(int width, int height) {
    Random random = new Random(6);
    float[] rgb = new float[3 * width * height];
    for (int i = 0; i < rgb.length; i++) {
      int x = i / 3 % width;
      int y = i / 3 / width;
      double wave = Math.sin(x * 0.11 + i % 3) * Math.cos(y * 0.07);
      double light = x < width / 2 ? 0.3 : 0.7;
      rgb[i] = (float) (light + 0.15 * wave + 0.1 * (random.nextDouble() - 0.5));
    }
    return Frame.ofFloat(width, height, rgb);
  }

  /**
   * Returns the golden model with a VAE of a few convolutions, none of which sees the whole image.
   */
  private DiffusionSettings convolutions() throws IOException {
    Random random = new Random(7);
    return new ModelCopy(folder)
        .graph(
            "vae_decoder",
            graph -> {
              String in = graph.getInput(0).getName();
              String out = graph.getOutput(0).getName();
              clear(graph);
              convolution(graph, random, in, "a", 4, 5, 3, 1);
              graph.addInitializer(floats("scales", new long[] {4}, 1, 1, 8, 8));
              graph.addNode(
                  NodeProto.newBuilder()
                      .setOpType("Resize")
                      .addAllInput(List.of("a", "", "scales"))
                      .addOutput("b")
                      .addAttribute(text("mode", "nearest")));
              convolution(graph, random, "b", out, 5, 3, 3, 1);
            })
        .graph(
            "vae_encoder",
            graph -> {
              String in = graph.getInput(0).getName();
              String out = graph.getOutput(0).getName();
              clear(graph);
              convolution(graph, random, in, "a", 3, 5, 8, 8);
              convolution(graph, random, "a", out, 5, 8, 3, 1);
            })
        .settings();
  }

  private static void clear(GraphProto.Builder graph) {
    graph.clearNode().clearInitializer().clearValueInfo();
  }

  private static void convolution(
      GraphProto.Builder graph,
      Random random,
      String in,
      String out,
      int from,
      int to,
      int kernel,
      int stride) {
    float[] weights = new float[to * from * kernel * kernel];
    for (int i = 0; i < weights.length; i++) {
      weights[i] = (float) (random.nextGaussian() / (from * kernel * kernel));
    }
    graph.addInitializer(floats(out + "/w", new long[] {to, from, kernel, kernel}, weights));
    int pad = stride == 1 ? kernel / 2 : 0;
    graph.addNode(
        NodeProto.newBuilder()
            .setOpType("Conv")
            .addInput(in)
            .addInput(out + "/w")
            .addOutput(out)
            .addAttribute(integers("pads", pad, pad, pad, pad))
            .addAttribute(integers("strides", stride, stride)));
  }

  private static TensorProto floats(String name, long[] shape, float... values) {
    ByteBuffer bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(values);
    TensorProto.Builder tensor =
        TensorProto.newBuilder()
            .setName(name)
            .setDataType(FLOAT)
            .setRawData(ByteString.copyFrom(bytes.array()));
    for (long side : shape) {
      tensor.addDims(side);
    }
    return tensor.build();
  }

  private static AttributeProto integers(String name, long... values) {
    AttributeProto.Builder attribute =
        AttributeProto.newBuilder().setName(name).setType(AttributeProto.AttributeType.INTS);
    for (long value : values) {
      attribute.addInts(value);
    }
    return attribute.build();
  }

  private static AttributeProto text(String name, String value) {
    return AttributeProto.newBuilder()
        .setName(name)
        .setType(AttributeProto.AttributeType.STRING)
        .setS(ByteString.copyFromUtf8(value))
        .build();
  }
}
