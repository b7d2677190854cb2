package org.diffsynth.onnx.internal.vision;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.diffsynth.annotator.DepthAlignment;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.FrameSink;
import org.diffsynth.frame.Monitor;
import org.diffsynth.internal.shots.ShotAnalysis;
import org.diffsynth.io.Resampler;
import org.diffsynth.io.Resampler.Filter;

/**
 * The steady depth of a clip. Depth maps are collected at the size of the model output, aligned
 * shot by shot, and resized to the size of the frames at the end.
 */
public final class ClipDepth {

  private static final int RGB = 3;

  private final DenseMapModel reader;
  private final Filter filter;
  private final List<Frame> maps = new ArrayList<>();
  private final ShotAnalysis analysis = ShotAnalysis.automatic();
  private final List<Integer> starts = new ArrayList<>();
  private int analysed;
  private Frame first;
  private double low;
  private double span;

  /** Creates an object for one clip. */
  public ClipDepth(DenseMapModel reader, Filter filter) {
    this.reader = reader;
    this.filter = filter;
  }

  /** Estimates the depth of the next frame. */
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
    analysis.push(frame);
    while (analysis.isReady()) {
      addShot();
    }
  }

  /** Sets the range of the first frame, which becomes [0, 1] for all frames before alignment. */
  private void range(float[] values) {
    low = values[0];
    double high = values[0];
    for (float value : values) {
      low = Math.min(low, value);
      high = Math.max(high, value);
    }
    span = high > low ? high - low : 1;
  }

  /**
   * Returns the indices of the frames that begin a shot, except 0. No frame may be added
   * afterwards.
   */
  List<Integer> shotStarts() {
    while (analysis.isWaiting()) {
      addShot();
    }
    return starts;
  }

  private void addShot() {
    if (analysis.next().kind() == ShotAnalysis.Kind.STARTS && analysed > 0) {
      starts.add(analysed);
    }
    analysed++;
  }

  /** Returns the steady depth of all frames, at the size of the model output. */
  List<Frame> aligned() {
    return DepthAlignment.align(maps, shotStarts());
  }

  /**
   * Writes the steady depth of all frames at the size of the frames: 16-bit grey frames, near is
   * bright.
   */
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
    float[] scaled =
        Resampler.resizedMap(
            grey, map.size(), 0, 0, map.width(), map.height(), first.size(), filter);
    float[] result = new float[scaled.length * RGB];
    for (int i = 0; i < result.length; i++) {
      result[i] = Math.min(Math.max(scaled[i / RGB], 0), 1);
    }
    return Frame.ofFloat(first.width(), first.height(), result).as(Frame.Depth.UINT16);
  }
}
