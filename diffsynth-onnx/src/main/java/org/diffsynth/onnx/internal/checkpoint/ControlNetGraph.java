package org.diffsynth.onnx.internal.checkpoint;

import java.io.IOException;
import org.diffsynth.onnx.internal.graph.OnnxSkeleton;
import org.diffsynth.onnx.internal.graph.TensorTypes;

/** Writes the graph of a ControlNet. */
public final class ControlNetGraph {
  private static final String HINT = "controlnet_cond_embedding";

  private ControlNetGraph() {}

  /**
   * Returns the graph with the inputs of a UNet and {@code controlnet_cond}, the control picture,
   * and one output for each residual: {@code down_block_res_sample_0} and so on, and {@code
   * mid_block_res_sample}.
   *
   * @throws IOException if weights are missing, have unexpected shapes, or are left over
   */
  public static OnnxSkeleton of(Weights weights, UnetShape shape) throws IOException {
    GraphWriter graph = new GraphWriter(weights);
    UnetBlocks blocks = new UnetBlocks(graph, shape);
    Layers layers = blocks.layers();
    String picture =
        graph.input(
            "controlnet_cond",
            TensorTypes.FLOAT,
            "batch_size",
            weights.dim(HINT + ".conv_in.weight", 1),
            "image_height",
            "image_width");
    String latents = layers.conv("conv_in", "sample");
    String first = layers.node("conv_in", "Add", latents, hint(layers, picture));
    UnetBlocks.WayDown down = blocks.down(first);
    for (int i = 0; i < down.skips().size(); i++) {
      String layer = "controlnet_down_blocks." + i;
      residual(graph, layers, layer, down.skips().get(i), "down_block_res_sample_" + i);
    }
    residual(graph, layers, "controlnet_mid_block", down.middle(), "mid_block_res_sample");
    return graph.finish("ControlNet");
  }

  /** Reduces the control picture to the size of the latents. */
  private static String hint(Layers layers, String picture) throws IOException {
    Weights weights = layers.graph().weights();
    String x = layers.silu(HINT, layers.conv(HINT + ".conv_in", picture));
    int count = weights.count(HINT + ".blocks.", ".weight");
    for (int i = 0; i < count; i++) {
      String layer = HINT + ".blocks." + i;
      // Every second convolution halves the size.
      x = layers.silu(HINT, layers.conv(layer, x, 1 + i % 2, 1, 1));
    }
    return layers.conv(HINT + ".conv_out", x);
  }

  private static void residual(
      GraphWriter graph, Layers layers, String layer, String x, String name) throws IOException {
    String result = layers.conv(layer, x);
    long channels = graph.weights().dim(layer + ".weight", 0);
    graph.output(result, name, "batch_size", channels, name + "_height", name + "_width");
  }
}
