package org.diffsynth.onnx.internal.vision;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.diffsynth.compute.ComputeOptions;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.Monitor;
import org.diffsynth.internal.text.Text;
import org.diffsynth.onnx.internal.runtime.PlainModel;
import org.diffsynth.onnx.vision.HeatMapSpec;
import org.diffsynth.onnx.vision.VisionModelSpec;
import org.diffsynth.pose.KeyPoint;
import org.diffsynth.pose.internal.decoding.HeatMapDecoder;
import org.diffsynth.pose.internal.decoding.PartRegion;

/** Runs the hand network or the face network of OpenPose on a square region of a frame. */
final class HandFaceNetwork implements AutoCloseable {

  private static final int RGB = 3;

  private final ImageModel model;
  private final VisionModelSpec spec;
  private final HeatMapDecoder decoder;
  private final List<String> outputs;
  private final List<Double> scales;
  private final int[] points;

  private HandFaceNetwork(ImageModel model, VisionModelSpec spec, int... points)
      throws IOException {
    this.model = model;
    this.spec = spec;
    this.decoder = new HeatMapDecoder(spec.heat().threshold(), spec.heat().regionBlur());
    this.outputs = DenseMapModel.bound(model, spec.output()).subList(0, 1);
    this.scales = model.isSizeFixed() ? List.of(1.0) : spec.heat().scales();
    this.points = points;
  }

  /**
   * Opens a network that finds the key points of a hand or a face. The caller closes it.
   *
   * @param file model file
   * @param convention name of the convention that describes the network if no JSON file lies beside
   *     it
   * @param points permitted numbers of key points, in descending order; the first that the heat
   *     maps of the model suffice for is used
   * @throws IOException if a file is missing or does not describe heat maps
   */
  static HandFaceNetwork open(Path file, String convention, ComputeOptions options, int... points)
      throws IOException {
    Path json =
        file.resolveSibling(file.getFileName().toString().replaceAll("\\.onnx$", "") + ".json");
    VisionModelSpec spec =
        Files.exists(json) ? VisionModelSpec.read(json) : VisionModelSpec.convention(convention);
    if (spec.kind() != VisionModelSpec.Kind.HEAT_MAPS) {
      throw new IOException(
          Text.format(
              "%s: kind must be heat_maps, as in the convention %s, but was %s",
              json, convention, spec.kind()));
    }
    ImageModel model = ImageModel.open(file, spec.input(), options);
    try {
      return new HandFaceNetwork(model, spec, points);
    } catch (IOException | RuntimeException e) {
      model.close();
      throw e;
    }
  }

  /** Returns the key points in a region, in pixels of the frame. */
  List<KeyPoint> estimate(Frame frame, PartRegion box, Monitor monitor) {
    Frame part = cropped(frame, box);
    HeatMapSpec heat = spec.heat();
    int width = heat.side();
    int height = heat.side();
    int count = 0;
    float[] sum = null;
    for (double scale : scales) {
      ImageModel.Answer answer = model.run(part, scale, outputs, monitor);
      PlainModel.Values values = answer.outputs().get(0);
      OutputMaps maps =
          OutputMaps.of(values, spec.output().layout(), points[points.length - 1], model.file());
      if (sum == null) {
        width = width == 0 ? maps.width() : width;
        height = height == 0 ? maps.height() : height;
        count = pointsOf(maps.count());
        sum = new float[count * width * height];
      }
      add(maps, answer.placement(), sum, width, height);
    }
    return decoder.decode(sum, count, width, height, box.side(), box.side()).stream()
        .map(point -> inFrame(point, box))
        .toList();
  }

  private int pointsOf(int maps) {
    for (int one : points) {
      if (maps >= one) {
        return one;
      }
    }
    throw new IllegalStateException("the model has too few heat maps: " + maps);
  }

  /** Adds the part of each map that shows the region, resized to the common size. */
  private void add(OutputMaps maps, FramePlacement placement, float[] sum, int width, int height) {
    int size = width * height;
    for (int k = 0; k < sum.length / size; k++) {
      float[] map =
          placement.part(
              maps.map(k), maps.width(), maps.height(), width, height, spec.output().filter());
      for (int i = 0; i < size; i++) {
        sum[k * size + i] += map[i] / scales.size();
      }
    }
  }

  private static KeyPoint inFrame(KeyPoint point, PartRegion box) {
    return point.isPresent()
        ? new KeyPoint(point.x() + box.left(), point.y() + box.top(), point.confidence())
        : point;
  }

  private static Frame cropped(Frame frame, PartRegion box) {
    byte[] from = frame.toRgb8();
    int row = box.side() * RGB;
    byte[] rgb = new byte[box.side() * row];
    for (int y = 0; y < box.side(); y++) {
      int at = ((box.top() + y) * frame.width() + box.left()) * RGB;
      System.arraycopy(from, at, rgb, y * row, row);
    }
    return Frame.ofRgb8(box.side(), box.side(), rgb);
  }

  @Override
  public void close() {
    model.close();
  }
}
