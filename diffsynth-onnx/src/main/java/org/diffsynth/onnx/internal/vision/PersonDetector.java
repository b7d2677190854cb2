package org.diffsynth.onnx.internal.vision;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.Monitor;
import org.diffsynth.onnx.OnnxOptions;
import org.diffsynth.onnx.internal.runtime.PlainModel;
import org.diffsynth.onnx.vision.VisionModelSpec;
import org.diffsynth.pose.BoundingBox;

/**
 * Finds people with a YOLOX detector, the one that DWPose comes with.
 *
 * <p>Its output, {@code (1, cells, 5 + classes)}, has for each cell of grids of stride 8, 16 and 32
 * the box's middle from the cell's corner in strides, the logarithm of its size in strides, whether
 * there is anything, and the probability of each class, people first. Boxes below a score of 0.3,
 * and those that overlap a better one by more than 0.45 of their union, are dropped.
 *
 * @see <a href="https://arxiv.org/abs/2107.08430">Ge et al. 2021, YOLOX</a>
 */
final class PersonDetector implements AutoCloseable {

  private static final int[] STRIDES = {8, 16, 32};
  private static final int OBJECTNESS = 4;
  private static final int PERSON = 5;
  private static final double LEAST_SCORE = 0.3;
  private static final double MOST_OVERLAP = 0.45;

  /** Of a size in strides; more is no box. */
  private static final double MAX_LOG = 12;

  private final ImageModel model;
  private final List<String> outputs;

  private PersonDetector(ImageModel model, List<String> outputs) {
    this.model = model;
    this.outputs = outputs;
  }

  static PersonDetector open(Path file, OnnxOptions options) throws IOException {
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

    double overlap(Box other) {
      double width = Math.min(right, other.right) - Math.max(left, other.left);
      double height = Math.min(bottom, other.bottom) - Math.max(top, other.top);
      double common = Math.max(0, width) * Math.max(0, height);
      return common / (area() + other.area() - common);
    }

    double area() {
      return (right - left) * (bottom - top);
    }
  }

  /** Boxes in pixels of the frame, the surest first. */
  List<BoundingBox> find(Frame frame, Monitor monitor) {
    ImageModel.Answer answer = model.run(frame, outputs, monitor);
    List<Box> candidates = boxes(answer.outputs().get(0), answer.placement());
    candidates.sort(Comparator.comparingDouble(Box::score).reversed());
    List<Box> kept = new ArrayList<>();
    for (Box box : candidates) {
      if (kept.stream().noneMatch(better -> better.overlap(box) > MOST_OVERLAP)) {
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
      throw OutputMaps.wrong(values, "(1, %d, 5 + classes)".formatted(cells), model.file());
    }
    int step = (int) shape[2];
    List<Box> boxes = new ArrayList<>();
    int at = 0;
    for (int stride : STRIDES) {
      for (int y = 0; y < height / stride; y++) {
        for (int x = 0; x < width / stride; x++, at += step) {
          float[] data = values.data();
          double score = data[at + OBJECTNESS] * data[at + PERSON];
          if (score > LEAST_SCORE) {
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
