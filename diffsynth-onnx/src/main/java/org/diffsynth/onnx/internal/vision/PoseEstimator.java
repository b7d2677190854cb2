package org.diffsynth.onnx.internal.vision;

import java.io.IOException;
import java.util.List;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.Monitor;
import org.diffsynth.onnx.OnnxOptions;
import org.diffsynth.onnx.vision.VisionModelSpec;
import org.diffsynth.pose.BoundingBox;
import org.diffsynth.pose.Pose;

/** Runs a model whose outputs are people. */
public interface PoseEstimator extends AutoCloseable {

  /**
   * The people in a frame.
   *
   * @param boxes where they are, one each; empty where the model or its detector finds them, or for
   *     one person in the whole frame
   */
  Pose read(Frame frame, List<BoundingBox> boxes, Monitor monitor);

  /**
   * A model of bodies, with the detector and the networks for hands and face that its description
   * names; they are opened from the model's folder.
   *
   * @param model the caller's, who closes it after the reader
   */
  static PoseEstimator open(ImageModel model, VisionModelSpec spec, OnnxOptions options)
      throws IOException {
    PoseEstimator bodies =
        spec.kind() == VisionModelSpec.Kind.SIMCC
            ? new SimccPoseEstimator(model, spec, options)
            : new OpenPoseEstimator(model, spec);
    if (spec.hand().isEmpty() && spec.face().isEmpty()) {
      return bodies;
    }
    try {
      return WholeBodyEstimator.around(bodies, spec, model.file(), options);
    } catch (IOException | RuntimeException e) {
      bodies.close();
      throw e;
    }
  }

  /** Frees what the reader opened: a detector, networks for hands and face; not the model. */
  @Override
  default void close() {}
}
