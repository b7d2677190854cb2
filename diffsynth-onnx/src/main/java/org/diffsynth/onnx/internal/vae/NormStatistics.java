package org.diffsynth.onnx.internal.vae;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.nio.FloatBuffer;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import org.diffsynth.compute.Closer;
import org.diffsynth.onnx.internal.graph.GroupNormSurgery;
import org.diffsynth.onnx.internal.runtime.ModelSession;

/**
 * Mean and variance of every group of every group normalization in a graph, collected over all
 * tiles of an image. Variances are combined through the mean of squares: Var(x) = E(x²) − E(x)².
 */
final class NormStatistics {
  private final double[][] means;
  private final double[][] squares;

  /**
   * Creates empty statistics.
   *
   * @param norms number of group normalizations in the graph
   */
  NormStatistics(int norms) {
    means = new double[norms][];
    squares = new double[norms][];
  }

  /** Returns the names of the outputs that hold the statistics of one tile. */
  static Set<String> outputs(int norms) {
    Set<String> names = new LinkedHashSet<>();
    for (int i = 0; i < norms; i++) {
      names.add(GroupNormSurgery.OWN_MEAN + i);
      names.add(GroupNormSurgery.OWN_VARIANCE + i);
    }
    return names;
  }

  /**
   * Adds the statistics of one tile.
   *
   * @param result result with the outputs that {@link #outputs} names
   * @param share the part of the image that the tile stands for; all shares must add up to 1
   */
  void add(OrtSession.Result result, ModelSession session, double share) {
    for (int i = 0; i < means.length; i++) {
      FloatBuffer mean = session.floats(result, GroupNormSurgery.OWN_MEAN + i, 1, -1, 1);
      FloatBuffer variance = session.floats(result, GroupNormSurgery.OWN_VARIANCE + i, 1, -1, 1);
      int groups = mean.remaining();
      if (means[i] == null) {
        means[i] = new double[groups];
        squares[i] = new double[groups];
      }
      for (int g = 0; g < groups; g++) {
        double m = mean.get(g);
        means[i][g] += share * m;
        squares[i][g] += share * (variance.get(g) + m * m);
      }
    }
  }

  /** Adds inputs that make every normalization use these statistics. */
  void feed(ModelSession session, Map<String, OnnxTensor> feeds, Closer open) throws OrtException {
    put(session, GroupNormSurgery.SHARED, feeds, open, 1);
    for (int i = 0; i < means.length; i++) {
      float[] mean = new float[means[i].length];
      float[] variance = new float[mean.length];
      for (int g = 0; g < mean.length; g++) {
        mean[g] = (float) means[i][g];
        variance[g] = (float) Math.max(0, squares[i][g] - means[i][g] * means[i][g]);
      }
      put(session, GroupNormSurgery.MEAN + i, feeds, open, mean);
      put(session, GroupNormSurgery.VARIANCE + i, feeds, open, variance);
    }
  }

  /** Adds inputs that make every normalization use the statistics of its own input. */
  static void feedNone(ModelSession session, int norms, Map<String, OnnxTensor> feeds, Closer open)
      throws OrtException {
    put(session, GroupNormSurgery.SHARED, feeds, open, 0);
    for (int i = 0; i < norms; i++) {
      put(session, GroupNormSurgery.MEAN + i, feeds, open, 0);
      put(session, GroupNormSurgery.VARIANCE + i, feeds, open, 1);
    }
  }

  private static void put(
      ModelSession session,
      String name,
      Map<String, OnnxTensor> feeds,
      Closer open,
      float... values)
      throws OrtException {
    boolean isSwitch = name.equals(GroupNormSurgery.SHARED);
    long[] shape = isSwitch ? new long[] {1} : new long[] {1, values.length, 1};
    feeds.put(name, open.add(session.input(name, buffer -> buffer.put(values), shape)));
  }
}
