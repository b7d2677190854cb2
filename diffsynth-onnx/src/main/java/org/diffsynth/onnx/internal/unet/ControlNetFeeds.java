package org.diffsynth.onnx.internal.unet;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.Map;
import org.diffsynth.compute.Closer;
import org.diffsynth.frame.Frame;
import org.diffsynth.onnx.internal.graph.ControlOutputSurgery;
import org.diffsynth.onnx.internal.runtime.ModelSession;
import org.diffsynth.onnx.internal.runtime.RgbPlanes;
import org.diffsynth.spi.UnetInput;
import org.diffsynth.spi.UnetInput.Conditioning;
import org.diffsynth.spi.UnetInput.ControlInput;

/** Inputs that only a ControlNet has: control images and the scale of its residuals. */
record ControlNetFeeds(ModelBinding binding, ModelSession session) {
  private static final int RGB = 3;

  /**
   * Adds control images and scales, one row per guidance branch and frame.
   *
   * @param feeds receives the tensors by input name
   * @param open receives the tensors to close after the run
   */
  void add(ControlInput control, UnetInput input, Map<String, OnnxTensor> feeds, Closer open)
      throws OrtException {
    feeds.put(
        binding.inputs().control().name(), open.add(images(control, input.conditionings().size())));
    feeds.put(ControlOutputSurgery.SCALE, open.add(scales(control, input)));
    if (binding.inputs().fixedScale() != null) {
      String name = binding.inputs().fixedScale().name();
      long[] shape = session.declaredShape(name).length == 0 ? new long[0] : new long[] {1};
      feeds.put(name, open.add(session.input(name, buffer -> buffer.put(1), shape)));
    }
  }

  private OnnxTensor images(ControlInput control, int branches) throws OrtException {
    List<Frame> pictures = control.pictures();
    return session.input(
        binding.inputs().control().name(),
        buffer -> {
          pictures.forEach(picture -> RgbPlanes.put(picture, buffer));
          FloatBuffer firstBranch = buffer.duplicate().flip();
          for (int branch = 1; branch < branches; branch++) {
            buffer.put(firstBranch.rewind());
          }
        },
        (long) pictures.size() * branches,
        RGB,
        pictures.get(0).height(),
        pictures.get(0).width());
  }

  /** A ControlNet that pools its residuals, such as shuffle, acts on the positive branch only. */
  private OnnxTensor scales(ControlInput control, UnetInput input) throws OrtException {
    int frames = input.sample().frames();
    return session.input(
        ControlOutputSurgery.SCALE,
        buffer -> {
          for (Conditioning branch : input.conditionings()) {
            boolean silent = binding.config().globalPool() && branch.negative();
            for (int i = 0; i < frames; i++) {
              buffer.put(silent ? 0 : control.scale());
            }
          }
        },
        (long) frames * input.conditionings().size(),
        1,
        1,
        1);
  }
}
