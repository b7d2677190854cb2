package org.diffsynth.onnx.internal.vision;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.diffsynth.compute.ComputeOptions;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.Monitor;
import org.diffsynth.onnx.vision.VisionModelSpec;
import org.diffsynth.pose.BoundingBox;
import org.diffsynth.pose.KeyPoint;
import org.diffsynth.pose.Pose;
import org.diffsynth.pose.PosePerson;
import org.diffsynth.pose.internal.decoding.PartRegion;

/**
 * Adds hands and faces to the bodies that another estimator finds. A hand or face that the other
 * estimator has already found is kept. A part stays empty if its region cannot be derived from the
 * body.
 */
final class WholeBodyEstimator implements PoseEstimator {

  private static final int FACE_POINTS = 70;
  private static final int FACE_POINTS_WITHOUT_PUPILS = 68;

  private final PoseEstimator bodies;
  private HandFaceNetwork hands;
  private HandFaceNetwork faces;

  private WholeBodyEstimator(PoseEstimator bodies) {
    this.bodies = bodies;
  }

  /**
   * Opens the hand and face networks that the description of a body model names.
   *
   * @param bodies estimator of bodies; closed together with the returned estimator, but not if
   *     opening fails
   * @param spec description of the body model
   * @param body file of the body model; the other networks are in the same folder
   */
  static PoseEstimator around(
      PoseEstimator bodies, VisionModelSpec spec, Path body, ComputeOptions options)
      throws IOException {
    WholeBodyEstimator reader = new WholeBodyEstimator(bodies);
    try {
      if (!spec.hand().isEmpty()) {
        Path file = body.resolveSibling(spec.hand());
        reader.hands = HandFaceNetwork.open(file, "openpose-hand", options, PosePerson.HAND_POINTS);
      }
      if (!spec.face().isEmpty()) {
        Path file = body.resolveSibling(spec.face());
        reader.faces =
            HandFaceNetwork.open(
                file, "openpose-face", options, FACE_POINTS, FACE_POINTS_WITHOUT_PUPILS);
      }
    } catch (IOException | RuntimeException e) {
      reader.closeNetworks();
      throw e;
    }
    return reader;
  }

  @Override
  public Pose estimate(Frame frame, List<BoundingBox> boxes, Monitor monitor) {
    return new Pose(
        bodies.estimate(frame, boxes, monitor).people().stream()
            .map(person -> completed(person, frame, monitor))
            .toList());
  }

  private PosePerson completed(PosePerson person, Frame frame, Monitor monitor) {
    int width = frame.width();
    int height = frame.height();
    return new PosePerson(
        person.body(),
        part(person.face(), faces, PartRegion.face(person, width, height), frame, monitor),
        part(person.leftHand(), hands, PartRegion.leftHand(person, width, height), frame, monitor),
        part(
            person.rightHand(),
            hands,
            PartRegion.rightHand(person, width, height),
            frame,
            monitor));
  }

  private static List<KeyPoint> part(
      List<KeyPoint> own,
      HandFaceNetwork network,
      Optional<PartRegion> box,
      Frame frame,
      Monitor monitor) {
    return !own.isEmpty() || network == null || box.isEmpty()
        ? own
        : network.estimate(frame, box.get(), monitor);
  }

  @Override
  public void close() {
    try {
      bodies.close();
    } finally {
      closeNetworks();
    }
  }

  private void closeNetworks() {
    try {
      if (hands != null) {
        hands.close();
      }
    } finally {
      if (faces != null) {
        faces.close();
      }
    }
  }
}
