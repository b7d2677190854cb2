package org.diffsynth.onnx.internal.vision;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.diffsynth.annotator.DepthAlignment;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.FrameSink;
import org.diffsynth.frame.Monitor;
import org.diffsynth.onnx.vision.InputSpec.Filter;

/**
 * The depth of a clip: maps are collected at the size the model gives them, aligned shot by shot,
 * and brought to the size of the frames at last.
 */
public final class ClipDepth {

  private static final int RGB = 3;

  private final DenseMapModel reader;
  private final Filter filter;
  private final List<Frame> maps = new ArrayList<>();
  private final ShotBoundaryDetector cuts = new ShotBoundaryDetector();
  private Frame first;
  private double low;
  private double span;

  /** For one clip. */
  public ClipDepth(DenseMapModel reader, Filter filter) {
    this.reader = reader;
    this.filter = filter;
  }

  /** Takes the next frame. */
  public void add(Frame frame, Monitor monitor) {
    DenseMapModel.DepthMap depth = reader.depth(frame, monitor);
    if (first == null) {
      first = frame;
      range(depth.values());
    }
    float[] rgb = new float[depth.values().length * RGB];
    for (int i = 0; i < depth.values().length; i++) {
      float value = (float) ((depth.values()[i] - low) / span);
      for (int c = 0; c < RGB; c++) {
        rgb[i * RGB + c] = value;
      }
    }
    maps.add(Frame.ofFloat(depth.width(), depth.height(), rgb));
    cuts.add(frame);
  }

  /** The first frame's range becomes [0, 1], for all frames: the unit that alignment works in. */
  private void range(float[] values) {
    low = values[0];
    double high = values[0];
    for (float value : values) {
      low = Math.min(low, value);
      high = Math.max(high, value);
    }
    span = high > low ? high - low : 1;
  }

  /** Frames that begin a shot, but for the first. */
  List<Integer> shotStarts() {
    return cuts.starts();
  }

  /** The steady depth of all frames, at the size of the model's maps. */
  List<Frame> aligned() {
    return DepthAlignment.align(maps, cuts.starts());
  }

  /** Writes the steady pictures, at the size of the frames, 16 bit, grey, near bright. */
  public void writeTo(FrameSink sink) throws IOException {
    for (Frame map : aligned()) {
      sink.write(atFrameSize(map));
    }
  }

  private Frame atFrameSize(Frame map) {
    float[] rgb = map.toFloat();
    float[] grey = new float[rgb.length / RGB];
    for (int i = 0; i < grey.length; i++) {
      grey[i] = rgb[i * RGB];
    }
    int width = map.width();
    int height = map.height();
    float[] scaled =
        Resize.map(grey, width, height, 0, 0, width, height, first.width(), first.height(), filter);
    float[] result = new float[scaled.length * RGB];
    for (int i = 0; i < result.length; i++) {
      result[i] = Math.min(Math.max(scaled[i / RGB], 0), 1);
    }
    return Frame.ofFloat(first.width(), first.height(), result).as(Frame.Depth.UINT16);
  }
}
