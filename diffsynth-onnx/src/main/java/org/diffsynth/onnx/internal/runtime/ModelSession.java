package org.diffsynth.onnx.internal.runtime;

import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import ai.onnxruntime.platform.Fp16Conversions;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
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
import org.diffsynth.onnx.internal.graph.OnnxSkeleton;
import org.diffsynth.onnx.internal.proto.ModelProto;

/**
 * One open model. Makes tensors of the element type that the model declares, in buffers that are
 * used again from call to call, and checks their shapes first. Only for the {@link OrtThread}.
 */
public final class ModelSession implements AutoCloseable {
  private final Path file;
  private final OrtThread thread;
  private final OrtEnvironment environment;
  private final OrtSession session;
  private final Map<String, NodeInfo> inputs;
  private final Map<String, NodeInfo> outputs;
  private final Map<String, ByteBuffer> buffers = new HashMap<>();
  private final Map<String, Space> spaces = new HashMap<>();

  /** Where an output is written; floats are null where the model gives another type. */
  private record Space(OnnxTensor tensor, FloatBuffer floats) {}

  private ModelSession(Path file, OrtThread thread, OrtEnvironment environment, OrtSession session)
      throws OrtException {
    this.file = file;
    this.thread = thread;
    this.environment = environment;
    this.session = session;
    this.inputs = session.getInputInfo();
    this.outputs = session.getOutputInfo();
  }

  public static ModelSession open(
      OnnxSkeleton skeleton, OrtThread thread, Device device, int threads) {
    OrtEnvironment environment = OrtEnvironment.getEnvironment();
    try (OrtSession.SessionOptions options = new OrtSession.SessionOptions();
        Closer changed = new Closer()) {
      options.setSessionLogLevel(OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR);
      options.setMemoryPatternOptimization(false);
      options.setDeterministicCompute(true);
      options.setIntraOpNumThreads(threads);
      options.addConfigEntry(
          "session.model_external_initializers_file_folder_path", skeleton.dataFolder().toString());
      device.configure(options);
      ModelProto model = MergedWeights.apply(skeleton, options, changed);
      OrtSession session = environment.createSession(model.toByteArray(), options);
      try {
        return new ModelSession(skeleton.file(), thread, environment, session);
      } catch (OrtException | RuntimeException e) {
        session.close();
        throw e;
      }
    } catch (OrtException e) {
      throw new BackendException(
          "ONNX Runtime does not take " + skeleton.file() + ": " + e.getMessage(), e);
    } catch (IOException e) {
      throw new BackendException("weights cannot be changed: " + e.getMessage(), e);
    }
  }

  public Path file() {
    return file;
  }

  public boolean hasInput(String name) {
    return inputs.containsKey(name);
  }

  /** Declared dimensions of an input, -1 where open. */
  public long[] dims(String name) {
    return info(name).getShape();
  }

  private TensorInfo info(String name) {
    NodeInfo info = inputs.get(name);
    if (info == null || !(info.getInfo() instanceof TensorInfo tensor)) {
      throw new BackendException(file + " has no input tensor '" + name + "'");
    }
    return tensor;
  }

  /** A tensor of what {@code fill} puts into a buffer; valid until the next one of this name. */
  public OnnxTensor tensor(String name, Consumer<FloatBuffer> fill, long... shape)
      throws OrtException {
    TensorInfo info = info(name);
    checkShape(name, info.getShape(), shape);
    int count = Math.toIntExact(Arrays.stream(shape).reduce(1, Math::multiplyExact));
    FloatBuffer floats = buffer(name, 4L * count).asFloatBuffer();
    floats.limit(count);
    fill.accept(floats);
    floats.rewind();
    return switch (info.type) {
      case FLOAT -> OnnxTensor.createTensor(environment, floats, shape);
      case FLOAT16 -> {
        ByteBuffer halves = buffer(name + "/half", 2L * count);
        halves.asShortBuffer().put(Fp16Conversions.convertFloatBufferToFp16Buffer(floats));
        yield OnnxTensor.createTensor(
            environment, halves.limit(2 * count), shape, OnnxJavaType.FLOAT16);
      }
      case INT64 -> {
        ByteBuffer longs = buffer(name + "/long", 8L * count);
        for (int i = 0; i < count; i++) {
          longs.putLong(8 * i, (long) floats.get(i));
        }
        yield OnnxTensor.createTensor(
            environment, longs.limit(8 * count), shape, OnnxJavaType.INT64);
      }
      case INT32 -> {
        ByteBuffer ints = buffer(name + "/int", 4L * count);
        for (int i = 0; i < count; i++) {
          ints.putInt(4 * i, (int) floats.get(i));
        }
        yield OnnxTensor.createTensor(
            environment, ints.limit(4 * count), shape, OnnxJavaType.INT32);
      }
      case DOUBLE -> {
        ByteBuffer doubles = buffer(name + "/double", 8L * count);
        for (int i = 0; i < count; i++) {
          doubles.putDouble(8 * i, floats.get(i));
        }
        yield OnnxTensor.createTensor(
            environment, doubles.limit(8 * count), shape, OnnxJavaType.DOUBLE);
      }
      default ->
          throw new BackendException(
              file + ": tensor '" + name + "' is of type " + info.type + ", expected numbers");
    };
  }

