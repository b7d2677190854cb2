package org.diffsynth.onnx.internal.vision;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import org.diffsynth.compute.BackendException;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.Monitor;
import org.diffsynth.internal.text.Text;
import org.diffsynth.onnx.internal.graph.TensorSpec;
import org.diffsynth.onnx.internal.runtime.PlainModel;
import org.diffsynth.onnx.vision.OutputSpec;
import org.diffsynth.onnx.vision.VisionModelSpec;
import org.diffsynth.pose.BoundingBox;
import org.diffsynth.pose.KeyPoint;
import org.diffsynth.pose.Pose;
import org.diffsynth.pose.PosePerson;
import org.diffsynth.pose.internal.decoding.OpenPoseDecoder;

/**
 * Estimates poses with the OpenPose body network, from its heat maps and part affinity fields.
 * Output tensors are recognised by their number of maps: 38 part affinity fields, at least 18 heat
 * maps, or both in one tensor with the heat maps first (57 maps with the background).
 */
final class OpenPoseEstimator implements PoseEstimator {

  private static final int HEAT = OpenPoseDecoder.HEAT_PLANES;
  private static final int AFFINITY = OpenPoseDecoder.AFFINITY_PLANES;

  private final ImageModel model;
  private final OutputSpec spec;
  private final OpenPoseDecoder decoder;
  private final List<String> outputs;

  OpenPoseEstimator(ImageModel model, VisionModelSpec spec) throws IOException {
    this.model = model;
    this.spec = spec.output();
    this.decoder = new OpenPoseDecoder(spec.pose().jointThreshold(), spec.pose().limbThreshold());
    this.outputs =
        this.spec.tensors().isEmpty()
            ? model.outputs().stream().map(TensorSpec::name).toList()
            : DenseMapModel.bound(model, this.spec);
  }

  @Override
  public Pose estimate(Frame frame, List<BoundingBox> boxes, Monitor monitor) {
    if (!boxes.isEmpty()) {
      throw new IllegalArgumentException(
          model.file() + " detects people itself; boxes must be empty, but had " + boxes.size());
    }
    ImageModel.Answer answer = model.run(frame, outputs, monitor);
    OutputMaps heat = null;
    OutputMaps affinity = null;
    for (PlainModel.Values values : answer.outputs()) {
      OutputMaps maps = OutputMaps.of(values, spec.layout(), 1, model.file());
      if (maps.count() == AFFINITY) {
        affinity = maps;
      } else if (maps.count() >= HEAT + AFFINITY) {
        heat = maps;
        affinity = maps;
      } else if (maps.count() >= HEAT) {
        heat = maps;
      }
    }
    if (heat == null
        || affinity == null
        || heat.width() != affinity.width()
        || heat.height() != affinity.height()) {
      throw new BackendException(
          Text.format(
              "%s: expected at least %d heat maps and %d affinity fields of one size, but found %s",
              model.file(),
              HEAT,
              AFFINITY,
              answer.outputs().stream()
                  .map(values -> values.tensor() + Arrays.toString(values.shape()))
                  .toList()));
    }
    return inFrame(decoded(heat, affinity, answer.placement()), answer.placement());
  }

  private Pose decoded(OutputMaps heat, OutputMaps affinity, FramePlacement placement) {
    int pixels = heat.width() * heat.height();
    int from = affinity.data().length - AFFINITY * pixels;
    return decoder.decode(
        heat.data(),
        Arrays.copyOfRange(affinity.data(), from, affinity.data().length),
        heat.width(),
        heat.height(),
        placement.inputWidth(),
        placement.inputHeight());
  }

  private static Pose inFrame(Pose pose, FramePlacement placement) {
    return new Pose(
        pose.people().stream()
            .map(
                person ->
                    PosePerson.ofBody(
                        person.body().stream().map(point -> inFrame(point, placement)).toList()))
            .toList());
  }

  private static KeyPoint inFrame(KeyPoint point, FramePlacement placement) {
    return point.isPresent()
        ? new KeyPoint(placement.frameX(point.x()), placement.frameY(point.y()), point.confidence())
        : KeyPoint.MISSING;
  }
}
