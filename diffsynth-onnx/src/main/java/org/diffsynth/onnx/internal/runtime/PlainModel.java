package org.diffsynth.onnx.internal.runtime;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.diffsynth.compute.BackendException;
import org.diffsynth.compute.Closer;
import org.diffsynth.compute.ComputeOptions;
import org.diffsynth.frame.Monitor;
import org.diffsynth.internal.text.Text;
import org.diffsynth.onnx.internal.graph.OnnxSkeleton;
import org.diffsynth.onnx.internal.graph.TensorSpec;

/**
 * A single ONNX model that runs without graph surgery, such as an annotator or an image encoder. It
 * has an {@link OrtThread} of its own. Calls from several threads must not overlap.
 */
public final class PlainModel implements AutoCloseable {
  private final OnnxSkeleton skeleton;
  private final OrtThread thread;
  private final ModelSession session;

  private PlainModel(OnnxSkeleton skeleton, OrtThread thread, ModelSession session) {
    this.skeleton = skeleton;
    this.thread = thread;
    this.session = session;
  }

  /**
   * The value of one input.
   *
   * @param tensor input name
   * @param fill writes all values as floats, in row-major order; they are converted to the declared
   *     element type
   * @param shape dimensions; must fit the declared ones
   */
  public record Feed(String tensor, Consumer<FloatBuffer> fill, long... shape) {}

  /**
   * The value of one output.
   *
   * @param tensor output name
   * @param shape dimensions
   * @param data values in row-major order; all are finite
   */
  public record Values(String tensor, long[] shape, float[] data) {}

  /**
   * Opens a model. With the device {@code auto}, a GPU that fails is reported in the log and the
   * CPU is used instead.
   *
   * @param options device and number of threads
   * @return the model; the caller closes it
   * @throws IOException if the file is missing or is not an ONNX model; the message names the file
   * @throws BackendException if ONNX Runtime rejects the model
   */
  public static PlainModel open(Path file, ComputeOptions options) throws IOException {
    OnnxSkeleton skeleton = RuntimeSupport.check(OnnxSkeleton.read(file));
    return SessionFactory.open(
        options,
        "opening " + file,
        sessions -> new PlainModel(skeleton, sessions.thread(), sessions.open(skeleton)));
  }

  /** Returns the model file, as the user named it. */
  public Path file() {
    return skeleton.file();
  }

  /** Returns the inputs that a caller must provide, in the model's order. */
  public List<TensorSpec> inputs() {
    return TensorSpec.inputs(skeleton);
  }

  /** Returns the outputs, in the model's order. */
  public List<TensorSpec> outputs() {
    return TensorSpec.outputs(skeleton);
  }

  /**
   * Runs the model and waits for the result.
   *
   * @param monitor asked while the model runs; can cancel the run
   * @param feeds one value for each of {@link #inputs()}
   * @param outputs names of the outputs to return
   * @return the outputs in the order of their names
   * @throws BackendException if the run fails, an output does not hold floats, or a value is NaN or
   *     infinite
   */
  public List<Values> run(Monitor monitor, List<Feed> feeds, List<String> outputs) {
    return thread.call(monitor, "running " + file(), () -> runHere(feeds, outputs));
  }

  private List<Values> runHere(List<Feed> feeds, List<String> outputs) throws OrtException {
    try (Closer open = new Closer()) {
      Map<String, OnnxTensor> tensors = new HashMap<>();
      for (Feed feed : feeds) {
        OnnxTensor tensor = session.input(feed.tensor, feed.fill, feed.shape);
        tensors.put(feed.tensor, open.add(tensor));
      }
      OrtSession.Result result =
          open.add(session.run(tensors, new LinkedHashSet<>(outputs), Map.of()));
      List<Values> values = new ArrayList<>();
      for (String output : outputs) {
        values.add(values(output, result.get(output).orElseThrow()));
      }
      return values;
    }
  }

  private Values values(String name, OnnxValue value) {
    FloatBuffer floats = value instanceof OnnxTensor tensor ? tensor.getFloatBuffer() : null;
    if (floats == null) {
      throw new BackendException(
          Text.format(
              "%s: output '%s' must hold floats, but was %s", file(), name, value.getType()));
    }
    float[] data = new float[floats.remaining()];
    floats.get(data);
    for (int i = 0; i < data.length; i++) {
      if (!Float.isFinite(data[i])) {
        throw new BackendException(
            Text.format(
                "%s: output '%s' must be finite, but was %s at index %d; if the model is in half precision, try it in single precision",
                file(), name, data[i], i));
      }
    }
    return new Values(name, ((OnnxTensor) value).getInfo().getShape(), data);
  }

  /** Frees the model and ends its thread. A second call does nothing. */
  @Override
  public void close() {
    thread.close(session::close);
  }
}
