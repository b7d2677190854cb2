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
 * Keys and values of one frame at every self-attention, one row per kind of conditioning. Owns its
 * tensors.
 */
final class CachedKeyValues implements AutoCloseable {
  /** Names of the inputs that take them. */
  static final List<String> CACHED =
      List.of(CrossFrameSurgery.CACHED_KEY, CrossFrameSurgery.CACHED_VALUE);

  /** Names of the outputs that give them, in the same order. */
  static final List<String> KEPT =
      List.of(CrossFrameSurgery.KEPT_KEY, CrossFrameSurgery.KEPT_VALUE);

  private final List<Boolean> kinds;
  private final int height;
  private final int width;
  private final Map<String, OnnxTensor> tensors;

  private CachedKeyValues(
      List<Boolean> kinds, int height, int width, Map<String, OnnxTensor> tensors) {
    this.kinds = kinds;
    this.height = height;
    this.width = width;
    this.tensors = tensors;
  }

  /** Takes what a run gave to be kept; the rest of the result stays the caller's to close. */
  static CachedKeyValues take(
      OrtSession.Result result, int sites, List<Boolean> kinds, Latents latents) {
    Map<String, OnnxTensor> tensors = new LinkedHashMap<>();
    for (int site = 0; site < sites; site++) {
      for (int i = 0; i < KEPT.size(); i++) {
        tensors.put(
            CACHED.get(i) + site, (OnnxTensor) result.get(KEPT.get(i) + site).orElseThrow());
      }
    }
    return new CachedKeyValues(List.copyOf(kinds), latents.height(), latents.width(), tensors);
  }

  /** Whether an output is one of those to be kept. */
  static boolean isKept(String output) {
    return KEPT.stream().anyMatch(output::startsWith);
  }

  boolean fits(Latents latents) {
    return height == latents.height() && width == latents.width();
  }

  boolean has(boolean kind) {
    return kinds.contains(kind);
  }

  int rows() {
    return kinds.size();
  }

  /** The row of a kind of conditioning. */
  int row(boolean kind) {
    return kinds.indexOf(kind);
  }

  OnnxTensor tensor(String name) {
    return tensors.get(name);
  }

  /** A copy with the rows of both; for queries that ask at once for what was kept one by one. */
  static CachedKeyValues join(CachedKeyValues first, CachedKeyValues second) throws OrtException {
    List<Boolean> kinds = new ArrayList<>(first.kinds);
    kinds.addAll(second.kinds);
    Map<String, OnnxTensor> tensors = new LinkedHashMap<>();
    try (Closer closer = new Closer()) {
      for (String name : first.tensors.keySet()) {
        OnnxTensor a = first.tensors.get(name);
        OnnxTensor b = second.tensors.get(name);
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
        tensors.put(
            name,
            closer.add(
                OnnxTensor.createTensor(
                    OrtEnvironment.getEnvironment(), joined, shape, info.type)));
      }
      closer.keepOpen();
    }
    return new CachedKeyValues(List.copyOf(kinds), first.height, first.width, tensors);
  }

  @Override
  public void close() {
    try (Closer closer = new Closer()) {
      tensors.values().forEach(closer::add);
    }
    tensors.clear();
  }
}
