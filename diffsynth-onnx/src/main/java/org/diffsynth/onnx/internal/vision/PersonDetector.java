package org.diffsynth.onnx.internal.vision;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.diffsynth.compute.ComputeOptions;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.Monitor;
import org.diffsynth.internal.text.Text;
import org.diffsynth.onnx.internal.runtime.PlainModel;
import org.diffsynth.onnx.vision.VisionModelSpec;
import org.diffsynth.pose.BoundingBox;

/**
 * Detects people with a YOLOX model, such as the one that is distributed with DWPose.
 *
 * <p>The output is {@code (1, cells, 5 + classes)}. There is one cell per position of three grids
 * with strides of 8, 16 and 32 pixels. The numbers of a cell are:
 *
 * <table>
 *   <caption>Output of a cell</caption>
 *   <tr><th>index<th>meaning
 *   <tr><td>0, 1<td>centre of the box relative to the corner of the cell, in strides
 *   <tr><td>2, 3<td>logarithm of the width and height of the box, in strides
 *   <tr><td>4<td>probability that the cell contains an object
 *   <tr><td>5 and up<td>probability of each class; the first class is a person
 * </table>
 *
 * <p>Boxes with a score of at most 0.3 are dropped. Non-maximum suppression then drops boxes whose
 * intersection over union with a better box is above 0.45.
 *
 * @see <a href="https://arxiv.org/abs/2107.08430">Ge et al. 2021, YOLOX: exceeding YOLO series in
 *     2021</a>
 */
final class PersonDetector implements AutoCloseable {

  private static final int[] STRIDES = {8, 16, 32};
  private static final int OBJECTNESS = 4;
  private static final int PERSON = 5;
  private static final double SCORE_THRESHOLD = 0.3;
  private static final double MAX_INTERSECTION_OVER_UNION = 0.45;

  /** Upper limit for the logarithm of a size in strides, against overflow. */
  private static final double MAX_LOG = 12;

  private final ImageModel model;
  private final List<String> outputs;

  private PersonDetector(ImageModel model, List<String> outputs) {
    this.model = model;
    this.outputs = outputs;
  }

  /**
   * Opens a model that detects people. The caller closes it.
   *
   * @throws IOException if the model cannot be read or has unexpected inputs
   */
  static PersonDetector open(Path file, ComputeOptions options) throws IOException {
    VisionModelSpec spec = VisionModelSpec.convention("yolox");
    ImageModel model = ImageModel.open(file, spec.input(), options);
    try {
      return new PersonDetector(model, DenseMapModel.bound(model, spec.output()));
    } catch (IOException | RuntimeException e) {
      model.close();
      throw e;
    }
  }

  private record Box(double left, double top, double right, double bottom, double score) {

    double intersectionOverUnion(Box other) {
      double width = Math.min(right, other.right) - Math.max(left, other.left);
      double height = Math.min(bottom, other.bottom) - Math.max(top, other.top);
      double intersection = Math.max(0, width) * Math.max(0, height);
      return intersection / (area() + other.area() - intersection);
    }

    double area() {
      return (right - left) * (bottom - top);
    }
  }

  /**
   * Returns the boxes of the people in a frame, in pixels of the frame, in descending order of
   * their scores.
   */
  List<BoundingBox> find(Frame frame, Monitor monitor) {
    ImageModel.Answer answer = model.run(frame, outputs, monitor);
    List<Box> candidates = boxes(answer.outputs().get(0), answer.placement());
    candidates.sort(Comparator.comparingDouble(Box::score).reversed());
    List<Box> kept = new ArrayList<>();
    for (Box box : candidates) {
      if (kept.stream()
          .noneMatch(better -> better.intersectionOverUnion(box) > MAX_INTERSECTION_OVER_UNION)) {
        kept.add(box);
      }
    }
    return kept.stream()
        .map(box -> new BoundingBox(box.left, box.top, box.right - box.left, box.bottom - box.top))
        .toList();
  }

  private List<Box> boxes(PlainModel.Values values, FramePlacement placement) {
    int width = placement.inputWidth();
    int height = placement.inputHeight();
    int cells = 0;
    for (int stride : STRIDES) {
      cells += (width / stride) * (height / stride);
    }
    long[] shape = values.shape();
    if (shape.length != 3 || shape[0] != 1 || shape[1] != cells || shape[2] <= PERSON) {
      throw OutputMaps.wrong(values, Text.format("(1, %d, 5 + classes)", cells), model.file());
    }
    int step = (int) shape[2];
    List<Box> boxes = new ArrayList<>();
    int at = 0;
    for (int stride : STRIDES) {
      for (int y = 0; y < height / stride; y++) {
        for (int x = 0; x < width / stride; x++, at += step) {
          float[] data = values.data();
          double score = data[at + OBJECTNESS] * data[at + PERSON];
          if (score > SCORE_THRESHOLD) {
            double halfWidth = Math.exp(Math.min(data[at + 2], MAX_LOG)) * stride / 2;
            double halfHeight = Math.exp(Math.min(data[at + 3], MAX_LOG)) * stride / 2;
            double middleX = (x + data[at]) * stride;
            double middleY = (y + data[at + 1]) * stride;
            boxes.add(
                new Box(
                    placement.frameX(middleX - halfWidth),
                    placement.frameY(middleY - halfHeight),
                    placement.frameX(middleX + halfWidth),
                    placement.frameY(middleY + halfHeight),
                    score));
          }
        }
      }
    }
    return boxes;
  }

  @Override
  public void close() {
    model.close();
  }
}
