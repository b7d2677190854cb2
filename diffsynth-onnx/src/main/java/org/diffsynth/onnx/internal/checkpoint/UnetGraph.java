package org.diffsynth.onnx.internal.checkpoint;

import java.io.IOException;
import org.diffsynth.onnx.internal.graph.OnnxSkeleton;

/** Writes the graph of a UNet. */
public final class UnetGraph {
  private UnetGraph() {}

  /**
   * Returns the graph with the inputs {@code sample}, {@code timestep} and {@code
   * encoder_hidden_states} and the output {@code out_sample}. A network that was distilled with
   * guidance has the input {@code timestep_cond} too.
   *
   * @throws IOException if weights are missing, have unexpected shapes, or are left over
   */
  public static OnnxSkeleton of(Weights weights, UnetShape shape) throws IOException {
    GraphWriter graph = new GraphWriter(weights);
    UnetBlocks blocks = new UnetBlocks(graph, shape);
    Layers layers = blocks.layers();
    String up = blocks.up(blocks.down(layers.conv("conv_in", "sample")));
    String norm = layers.groupNorm("conv_norm_out", up, shape.groups(), shape.epsilon());
    String result = layers.conv("conv_out", layers.silu("conv_act", norm));
    long channels = weights.dim("conv_out.weight", 0);
    graph.output(result, "out_sample", "batch_size", channels, "height", "width");
    return graph.finish("UNet");
  }
}
