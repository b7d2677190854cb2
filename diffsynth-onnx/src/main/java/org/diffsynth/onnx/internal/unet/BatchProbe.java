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
import org.diffsynth.internal.text.Text;
import org.diffsynth.onnx.internal.graph.OnnxSkeleton;
import org.diffsynth.onnx.internal.graph.TensorSpec;
import org.diffsynth.onnx.internal.runtime.ModelSession;
import org.diffsynth.onnx.internal.runtime.SessionFactory;

/**
 * Test of a model whose fixed batch dimension was opened by graph surgery. Random rows go through
 * the model as exported. The opened model then gets the rows twice and in another order, and must
 * return the same values for each of them.
 */
public final class BatchProbe {
  /** Largest accepted difference, relative to the largest value of an output. */
  private static final float TOLERANCE = 2e-3f;

  private static final int LATENT_SIDE = 8;
  private static final int TOKENS = 8;
  private static final int PIXELS_PER_LATENT = 8;
  private static final float TIMESTEP = 500;

  private final ModelBinding binding;
  private final SessionFactory sessions;

  /**
   * Creates a probe of a model that was exported with a fixed batch size.
   *
   * @param binding a model with {@link ModelBinding#fixedBatch}
   */
  public BatchProbe(ModelBinding binding, SessionFactory sessions) {
    this.binding = binding;
    this.sessions = sessions;
  }

  /**
   * Runs both models and compares their outputs.
   *
   * @throws BackendException if the opened model fails or returns other values
   */
  public void check() throws OrtException {
    int batch =
        (int) TensorSpec.find(binding.fixedBatch(), binding.inputs().sample().name()).dim(0);
    int[] rows = new int[batch];
    int[] shuffled = new int[2 * batch];
    for (int i = 0; i < shuffled.length; i++) {
      shuffled[i] = i % batch == 0 ? batch - 1 : i % batch - 1;
      rows[i % batch] = i % batch;
    }
    List<float[]> expected = run(binding.fixedBatch(), rows);
    List<float[]> found;
    try {
      found = run(binding.skeleton(), shuffled);
    } catch (OrtException | BackendException e) {
      throw failure(batch, e.getMessage(), e);
    }
    for (int output = 0; output < expected.size(); output++) {
      compare(expected.get(output), found.get(output), shuffled, batch);
    }
  }

  private void compare(float[] expected, float[] found, int[] rows, int batch) {
    int length = expected.length / batch;
    if (found.length != 2 * expected.length) {
      throw failure(batch, "twice the rows give " + found.length + " values", null);
    }
    float largest = 0;
    float worst = 0;
    for (int row = 0; row < rows.length; row++) {
      for (int i = 0; i < length; i++) {
        float value = expected[rows[row] * length + i];
        largest = Math.max(largest, Math.abs(value));
        worst = Math.max(worst, Math.abs(value - found[row * length + i]));
      }
    }
    if (!(worst <= TOLERANCE * largest)) {
      throw failure(batch, "rows differ by " + worst + " where values reach " + largest, null);
    }
  }

  private BackendException failure(int batch, String reason, Exception cause) {
    return new BackendException(
        Text.format(
            "%s: the model was exported with a fixed batch of %d, and opening the batch dimension does not work: %s; export it again with an open batch dimension",
            binding.skeleton().file(), batch, reason),
        cause);
  }

  private List<float[]> run(OnnxSkeleton skeleton, int[] rows) throws OrtException {
    try (ModelSession session = sessions.open(skeleton);
        Closer open = new Closer()) {
      Map<String, OnnxTensor> feeds = new HashMap<>();
      for (TensorSpec input : TensorSpec.inputs(skeleton)) {
        feeds.put(input.name(), open.add(randomInput(session, input, rows)));
      }
      List<String> names = binding.outputs();
      try (OrtSession.Result result = session.run(feeds, Set.copyOf(names), Map.of())) {
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

  /**
   * Fills an input with random numbers that depend on its row; timestep and scales are constant.
   */
  private OnnxTensor randomInput(ModelSession session, TensorSpec input, int[] rows)
      throws OrtException {
    ModelBinding.Inputs inputs = binding.inputs();
    boolean isTimestep = input.name().equals(inputs.timestep().name());
    boolean isScale =
        input.equals(inputs.fixedScale())
            || inputs.image() != null && input.equals(inputs.image().scale());
    long[] shape = new long[input.dims().size()];
    long length = 1;
    for (int i = 0; i < shape.length; i++) {
      shape[i] = input.dim(i) >= 0 ? input.dim(i) : sizeOf(input, i, rows.length);
      length *= i > 0 ? shape[i] : 1;
    }
    int perRow = (int) length;
    return session.input(
        input.name(),
        buffer -> {
          for (int i = 0; buffer.hasRemaining(); i++) {
            int row = i / perRow < rows.length ? rows[i / perRow] : 0;
            if (isTimestep) {
              buffer.put(TIMESTEP);
            } else if (isScale) {
              buffer.put(1);
            } else {
              buffer.put((float) new SplittableRandom(31L * row + i % perRow).nextDouble(-1, 1));
            }
          }
        },
        shape);
  }

  /** A size for an open dimension of an input. */
  private int sizeOf(TensorSpec input, int dim, int rows) {
    if (dim == 0) {
      return rows;
    }
    if (input.dims().size() == 4) {
      TensorSpec control = binding.inputs().control();
      boolean isImage = control != null && input.name().equals(control.name());
      return isImage ? LATENT_SIDE * PIXELS_PER_LATENT : LATENT_SIDE;
    }
    return TOKENS;
  }
}
