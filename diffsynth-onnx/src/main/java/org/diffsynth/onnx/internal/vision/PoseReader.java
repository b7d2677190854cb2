package org.diffsynth.onnx.internal.vision;

import java.io.IOException;
import java.util.List;
import org.diffsynth.Frame;
import org.diffsynth.Monitor;
import org.diffsynth.control.Pose;
import org.diffsynth.control.SimccDecoder.Crop;
import org.diffsynth.onnx.annotator.AnnotatorSpec;

/** Runs a model whose outputs are people. */
public interface PoseReader {

  /**
   * The people in a frame.
   *
   * @param boxes where they are, one each; empty for one person in the whole frame, or for a model
   *     that finds people by itself
   */
  Pose read(Frame frame, List<Crop> boxes, Monitor monitor);

  /** A model with OpenPose's heat maps and affinity fields. */
  static PoseReader openPose(PictureModel model, AnnotatorSpec spec) throws IOException {
    return new OpenPoseReader(model, spec);
  }

  /** A model with scores over columns and rows. */
  static PoseReader simcc(PictureModel model, AnnotatorSpec spec) throws IOException {
    return new SimccReader(model, spec);
  }
}
