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
import org.diffsynth.frame.Monitor;
import org.diffsynth.onnx.OnnxOptions;
import org.diffsynth.onnx.internal.graph.OnnxSkeleton;
import org.diffsynth.onnx.internal.graph.TensorSpec;
import org.diffsynth.spi.DiffusionSettings;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A model that is run as it is: an annotator, an encoder. It has a thread of its own. */
public final class PlainModel implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(PlainModel.class);

  private final OnnxSkeleton skeleton;
  private final OrtThread thread;
  private final ModelSession session;

  private PlainModel(OnnxSkeleton skeleton, OrtThread thread, ModelSession session) {
    this.skeleton = skeleton;
    this.thread = thread;
    this.session = session;
  }

  /**
   * An input.
   *
   * @param tensor its name
   * @param fill puts its values, row by row
   * @param shape its dimensions
   */
  public record Feed(String tensor, Consumer<FloatBuffer> fill, long... shape) {}

  /**
   * An output.
   *
   * @param tensor its name
   * @param shape its dimensions
   * @param data its values, row by row
   */
  public record Values(String tensor, long[] shape, float[] data) {}

  /**
   * Opens a model.
   *
   * @throws IOException if the file is missing or no ONNX model, naming it
   * @throws BackendException if ONNX Runtime does not take it
   */
  public static PlainModel open(Path file, OnnxOptions options) throws IOException {
    OnnxSkeleton skeleton = OnnxSkeleton.read(file);
    Device device = Device.of(options.device());
    try {
      return open(skeleton, device, options.threads());
    } catch (BackendException e) {
      if (!options.device().equals(DiffusionSettings.AUTO) || device == Device.CPU) {
        throw e;
      }
      LOG.warn("{} cannot be used, computing on the CPU instead: {}", device, e.getMessage());
      return open(skeleton, Device.CPU, options.threads());
    }
  }

  private static PlainModel open(OnnxSkeleton skeleton, Device device, int threads) {
    OrtThread thread = new OrtThread();
    try {
      ModelSession session =
          thread.call(
              OrtThread.UNSTOPPABLE,
              "opening " + skeleton.file(),
              () -> ModelSession.open(skeleton, thread, device, threads));
      return new PlainModel(skeleton, thread, session);
    } catch (RuntimeException | Error e) {
      thread.close(() -> {});
      throw e;
    }
  }

  /** The file as the user named it. */
  public Path file() {
    return skeleton.file();
  }

  /** The inputs that have to be given, in order. */
  public List<TensorSpec> inputs() {
    return TensorSpec.inputs(skeleton);
  }

  /** The outputs, in order. */
  public List<TensorSpec> outputs() {
    return TensorSpec.outputs(skeleton);
  }

  /**
   * Runs the model.
   *
   * @param outputs names of the outputs that are wanted
   * @return these outputs in this order
   * @throws BackendException if an output is no tensor of floats or has a value that is not finite
   */
  public List<Values> run(Monitor monitor, List<Feed> feeds, List<String> outputs) {
    return thread.call(monitor, "running " + file(), () -> runHere(feeds, outputs));
  }

  private List<Values> runHere(List<Feed> feeds, List<String> outputs) throws OrtException {
    try (Closer open = new Closer()) {
      Map<String, OnnxTensor> tensors = new HashMap<>();
      for (Feed feed : feeds) {
        OnnxTensor tensor = session.tensor(feed.tensor, feed.fill, feed.shape);
        tensors.put(feed.tensor, open.add(tensor));
      }
      OrtSession.Result result = open.add(session.run(tensors, new LinkedHashSet<>(outputs)));
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
          "%s: output '%s' must hold floats, found %s".formatted(file(), name, value.getType()));
    }
    float[] data = new float[floats.remaining()];
    floats.get(data);
    for (int i = 0; i < data.length; i++) {
      if (!Float.isFinite(data[i])) {
        throw new BackendException(
            "%s: output '%s' has the value %s at %d; a model in half precision may need single"
                .formatted(file(), name, data[i], i));
      }
    }
    return new Values(name, ((OnnxTensor) value).getInfo().getShape(), data);
  }

  /** Frees the model; a second call does nothing. */
  @Override
  public void close() {
    thread.close(session::close);
  }
}
