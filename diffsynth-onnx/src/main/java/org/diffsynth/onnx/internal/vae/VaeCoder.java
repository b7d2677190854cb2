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
import org.diffsynth.onnx.internal.runtime.Device;
import org.diffsynth.onnx.internal.runtime.ModelSession;
import org.diffsynth.onnx.internal.runtime.OrtThread;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The encoder or the decoder of a VAE: planes in, planes out, as a whole or tile by tile. Sizes are
 * in latent pixels. Only one session is open: a picture that is to be taken in tiles where the last
 * was not has the other graph opened.
 */
public final class VaeCoder implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(VaeCoder.class);

  private final Binding binding;
  private final OrtThread thread;
  private final Device device;
  private final int threads;
  private final VaeTiling tiling;
  private final int pixels;
  private ModelSession session;
  private boolean tiled;
  private int norms;

  /**
   * What must be known before it is opened.
   *
   * @param inChannels planes in
   * @param inSamples samples in along one latent pixel
   * @param outChannels planes out that are wanted, the first ones
   * @param outSamples samples out along one latent pixel
   */
  public record Binding(
      OnnxSkeleton skeleton,
      TensorSpec input,
      TensorSpec output,
      int inChannels,
      int inSamples,
      int outChannels,
      int outSamples) {

    int inLength(int height, int width) {
      return inChannels * inSamples * inSamples * height * width;
    }

    int outLength(int height, int width) {
      return outChannels * outSamples * outSamples * height * width;
    }
  }

  /** Opens the graph for whole pictures; {@code pixels} of the picture lie along a latent one. */
  VaeCoder(
      Binding binding, OrtThread thread, Device device, int threads, VaeTiling tiling, int pixels) {
    this.binding = binding;
    this.thread = thread;
    this.device = device;
    this.threads = threads;
    this.tiling = tiling;
    this.pixels = pixels;
    this.session = ModelSession.open(binding.skeleton, thread, device, threads);
  }

  /** Planes in, one after the other, to planes out. */
  float[] run(float[] planes, int height, int width) throws OrtException {
    boolean inTiles = tiling.tiles(new FrameSize(width * pixels, height * pixels));
    if (session == null || inTiles != tiled) {
      reopen(inTiles);
    }
    return inTiles ? runTiles(planes, height, width) : runWhole(planes, height, width);
  }

  private void reopen(boolean inTiles) {
    ModelSession old = session;
    session = null; // should opening fail, the next call tries again
    if (old != null) {
      old.close();
    }
    Optional<GroupNormSurgery.Patched> shared =
        inTiles ? GroupNormSurgery.patch(binding.skeleton) : Optional.empty();
    norms = shared.map(GroupNormSurgery.Patched::count).orElse(0);
    if (inTiles && norms == 0) {
      LOG.warn(
          "{}: no normalisations of a known form were found, so tiles cannot share them and may"
              + " differ in tone",
          binding.skeleton.file());
    }
    OnnxSkeleton graph = shared.map(GroupNormSurgery.Patched::skeleton).orElse(binding.skeleton);
    tiled = inTiles;
    session = ModelSession.open(graph, thread, device, threads);
  }

  private float[] runWhole(float[] planes, int height, int width) throws OrtException {
    float[] out = new float[binding.outLength(height, width)];
    Map<String, OnnxTensor> spaces = new HashMap<>();
    try (Closer open = new Closer()) {
      Map<String, OnnxTensor> feeds =
          Map.of(binding.input.name(), open.add(input(planes, height, width)));
      if (binding.output.dim(1) > 0) {
        spaces.put(binding.output.name(), open.add(space(height, width)));
      }
      Set<String> outputs = spaces.isEmpty() ? Set.of(binding.output.name()) : Set.of();
      OrtSession.Result result = open.add(session.run(feeds, outputs, spaces));
      output(result, height, width).get(out);
    }
    return out;
  }

  private OnnxTensor space(int height, int width) throws OrtException {
    return session.space(
        binding.output.name(),
        1,
        binding.output.dim(1),
        (long) height * binding.outSamples,
        (long) width * binding.outSamples);
  }

  private OnnxTensor input(float[] planes, int height, int width) throws OrtException {
    return session.tensor(
        binding.input.name(),
        buffer -> buffer.put(planes),
        1,
        binding.inChannels,
        (long) height * binding.inSamples,
        (long) width * binding.inSamples);
  }

  private FloatBuffer output(OrtSession.Result result, int height, int width) {
    return session.floats(
        result,
        binding.output.name(),
        1,
        -1,
        (long) height * binding.outSamples,
        (long) width * binding.outSamples);
  }

  private float[] runTiles(float[] planes, int height, int width) throws OrtException {
    TileAxis down = TileAxis.of(height, tiling.tile() / pixels, tiling.overlap() / pixels);
    TileAxis across = TileAxis.of(width, tiling.tile() / pixels, tiling.overlap() / pixels);
    LOG.debug("{}: tiles {} by {}", binding.skeleton.file(), across, down);
    Grid grid = new Grid(down, across, height, width);
    NormStatistics shared = norms == 0 ? null : moments(planes, grid);
    float[] out = new float[binding.outLength(height, width)];
    grid.each(
        (y, x) -> {
          try (OrtSession.Result result = runTile(planes, grid, y, x, shared)) {
            blend(output(result, down.tile(), across.tile()), grid, y, x, out);
          }
        });
    return out;
  }

  /**
   * What the normalisations find in the whole picture, as far as that can be known from tiles. A
   * decoder's tiles are much alike, so their moments are averaged. A picture is not: a tile of it
   * would lose what makes it darker than the next, so an encoder looks at the whole picture, made
   * as small as a tile.
   */
  private NormStatistics moments(float[] planes, Grid grid) throws OrtException {
    NormStatistics moments = new NormStatistics(norms);
    if (binding.inSamples > 1) {
      int height = grid.down.tile();
      int width = grid.across.tile();
      Grid one =
          new Grid(TileAxis.of(height, height, 0), TileAxis.of(width, width, 0), height, width);
      try (OrtSession.Result result = runTile(shrunk(planes, grid), one, 0, 0, null)) {
        moments.add(result, session, 1);
      }
      return moments;
    }
    grid.each(
        (y, x) -> {
          try (OrtSession.Result result = runTile(planes, grid, y, x, null)) {
            moments.add(result, session, grid.down.share(y) * grid.across.share(x));
          }
        });
    return moments;
  }

  /** The picture at the size of a tile; each sample is the mean of those it stands for. */
  private float[] shrunk(float[] planes, Grid grid) {
    int height = grid.height * binding.inSamples;
    int width = grid.width * binding.inSamples;
    int rows = grid.down.tile() * binding.inSamples;
    int columns = grid.across.tile() * binding.inSamples;
    float[] small = new float[binding.inChannels * rows * columns];
    for (int i = 0; i < small.length; i++) {
      int top = i / columns % rows * height / rows;
      int bottom = (i / columns % rows + 1) * height / rows;
      int left = i % columns * width / columns;
      int right = (i % columns + 1) * width / columns;
      int plane = i / columns / rows * height;
      double sum = 0;
      for (int y = top; y < bottom; y++) {
        for (int x = left; x < right; x++) {
          sum += planes[(plane + y) * width + x];
        }
      }
      small[i] = (float) (sum / ((bottom - top) * (right - left)));
    }
    return small;
  }

  /** One tile, for its planes if it is given moments, else for the moments it has. */
  private OrtSession.Result runTile(float[] planes, Grid grid, int y, int x, NormStatistics shared)
      throws OrtException {
    int tileHeight = grid.down.tile();
    int tileWidth = grid.across.tile();
    float[] tile = new float[binding.inLength(tileHeight, tileWidth)];
    int samples = binding.inSamples;
    int rowLength = tileWidth * samples;
    int to = 0;
    for (int channel = 0; channel < binding.inChannels; channel++) {
      for (int row = 0; row < tileHeight * samples; row++, to += rowLength) {
        int from =
            ((channel * grid.height + grid.down.start(y)) * samples + row) * grid.width * samples
                + grid.across.start(x) * samples;
        System.arraycopy(planes, from, tile, to, rowLength);
      }
    }
    Map<String, OnnxTensor> feeds = new HashMap<>();
    try (Closer open = new Closer()) {
      feeds.put(binding.input.name(), open.add(input(tile, tileHeight, tileWidth)));
      Set<String> outputs = Set.of(binding.output.name());
      if (shared != null) {
        shared.feed(session, feeds, open);
      } else if (norms > 0) {
        NormStatistics.feedNone(session, norms, feeds, open);
        outputs = NormStatistics.outputs(norms);
      }
      return session.run(feeds, outputs);
    }
  }

  private void blend(FloatBuffer planes, Grid grid, int y, int x, float[] out) {
    int samples = binding.outSamples;
    float[] rows = grid.down.weights(y, samples);
    float[] columns = grid.across.weights(x, samples);
    float[] line = new float[columns.length];
    int width = grid.width * samples;
    for (int channel = 0; channel < binding.outChannels; channel++) {
      for (int row = 0; row < rows.length; row++) {
        if (rows[row] == 0) {
          continue;
        }
        planes.get((channel * rows.length + row) * line.length, line);
        int to =
            (channel * grid.height * samples + grid.down.start(y) * samples + row) * width
                + grid.across.start(x) * samples;
        for (int i = 0; i < line.length; i++) {
          if (columns[i] != 0) { // what is thrown away may be anything
            out[to + i] += line[i] * (rows[row] * columns[i]);
          }
        }
      }
    }
  }

  /** Tiles over a picture of a size. */
  private record Grid(TileAxis down, TileAxis across, int height, int width) {

    /** Does something with a tile. */
    private interface Action {
      void at(int y, int x) throws OrtException;
    }

    void each(Action action) throws OrtException {
      for (int y = 0; y < down.count(); y++) {
        for (int x = 0; x < across.count(); x++) {
          action.at(y, x);
        }
      }
    }
  }

  @Override
  public void close() {
    if (session != null) {
      session.close();
    }
  }
}
