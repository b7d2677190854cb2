package org.diffsynth.onnx.internal.runtime;

import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.diffsynth.compute.BackendException;
import org.diffsynth.compute.Closer;
import org.diffsynth.internal.text.Text;

/**
 * One open ONNX model. Converts floats to the element type that the model declares, checks every
 * shape against the declared one before a run, and reuses direct memory from call to call. All
 * methods must be called on the {@link OrtThread} that the session was opened with.
 */
public final class ModelSession implements AutoCloseable {
  private static final int IMAGE_RANK = 4;

  private final Path file;
  private final OrtThread thread;
  private final OrtSession session;
  private final MergedWeights weights;
  private final Map<String, NodeInfo> inputs;
  private final Map<String, NodeInfo> outputs;
  private final TensorBuffers buffers = new TensorBuffers();
  private final Map<String, TensorBuffers.Output> outputBuffers = new HashMap<>();

  /** Takes ownership of an open session and its weights; only {@link SessionFactory} calls this. */
  ModelSession(Path file, OrtThread thread, OrtSession session, MergedWeights weights)
      throws OrtException {
    this.file = file;
    this.thread = thread;
    this.session = session;
    this.weights = weights;
    this.inputs = session.getInputInfo();
    this.outputs = session.getOutputInfo();
  }

  /** Returns the model file, as the user named it. */
  public Path file() {
    return file;
  }

  /**
   * Returns the declared dimensions of an input; -1 for an open dimension.
   *
   * @throws BackendException if the model has no such input tensor
   */
  public long[] declaredShape(String input) {
    return info(input).getShape();
  }

  private TensorInfo info(String name) {
    NodeInfo info = inputs.get(name);
    if (info == null || !(info.getInfo() instanceof TensorInfo tensor)) {
      throw new BackendException(file + " has no input tensor '" + name + "'");
    }
    return tensor;
  }

  /**
   * Makes an input tensor, in the element type that the model declares.
   *
   * @param name input name
   * @param fill writes all values as floats, in row-major order
   * @param shape dimensions; must fit the declared ones
   * @return the tensor; valid until the next input with the same name. The caller closes it
   * @throws BackendException if the shape does not fit or the input does not hold numbers
   */
  public OnnxTensor input(String name, Consumer<FloatBuffer> fill, long... shape)
      throws OrtException {
    TensorInfo info = info(name);
    checkShape(name, info.getShape(), shape);
    OnnxTensor tensor = buffers.input(name, info.type, fill, shape);
    if (tensor == null) {
      throw new BackendException(
          Text.format(
              "%s: tensor '%s' must hold numbers, but its type is %s", file, name, info.type));
    }
    return tensor;
  }

  /**
   * Makes a tensor that a run can write an output into, so that large outputs need no new memory.
   *
   * @param name output name
   * @param shape dimensions that the output will have; must fit the declared ones
   * @return the tensor; valid until the next call with the same name. The caller closes it
   */
  public OnnxTensor outputBuffer(String name, long... shape) throws OrtException {
    if (!(outputs.get(name).getInfo() instanceof TensorInfo info)) {
      throw new BackendException(file + ": output '" + name + "' is not a tensor");
    }
    checkShape(name, info.getShape(), shape);
    TensorBuffers.Output output = buffers.output(name, info.type, shape);
    outputBuffers.put(name, output);
    return output.tensor();
  }

  /**
   * Returns whether a value is the latest one that {@link #outputBuffer} made for its name. Such a
   * value is closed by whoever asked for the buffer, not with the result of the run.
   */
  public boolean isOutputBuffer(OnnxValue value) {
    return outputBuffers.values().stream().anyMatch(output -> output.tensor() == value);
  }

  /**
   * Runs the model once.
   *
   * @param feeds every input of the model, by name
   * @param outputs names of outputs that ONNX Runtime allocates
   * @param buffers further outputs, and the {@link #outputBuffer} that each is written into
   * @return all these outputs. The caller closes the result, and separately the buffers
   */
  public OrtSession.Result run(
      Map<String, OnnxTensor> feeds, Set<String> outputs, Map<String, OnnxTensor> buffers)
      throws OrtException {
    return thread.run(session, feeds, outputs, buffers);
  }

  /**
   * Returns the values of an output of 32-bit floats.
   *
   * @param expected the shape that the output must have; -1 for any size
   * @return the values in row-major order; valid until the result or the output buffer is closed
   * @throws BackendException if the shape is another, or the output does not hold floats
   */
  public FloatBuffer floats(OrtSession.Result result, String name, long... expected) {
    OnnxTensor tensor = (OnnxTensor) result.get(name).orElseThrow();
    checkShape(name, expected, tensor.getInfo().getShape());
    TensorBuffers.Output output = outputBuffers.get(name);
    if (output != null && output.tensor() == tensor && output.floats() != null) {
      return output.floats().duplicate().rewind();
    }
    FloatBuffer floats = tensor.getFloatBuffer();
    if (floats == null) {
      throw new BackendException(
          Text.format(
              "%s: tensor '%s' must hold floats, but its type is %s",
              file, name, tensor.getInfo().type));
    }
    return floats;
  }

  private void checkShape(String name, long[] declared, long[] shape) {
    boolean fits = declared.length == shape.length;
    for (int i = 0; fits && i < shape.length; i++) {
      fits = declared[i] < 0 || declared[i] == shape[i];
    }
    if (!fits) {
      throw new BackendException(
          Text.format(
              "%s: tensor '%s' must have shape %s (-1 is any), but was %s%s",
              file,
              name,
              Arrays.toString(declared),
              Arrays.toString(shape),
              differsInImageSize(declared, shape)
                  ? "; the model was exported for one size: use that size, or export the model"
                      + " again with open height and width"
                  : ""));
    }
  }

  /** Whether batch and channels fit and only the fixed height or width of an image differs. */
  private static boolean differsInImageSize(long[] declared, long[] shape) {
    int height = 2;
    return declared.length == IMAGE_RANK
        && shape.length == IMAGE_RANK
        && IntStream.range(0, height).allMatch(i -> declared[i] < 0 || declared[i] == shape[i])
        && IntStream.range(height, IMAGE_RANK).allMatch(i -> declared[i] >= 0);
  }

  /** Frees the model's native memory and deletes its temporary file. */
  @Override
  public void close() {
    try (Closer closer = new Closer()) {
      closer.add(buffers::clear);
      closer.add(weights);
      closer.add(session);
    }
  }
}
