package org.diffsynth.onnx.internal.vision;

import java.io.IOException;
import java.util.List;
import org.diffsynth.compute.ComputeOptions;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.Monitor;
import org.diffsynth.onnx.vision.VisionModelSpec;
import org.diffsynth.pose.BoundingBox;
import org.diffsynth.pose.Pose;

/** Estimates the poses of the people in a frame. */
public interface PoseEstimator extends AutoCloseable {

  /**
   * Estimates the poses of the people in a frame.
   *
   * @param boxes box of each person in pixels of the frame; empty if the model or its detector
   *     finds people, or if one person fills the frame
   * @return key points in pixels of the frame
   */
  Pose estimate(Frame frame, List<BoundingBox> boxes, Monitor monitor);

  /**
   * Creates an estimator for a body model and opens the detector and the networks for hands and
   * faces that the description names, from the folder of the model.
   *
   * @param model the body model, which the caller closes after the estimator
   * @throws IOException if a file is missing or unsuitable
   */
  static PoseEstimator open(ImageModel model, VisionModelSpec spec, ComputeOptions options)
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

  /** Releases the detector and the networks for hands and faces, but not the body model. */
  @Override
  default void close() {}
}
