package org.diffsynth.onnx.internal.vision;

import java.io.IOException;
import java.util.List;
import org.diffsynth.Frame;
import org.diffsynth.Monitor;
import org.diffsynth.control.Pose;
import org.diffsynth.control.SimccDecoder.Crop;
import org.diffsynth.onnx.OnnxOptions;
import org.diffsynth.onnx.annotator.AnnotatorSpec;

/** Runs a model whose outputs are people. */
public interface PoseReader extends AutoCloseable {

  /**
   * The people in a frame.
   *
   * @param boxes where they are, one each; empty where the model or its detector finds them, or for
   *     one person in the whole frame
   */
  Pose read(Frame frame, List<Crop> boxes, Monitor monitor);

  /** A model with OpenPose's heat maps and affinity fields. */
  static PoseReader openPose(PictureModel model, AnnotatorSpec spec) throws IOException {
    return new OpenPoseReader(model, spec);
  }

  /** Frees a detector, where there is one; the model is the caller's. */
  @Override
  default void close() {}

  /** A model with scores over columns and rows; opens its detector beside it. */
  static PoseReader simcc(PictureModel model, AnnotatorSpec spec, OnnxOptions options)
      throws IOException {
    return new SimccReader(model, spec, options);
  }
}
