package org.diffsynth.onnx.internal.vision;

import java.io.IOException;
import java.util.List;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.Monitor;
import org.diffsynth.internal.text.Text;
import org.diffsynth.onnx.internal.graph.TensorSpec;
import org.diffsynth.onnx.internal.runtime.PlainModel;
import org.diffsynth.onnx.vision.OutputSpec;

/**
 * Runs a model whose outputs are maps with one value per pixel, and converts the maps to frames.
 */
public final class DenseMapModel {

  private static final int RGB = 3;

  private final ImageModel model;
  private final OutputSpec spec;
  private final List<String> outputs;

  /**
   * Selects the outputs of a model.
   *
   * @throws IOException if the model lacks an output that the description names; the message lists
   *     the outputs of the model
   */
  public DenseMapModel(ImageModel model, OutputSpec spec) throws IOException {
    this.model = model;
    this.spec = spec;
    this.outputs = bound(model, spec);
  }

  /**
   * Returns the names of the outputs that a description selects.
   *
   * @throws IOException if the model lacks an output that the description names
   */
  static List<String> bound(ImageModel model, OutputSpec spec) throws IOException {
    List<String> all = model.outputs().stream().map(TensorSpec::name).toList();
    for (String name : spec.tensors()) {
      if (!all.contains(name)) {
        throw new IOException(
            Text.format(
                "%s: expected an output '%s', but found %s",
                model.file(), name, ImageModel.listed(model.outputs())));
      }
    }
    if (!spec.tensors().isEmpty()) {
      return spec.tensors();
    }
    return switch (spec.take()) {
      case FIRST -> all.subList(0, 1);
      case LAST -> all.subList(all.size() - 1, all.size());
      case ALL -> all;
    };
  }

  /**
   * Returns a map of the size of the frame, after the activation and before black and white are
   * set.
   */
  float[] grey(Frame frame, Monitor monitor) {
    ImageModel.Answer answer = model.run(frame, outputs, monitor);
    float[] sum = new float[frame.width() * frame.height()];
    for (PlainModel.Values values : answer.outputs()) {
      OutputMaps maps = OutputMaps.of(values, spec.layout(), spec.plane() + 1, model.file());
      float[] map =
          answer
              .placement()
              .toFrame(maps.map(spec.plane()), maps.width(), maps.height(), spec.filter());
      for (int i = 0; i < sum.length; i++) {
        sum[i] += map[i] / answer.outputs().size();
      }
    }
    for (int i = 0; i < sum.length; i++) {
      sum[i] = activated(sum[i]);
    }
    return sum;
  }

  /** Returns the edges, the lines or the depth of a single frame as a 16-bit grey frame. */
  public Frame greyFrame(Frame frame, Monitor monitor) {
    float[] values = grey(frame, monitor);
    if (spec.distance()) {
      inverse(values);
    }
    Range range = Range.of(spec, values);
    float[] rgb = new float[values.length * RGB];
    for (int i = 0; i < values.length; i++) {
      float sample = range.sample(values[i]);
      for (int c = 0; c < RGB; c++) {
        rgb[i * RGB + c] = sample;
      }
    }
    return Frame.ofFloat(frame.width(), frame.height(), rgb).as(Frame.Depth.UINT16);
  }

  /**
   * Returns inverse depth as the model computes it, at the size of the output map, cropped to the
   * area of the frame, before any scaling.
   */
  DepthMap depth(Frame frame, Monitor monitor) {
    ImageModel.Answer answer = model.run(frame, outputs, monitor);
    OutputMaps maps =
        OutputMaps.of(answer.outputs().get(0), spec.layout(), spec.plane() + 1, model.file());
    DepthMap shown =
        answer
            .placement()
            .shown(maps.map(spec.plane()), maps.width(), maps.height(), spec.filter());
    float[] map = shown.values();
    for (int i = 0; i < map.length; i++) {
      map[i] = activated(map[i]);
    }
    if (spec.distance()) {
      inverse(map);
    }
    if (spec.invert()) {
      for (int i = 0; i < map.length; i++) {
        map[i] = -map[i];
      }
    }
    return shown;
  }

  /**
   * A depth map of one frame.
   *
   * @param width number of columns
   * @param height number of rows
   * @param values {@code (height, width)}
   */
  record DepthMap(int width, int height, float[] values) {}

  /** Returns the surface normals of a frame as the colours of a 16-bit frame. */
  public Frame normalFrame(Frame frame, Monitor monitor) {
    ImageModel.Answer answer = model.run(frame, outputs, monitor);
    OutputMaps maps = OutputMaps.of(answer.outputs().get(0), spec.layout(), RGB, model.file());
    float[] rgb = new float[frame.width() * frame.height() * RGB];
    for (int c = 0; c < RGB; c++) {
      String axis = spec.axes().get(c);
      boolean isInverted = axis.startsWith("-");
      int channel = axis.charAt(axis.length() - 1) - 'x';
      float[] map =
          answer.placement().toFrame(maps.map(channel), maps.width(), maps.height(), spec.filter());
      for (int i = 0; i < map.length; i++) {
        map[i] = activated(map[i]);
      }
      Range range = Range.of(spec, map);
      for (int i = 0; i < map.length; i++) {
        float sample = range.sample(map[i]);
        rgb[i * RGB + c] = isInverted ? 1 - sample : sample;
      }
    }
    return Frame.ofFloat(frame.width(), frame.height(), rgb).as(Frame.Depth.UINT16);
  }

  private float activated(float value) {
    return switch (spec.activation()) {
      case NONE -> value;
      case SIGMOID -> (float) (1 / (1 + StrictMath.exp(-value)));
    };
  }

  /** Converts distances to inverse depth; points behind the camera become infinitely far. */
  private static void inverse(float[] values) {
    for (int i = 0; i < values.length; i++) {
      values[i] = values[i] > 1e-6f ? 1 / values[i] : 0;
    }
  }

  /** The values that become black and white. */
  private record Range(double low, double high, boolean invert) {

    static Range of(OutputSpec spec, float[] values) {
      double low = spec.low() == null ? Double.POSITIVE_INFINITY : spec.low();
      double high = spec.high() == null ? Double.NEGATIVE_INFINITY : spec.high();
      for (float value : values) {
        low = spec.low() == null ? Math.min(low, value) : low;
        high = spec.high() == null ? Math.max(high, value) : high;
      }
      return new Range(low, high, spec.invert());
    }

    /** Maps a value to [0, 1]; a constant map becomes black. */
    float sample(float value) {
      double sample = high > low ? (value - low) / (high - low) : 0;
      double cut = Math.min(Math.max(sample, 0), 1);
      return (float) (invert ? 1 - cut : cut);
    }
  }
}
