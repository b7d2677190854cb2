package org.diffsynth.onnx.internal.vae;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.nio.FloatBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.diffsynth.compute.Closer;
import org.diffsynth.diffusion.VaeTiling;
import org.diffsynth.frame.FrameSize;
import org.diffsynth.onnx.internal.graph.GroupNormSurgery;
import org.diffsynth.onnx.internal.graph.OnnxSkeleton;
import org.diffsynth.onnx.internal.graph.TensorSpec;
import org.diffsynth.onnx.internal.runtime.ModelSession;
import org.diffsynth.onnx.internal.runtime.SessionFactory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The encoder or the decoder of a VAE. Small images go through the model whole, large ones tile by
 * tile (see {@link TiledRun}), which needs another graph. To save memory only one of the two
 * sessions is open at a time: a run that needs the other one opens it first.
 */
final class VaeCoder implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(VaeCoder.class);

  private final Binding binding;
  private final SessionFactory sessions;
  private final VaeTiling tiling;
  private final int scaleFactor;
  private ModelSession session;
  private boolean tiled;
  private int norms;

  /**
   * Input, output and size relations of a VAE encoder or decoder. Heights and widths are in latent
   * pixels.
   *
   * @param input input of shape (1, channels, height, width)
   * @param output output of shape (1, channels, height, width)
   * @param inputChannels channels of the input
   * @param inputSamples samples of the input along one latent pixel; 1 for a decoder
   * @param outputChannels channels of the output to use; the model may have more after them
   * @param outputSamples samples of the output along one latent pixel; 1 for an encoder
   */
  record Binding(
      OnnxSkeleton skeleton,
      TensorSpec input,
      TensorSpec output,
      int inputChannels,
      int inputSamples,
      int outputChannels,
      int outputSamples) {

    int outputLength(int height, int width) {
      return outputChannels * outputSamples * outputSamples * height * width;
    }

    OnnxTensor input(ModelSession session, float[] planes, int height, int width)
        throws OrtException {
      return session.input(
          input.name(),
          buffer -> buffer.put(planes),
          1,
          inputChannels,
          (long) height * inputSamples,
          (long) width * inputSamples);
    }

    FloatBuffer output(ModelSession session, OrtSession.Result result, int height, int width) {
      return session.floats(
          result,
          output.name(),
          1,
          -1,
          (long) height * outputSamples,
          (long) width * outputSamples);
    }
  }

  /**
   * Opens the session for whole images.
   *
   * @param tiling which images go through the model in tiles
   * @param scaleFactor image pixels along one latent pixel
   */
  VaeCoder(Binding binding, SessionFactory sessions, VaeTiling tiling, int scaleFactor) {
    this.binding = binding;
    this.sessions = sessions;
    this.tiling = tiling;
    this.scaleFactor = scaleFactor;
    this.session = sessions.open(binding.skeleton);
  }

  /**
   * Encodes or decodes one image.
   *
   * @param planes input, shape (input channels, height · input samples, width · input samples)
   * @param height height in latent pixels
   * @param width width in latent pixels
   * @return output, shape (output channels, height · output samples, width · output samples)
   */
  float[] run(float[] planes, int height, int width) throws OrtException {
    boolean inTiles = tiling.tiles(new FrameSize(width * scaleFactor, height * scaleFactor));
    if (session == null || inTiles != tiled) {
      reopen(inTiles);
    }
    if (!inTiles) {
      return runWhole(planes, height, width);
    }
    int tile = tiling.tile() / scaleFactor;
    int overlap = tiling.overlap() / scaleFactor;
    TileGrid grid =
        new TileGrid(TileAxis.of(height, tile, overlap), TileAxis.of(width, tile, overlap));
    LOG.debug("{}: tiles {} by {}", binding.skeleton.file(), grid.columns(), grid.rows());
    return new TiledRun(binding, session, grid, norms).run(planes);
  }

  private void reopen(boolean inTiles) {
    ModelSession old = session;
    session = null; // if opening fails, the next call tries again
    if (old != null) {
      old.close();
    }
    Optional<GroupNormSurgery.Patched> patched =
        inTiles ? GroupNormSurgery.patch(binding.skeleton) : Optional.empty();
    norms = patched.map(GroupNormSurgery.Patched::count).orElse(0);
    if (inTiles && norms == 0 && normalizes()) {
      LOG.warn(
          "{}: no group normalizations of a known form were found, so tiles cannot share their"
              + " statistics and may differ in tone",
          binding.skeleton.file());
    }
    OnnxSkeleton graph = patched.map(GroupNormSurgery.Patched::skeleton).orElse(binding.skeleton);
    tiled = inTiles;
    session = sessions.open(graph);
  }

  /** Returns whether the graph normalizes at all, which a tiny VAE does not. */
  private boolean normalizes() {
    return binding.skeleton.model().getGraph().getNodeList().stream()
        .anyMatch(node -> node.getOpType().matches("ReduceMean|.*Normalization"));
  }

  private float[] runWhole(float[] planes, int height, int width) throws OrtException {
    float[] out = new float[binding.outputLength(height, width)];
    String output = binding.output.name();
    Map<String, OnnxTensor> buffers = new HashMap<>();
    try (Closer open = new Closer()) {
      Map<String, OnnxTensor> feeds =
          Map.of(binding.input.name(), open.add(binding.input(session, planes, height, width)));
      if (binding.output.dim(1) > 0) {
        buffers.put(output, open.add(outputBuffer(height, width)));
      }
      Set<String> outputs = buffers.isEmpty() ? Set.of(output) : Set.of();
      OrtSession.Result result = open.add(session.run(feeds, outputs, buffers));
      binding.output(session, result, height, width).get(out);
    }
    return out;
  }

  private OnnxTensor outputBuffer(int height, int width) throws OrtException {
    return session.outputBuffer(
        binding.output.name(),
        1,
        binding.output.dim(1),
        (long) height * binding.outputSamples,
        (long) width * binding.outputSamples);
  }

  @Override
  public void close() {
    if (session != null) {
      session.close();
    }
  }
}
