package org.diffsynth.onnx.internal.unet;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.diffsynth.compute.Closer;
import org.diffsynth.diffusion.Latents;
import org.diffsynth.onnx.internal.graph.CrossFrameSurgery;

/**
 * Keys and values of one frame at every self-attention of a model. Each tensor has the shape
 * (branches, tokens, channels): one row per guidance branch. Owns its tensors.
 */
final class CachedKeyValues implements AutoCloseable {
  /** Prefixes of the inputs that take cached keys and values; the number of the site follows. */
  static final List<String> INPUTS =
      List.of(CrossFrameSurgery.CACHED_KEY, CrossFrameSurgery.CACHED_VALUE);

  /** Prefixes of the outputs that return keys and values to cache, in the order of the inputs. */
  static final List<String> OUTPUTS =
      List.of(CrossFrameSurgery.KEPT_KEY, CrossFrameSurgery.KEPT_VALUE);

  private final List<Boolean> branches;
  private final int height;
  private final int width;
  private final Map<String, OnnxTensor> tensors;

  private CachedKeyValues(
      List<Boolean> branches, int height, int width, Map<String, OnnxTensor> tensors) {
    this.branches = branches;
    this.height = height;
    this.width = width;
    this.tensors = tensors;
  }

  /**
   * Takes ownership of the keys and values in the result of a run. All other values of the result
   * stay owned by the caller.
   *
   * @param sites number of self-attentions
   * @param branches guidance branches of the run, in order; true is the negative branch
   * @param latents latents of the run
   */
  static CachedKeyValues of(
      OrtSession.Result result, int sites, List<Boolean> branches, Latents latents) {
    Map<String, OnnxTensor> tensors = new LinkedHashMap<>();
    for (int site = 0; site < sites; site++) {
      for (int i = 0; i < OUTPUTS.size(); i++) {
        tensors.put(
            INPUTS.get(i) + site, (OnnxTensor) result.get(OUTPUTS.get(i) + site).orElseThrow());
      }
    }
    return new CachedKeyValues(List.copyOf(branches), latents.height(), latents.width(), tensors);
  }

  /** Returns whether an output of a model holds keys or values to cache. */
  static boolean isOutput(String name) {
    return OUTPUTS.stream().anyMatch(name::startsWith);
  }

  /** Returns whether these keys and values come from latents with the height and width given. */
  boolean fits(Latents latents) {
    return height == latents.height() && width == latents.width();
  }

  boolean has(boolean branch) {
    return branches.contains(branch);
  }

  /** Returns the number of rows in each tensor. */
  int rows() {
    return branches.size();
  }

  /** Returns the row of a branch; true is the negative branch. */
  int row(boolean branch) {
    return branches.indexOf(branch);
  }

  /** Returns the tensor for an input of {@link #INPUTS} with its site number. */
  OnnxTensor tensor(String input) {
    return tensors.get(input);
  }

  /**
   * Copies two sets of keys and values into one with the rows of both. A call with both branches
   * needs this after calls that evaluated the branches one by one.
   *
   * @return new tensors; both arguments stay open
   */
  static CachedKeyValues join(CachedKeyValues first, CachedKeyValues second) throws OrtException {
    List<Boolean> branches = new ArrayList<>(first.branches);
    branches.addAll(second.branches);
    Map<String, OnnxTensor> tensors = new LinkedHashMap<>();
    try (Closer closer = new Closer()) {
      for (String name : first.tensors.keySet()) {
        tensors.put(name, closer.add(join(first.tensors.get(name), second.tensors.get(name))));
      }
      closer.keepOpen();
    }
    return new CachedKeyValues(List.copyOf(branches), first.height, first.width, tensors);
  }

  private static OnnxTensor join(OnnxTensor a, OnnxTensor b) throws OrtException {
    ByteBuffer bytesA = a.getByteBuffer();
    ByteBuffer bytesB = b.getByteBuffer();
    ByteBuffer joined =
        ByteBuffer.allocateDirect(bytesA.remaining() + bytesB.remaining())
            .order(ByteOrder.nativeOrder())
            .put(bytesA)
            .put(bytesB)
            .flip();
    TensorInfo info = a.getInfo();
    long[] shape = info.getShape().clone();
    shape[0] += b.getInfo().getShape()[0];
    return OnnxTensor.createTensor(OrtEnvironment.getEnvironment(), joined, shape, info.type);
  }

  /** Frees all tensors. A second call does nothing. */
  @Override
  public void close() {
    try (Closer closer = new Closer()) {
      tensors.values().forEach(closer::add);
    }
    tensors.clear();
  }
}
