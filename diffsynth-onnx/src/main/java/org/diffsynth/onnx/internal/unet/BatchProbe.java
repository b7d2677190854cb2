package org.diffsynth.onnx.internal.unet;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.diffsynth.compute.BackendException;
import org.diffsynth.compute.Closer;
import org.diffsynth.onnx.internal.graph.OnnxSkeleton;
import org.diffsynth.onnx.internal.graph.TensorSpec;
import org.diffsynth.onnx.internal.runtime.Device;
import org.diffsynth.onnx.internal.runtime.ModelSession;
import org.diffsynth.onnx.internal.runtime.OrtThread;

/**
 * Tries a network whose fixed batch was opened: the same rows, in twice the batch and turned round,
 * must give what the network gives as it was exported.
 */
public final class BatchProbe {
  /** Largest difference, in parts of the largest value. */
  private static final float TOLERANCE = 2e-3f;

  private static final int OPEN_SIDE = 8;
  private static final int OPEN_TOKENS = 8;
  private static final int PIXELS = 8;

  private final ModelBinding binding;
  private final OrtThread thread;
  private final Device device;
  private final int threads;

  public BatchProbe(ModelBinding binding, OrtThread thread, Device device, int threads) {
    this.binding = binding;
    this.thread = thread;
    this.device = device;
    this.threads = threads;
  }

  /**
   * Evaluates both.
   *
   * @throws BackendException if the opened network fails or gives something else
   */
  public void check() throws OrtException {
    int batch = (int) TensorSpec.find(binding.fixedBatch(), binding.sample().name()).dim(0);
    int[] rows = new int[batch];
    int[] turned = new int[2 * batch];
    for (int i = 0; i < turned.length; i++) {
      turned[i] = i % batch == 0 ? batch - 1 : i % batch - 1;
      rows[i % batch] = i % batch;
    }
    List<float[]> expected = run(binding.fixedBatch(), rows);
    List<float[]> found;
    try {
      found = run(binding.skeleton(), turned);
    } catch (OrtException | BackendException e) {
      throw failure(batch, e.getMessage(), e);
    }
    for (int output = 0; output < expected.size(); output++) {
      float[] a = expected.get(output);
      float[] b = found.get(output);
      int length = a.length / batch;
      if (b.length != 2 * a.length) {
        throw failure(batch, "twice the rows give " + b.length + " values", null);
      }
      float largest = 0;
      float worst = 0;
      for (int row = 0; row < turned.length; row++) {
        for (int i = 0; i < length; i++) {
          float right = a[turned[row] * length + i];
          largest = Math.max(largest, Math.abs(right));
          worst = Math.max(worst, Math.abs(right - b[row * length + i]));
        }
      }
      if (!(worst <= TOLERANCE * largest)) {
        throw failure(batch, "rows differ by " + worst + " where values go up to " + largest, null);
      }
    }
  }

  private BackendException failure(int batch, String why, Exception cause) {
    return new BackendException(
        "%s: the model was exported with a fixed batch of %d, and opening it does not work: %s; export it again with an open batch dimension"
            .formatted(binding.skeleton().file(), batch, why),
        cause);
  }

  private List<float[]> run(OnnxSkeleton skeleton, int[] rows) throws OrtException {
    try (ModelSession session = ModelSession.open(skeleton, thread, device, threads);
        Closer open = new Closer()) {
      Map<String, OnnxTensor> feeds = new HashMap<>();
      for (TensorSpec port : TensorSpec.inputs(skeleton)) {
        feeds.put(port.name(), open.add(tensor(session, port, rows)));
      }
      List<String> names = binding.outputs();
      try (OrtSession.Result result = session.run(feeds, Set.copyOf(names))) {
        List<float[]> values = new ArrayList<>();
        for (String name : names) {
          long[] any = new long[TensorSpec.find(skeleton, name).dims().size()];
          Arrays.fill(any, -1);
          FloatBuffer floats = session.floats(result, name, any);
          float[] copy = new float[floats.remaining()];
          floats.get(copy);
          values.add(copy);
        }
        return values;
      }
    }
  }

  /** Random numbers that depend on port and row, the timestep excepted. */
  private OnnxTensor tensor(ModelSession session, TensorSpec port, int[] rows) throws OrtException {
    boolean isTimestep = port.name().equals(binding.timestep().name());
    boolean isScale =
        port.equals(binding.fixedScale())
            || binding.image() != null && port.equals(binding.image().scale());
    long[] shape = new long[port.dims().size()];
    long length = 1;
    for (int i = 0; i < shape.length; i++) {
      shape[i] = port.dim(i) >= 0 ? port.dim(i) : open(port, i, rows.length);
      length *= i > 0 ? shape[i] : 1;
    }
    int perRow = (int) length;
    return session.tensor(
        port.name(),
        buffer -> {
          for (int i = 0; buffer.hasRemaining(); i++) {
            int row = i / perRow < rows.length ? rows[i / perRow] : 0;
            if (isTimestep) {
              buffer.put(500);
            } else if (isScale) {
              buffer.put(1);
            } else {
              buffer.put((float) new SplittableRandom(31L * row + i % perRow).nextDouble(-1, 1));
            }
          }
        },
        shape);
  }

  private int open(TensorSpec port, int dim, int rows) {
    if (dim == 0) {
      return rows;
    }
    if (port.dims().size() == 4) {
      boolean picture = binding.control() != null && port.name().equals(binding.control().name());
      return picture ? OPEN_SIDE * PIXELS : OPEN_SIDE;
    }
    return OPEN_TOKENS;
  }
}
