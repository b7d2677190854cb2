package org.diffsynth.onnx.internal.vision;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.diffsynth.compute.ComputeOptions;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.Monitor;
import org.diffsynth.internal.text.Text;
import org.diffsynth.onnx.internal.graph.TensorSpec;
import org.diffsynth.onnx.internal.runtime.PlainModel;
import org.diffsynth.onnx.vision.PoseSpec;
import org.diffsynth.onnx.vision.VisionModelSpec;
import org.diffsynth.pose.BoundingBox;
import org.diffsynth.pose.KeyPoint;
import org.diffsynth.pose.Pose;
import org.diffsynth.pose.PosePerson;
import org.diffsynth.pose.internal.decoding.SimccDecoder;

/** Estimates poses with a SimCC network: the network runs once for each box of a person. */
final class SimccPoseEstimator implements PoseEstimator {

  private static final int COCO_BODY = 17;

  private final ImageModel model;
  private final PoseSpec pose;
  private final SimccDecoder decoder;
  private final List<String> outputs;
  private final PersonDetector detector;

  SimccPoseEstimator(ImageModel model, VisionModelSpec spec, ComputeOptions options)
      throws IOException {
    this.model = model;
    this.pose = spec.pose();
    this.decoder = new SimccDecoder(pose.splitRatio(), pose.minConfidence());
    this.outputs =
        spec.output().tensors().isEmpty()
            ? model.outputs().stream().map(TensorSpec::name).toList()
            : DenseMapModel.bound(model, spec.output());
    if (outputs.size() != 2) {
      throw new IOException(
          Text.format(
                  "%s: expected two outputs, the scores of columns and of rows, but found %s; name them in",
                  model.file(), ImageModel.listed(model.outputs()))
              + " output.tensors");
    }
    this.detector =
        spec.detector().isEmpty()
            ? null
            : PersonDetector.open(model.file().resolveSibling(spec.detector()), options);
  }

  @Override
  public Pose estimate(Frame frame, List<BoundingBox> boxes, Monitor monitor) {
    List<PosePerson> found = new ArrayList<>();
    for (BoundingBox box : boxes.isEmpty() ? found(frame, monitor) : boxes) {
      BoundingBox crop = enlarged(box);
      List<PlainModel.Values> scores = model.run(frame, crop, outputs, monitor);
      List<KeyPoint> points = decode(scores, crop);
      if (points.stream().anyMatch(KeyPoint::isPresent)) {
        found.add(person(points));
      }
    }
    return new Pose(found);
  }

  private List<BoundingBox> found(Frame frame, Monitor monitor) {
    return detector == null
        ? List.of(new BoundingBox(0, 0, frame.width(), frame.height()))
        : detector.find(frame, monitor);
  }

  /** Enlarges a box by the scale of the description and to the proportions of the input. */
  private BoundingBox enlarged(BoundingBox box) {
    double width = box.width() * pose.boxScale();
    double height = box.height() * pose.boxScale();
    double ratio = (double) model.spec().width() / model.spec().height();
    if (width > height * ratio) {
      height = width / ratio;
    } else {
      width = height * ratio;
    }
    double centreX = box.left() + box.width() / 2;
    double centreY = box.top() + box.height() / 2;
    return new BoundingBox(centreX - width / 2, centreY - height / 2, width, height);
  }

  private List<KeyPoint> decode(List<PlainModel.Values> scores, BoundingBox crop) {
    PlainModel.Values columns = scores.get(0);
    PlainModel.Values rows = scores.get(1);
    long binsX = Math.round(model.spec().width() * pose.splitRatio());
    long binsY = Math.round(model.spec().height() * pose.splitRatio());
    int points = points(columns, binsX);
    if (points(rows, binsY) != points) {
      throw OutputMaps.wrong(rows, Text.format("(1, %d, %d)", points, binsY), model.file());
    }
    return decoder.decode(columns.data(), rows.data(), points, crop);
  }

  private int points(PlainModel.Values values, long bins) {
    long[] shape = values.shape();
    boolean fits =
        shape.length == 3
            && shape[0] == 1
            && shape[2] == bins
            && (shape[1] == COCO_BODY || shape[1] == SimccDecoder.WHOLE_BODY_POINTS);
    if (!fits) {
      throw OutputMaps.wrong(
          values,
          Text.format(
              "(1, points, %d), %d or %d points", bins, COCO_BODY, SimccDecoder.WHOLE_BODY_POINTS),
          model.file());
    }
    return (int) shape[1];
  }

  private static PosePerson person(List<KeyPoint> points) {
    if (points.size() == SimccDecoder.WHOLE_BODY_POINTS) {
      return SimccDecoder.toOpenPose(points);
    }
    List<KeyPoint> all = new ArrayList<>(points);
    all.addAll(
        Collections.nCopies(SimccDecoder.WHOLE_BODY_POINTS - points.size(), KeyPoint.MISSING));
    return PosePerson.ofBody(SimccDecoder.toOpenPose(all).body());
  }

  @Override
  public void close() {
    if (detector != null) {
      detector.close();
    }
  }
}