  private ByteBuffer buffer(String name, long bytes) {
    ByteBuffer buffer = buffers.get(name);
    if (buffer == null || buffer.capacity() < bytes) {
      buffer = ByteBuffer.allocateDirect(Math.toIntExact(bytes)).order(ByteOrder.nativeOrder());
      buffers.put(name, buffer);
    }
    return buffer.clear();
  }

  /** Whether pictures or latents are of another height or width than the one that was exported. */
  private static boolean isFixedSize(long[] expected, long[] found) {
    int sides = 2;
    return expected.length == 4
        && found.length == 4
        && IntStream.range(0, sides).allMatch(i -> expected[i] < 0 || expected[i] == found[i])
        && IntStream.range(sides, 4).allMatch(i -> expected[i] >= 0);
  }

  private void checkShape(String name, long[] expected, long[] found) {
    boolean fits = expected.length == found.length;
    for (int i = 0; fits && i < found.length; i++) {
      fits = expected[i] < 0 || expected[i] == found[i];
    }
    if (!fits) {
      throw new BackendException(
          String.format(
              "%s: tensor '%s' is declared as %s (-1 is any), found %s%s",
              file,
              name,
              Arrays.toString(expected),
              Arrays.toString(found),
              isFixedSize(expected, found)
                  ? "; the model was exported for one size: ask for that size, or export it again"
                      + " with open height and width"
                  : ""));
    }
  }

  /**
   * A tensor that a run can write an output into, in a buffer that is used again from run to run:
   * valid until the next one of this name.
   */
  public OnnxTensor space(String output, long... shape) throws OrtException {
    if (!(outputs.get(output).getInfo() instanceof TensorInfo info)) {
      throw new BackendException(file + ": output '" + output + "' is no tensor");
    }
    checkShape(output, info.getShape(), shape);
    int count = Math.toIntExact(Arrays.stream(shape).reduce(1, Math::multiplyExact));
    ByteBuffer bytes = buffer(output + "/out", (long) info.type.size * count);
    bytes.limit(info.type.size * count);
    FloatBuffer floats = info.type == OnnxJavaType.FLOAT ? bytes.asFloatBuffer() : null;
    OnnxTensor tensor =
        floats != null
            ? OnnxTensor.createTensor(environment, floats, shape)
            : OnnxTensor.createTensor(environment, bytes, shape, info.type);
    spaces.put(output, new Space(tensor, floats));
    return tensor;
  }

  /** Whether a value is one that {@link #space} gave last, and so not a result's to close. */
  public boolean isSpace(OnnxValue value) {
    return spaces.values().stream().anyMatch(space -> space.tensor == value);
  }

  /** Runs the model; the caller closes the result. */
  public OrtSession.Result run(Map<String, OnnxTensor> feeds, Set<String> outputs)
      throws OrtException {
    return run(feeds, outputs, Map.of());
  }

  /**
   * Runs the model.
   *
   * @param outputs what is wanted besides
   * @param spaces where outputs are written; the caller closes these and the result
   */
  public OrtSession.Result run(
      Map<String, OnnxTensor> feeds, Set<String> outputs, Map<String, OnnxTensor> spaces)
      throws OrtException {
    return thread.run(session, feeds, outputs, spaces);
  }

  /** The floats of an output of the expected shape, -1 for any; valid until it is closed. */
  public FloatBuffer floats(OrtSession.Result result, String name, long... expected) {
    OnnxTensor tensor = (OnnxTensor) result.get(name).orElseThrow();
    checkShape(name, expected, tensor.getInfo().getShape());
    Space space = spaces.get(name);
    if (space != null && space.tensor == tensor && space.floats != null) {
      return space.floats.duplicate().rewind();
    }
    FloatBuffer floats = tensor.getFloatBuffer();
    if (floats == null) {
      throw new BackendException(
          file + ": tensor '" + name + "' is of type " + tensor.getInfo().type + ", not floats");
    }
    return floats;
  }

  @Override
  public void close() {
    try {
      session.close();
    } catch (OrtException e) {
      throw new BackendException(file + " could not be closed", e);
    } finally {
      buffers.clear();
    }
  }
}
