package org.diffsynth.onnx.internal.vae;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.diffsynth.compute.Closer;
import org.diffsynth.onnx.internal.runtime.ModelSession;

/**
 * One run of a VAE encoder or decoder, tile by tile.
 *
 * <p>A group normalization of the VAE computes mean and variance over the whole image. If every
 * tile used its own statistics, neighbouring tiles would differ in tone and contrast. So the run
 * has two passes: the first collects the statistics of the whole image, the second computes each
 * tile with them and blends the tiles where they overlap.
 *
 * <p>The decoder collects the statistics as the weighted mean over all tiles, because tiles of
 * latents have similar statistics. Tiles of an image do not: a dark tile would lose what makes it
 * darker than its neighbour. The encoder therefore collects the statistics from the whole image,
 * shrunk to the size of one tile.
 *
 * @param norms number of normalizations whose statistics can be shared; 0 if the graph has none of
 *     a known form, and each tile then uses its own
 */
record TiledRun(VaeCoder.Binding binding, ModelSession session, TileGrid grid, int norms) {

  /**
   * Runs the encoder or decoder over all tiles and blends their outputs.
   *
   * @param planes input planes of the whole image or its latents
   * @return output planes of the whole image or its latents
   */
  float[] run(float[] planes) throws OrtException {
    int tileHeight = grid.rows().tile();
    int tileWidth = grid.columns().tile();
    NormStatistics statistics = norms == 0 ? null : statistics(planes);
    float[] out = new float[binding.outputLength(grid.rows().length(), grid.columns().length())];
    grid.forEach(
        (y, x) -> {
          try (OrtSession.Result result = runTile(planes, grid, y, x, statistics)) {
            grid.blend(
                binding.output(session, result, tileHeight, tileWidth),
                binding.outputChannels(),
                binding.outputSamples(),
                y,
                x,
                out);
          }
        });
    return out;
  }

  private NormStatistics statistics(float[] planes) throws OrtException {
    NormStatistics statistics = new NormStatistics(norms);
    boolean isEncoder = binding.inputSamples() > 1;
    if (isEncoder) {
      float[] small = grid.shrink(planes, binding.inputChannels(), binding.inputSamples());
      try (OrtSession.Result result = runTile(small, grid.singleTile(), 0, 0, null)) {
        statistics.add(result, session, 1);
      }
      return statistics;
    }
    grid.forEach(
        (y, x) -> {
          try (OrtSession.Result result = runTile(planes, grid, y, x, null)) {
            statistics.add(result, session, grid.share(y, x));
          }
        });
    return statistics;
  }

  /**
   * Runs the model on one tile.
   *
   * @param statistics statistics to normalize with; null to use those of the tile, and to return
   *     them instead of the output planes if the graph can
   */
  private OrtSession.Result runTile(
      float[] planes, TileGrid from, int y, int x, NormStatistics statistics) throws OrtException {
    float[] tile = from.cut(planes, binding.inputChannels(), binding.inputSamples(), y, x);
    Map<String, OnnxTensor> feeds = new HashMap<>();
    try (Closer open = new Closer()) {
      feeds.put(
          binding.input().name(),
          open.add(binding.input(session, tile, from.rows().tile(), from.columns().tile())));
      Set<String> outputs = Set.of(binding.output().name());
      if (statistics != null) {
        statistics.feed(session, feeds, open);
      } else if (norms > 0) {
        NormStatistics.feedNone(session, norms, feeds, open);
        outputs = NormStatistics.outputs(norms);
      }
      return session.run(feeds, outputs, Map.of());
    }
  }
}
