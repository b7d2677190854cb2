package org.diffsynth.annotator;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.diffsynth.frame.Frame;
import org.diffsynth.internal.text.Text;

/**
 * Makes the depth maps of a clip steady and brings depth into the range that depth ControlNets
 * expect.
 *
 * <p>Depth estimators such as MiDaS and Depth Anything give inverse depth, where near is bright, up
 * to a scale and a shift that are unknown and change from frame to frame: this change is the
 * flicker. {@link #align} estimates the scale and the shift of each frame and removes their
 * changes, shot by shot. The z-buffer of a renderer does not flicker; {@link #fromZBuffer} converts
 * it.
 *
 * <p>All methods may be called by several threads at once.
 */
public final class DepthAlignment {

  private static final int MAX_SAMPLES = 1 << 16;

  /** The range of a shot is found from every 16th sample. */
  private static final int RANGE_STEP = 16;

  /** Share of the samples of a shot that is clipped at each end of the range. */
  private static final double CUT = 0.005;

  private DepthAlignment() {}

  /**
   * Aligns the depth maps of a clip so that depth does not flicker.
   *
   * <p>Each map is transformed by a·d + b, so that it agrees with the preceding map after
   * alignment. The first estimate of a is the ratio of the standard deviations of both maps, and b
   * makes the means equal. Then six rounds follow: pixels whose difference is above 2.5 robust
   * standard deviations, which have moved, are excluded, and a and b are estimated again from the
   * remaining pixels. A ratio of standard deviations is used instead of least squares because least
   * squares would shrink the range a little in every frame. Finally each shot is stretched as a
   * whole to the range from black to white; 0.5 % of its samples are clipped at each end.
   *
   * @param depth inverse depth of each frame, all maps of one size; the first channel is read. Use
   *     16-bit or float maps: 8-bit maps have visible steps
   * @param shotStarts indices of the frames that begin a shot, ascending; 0 may be omitted
   * @return aligned maps of the same size, 16-bit grey, near is bright
   * @throws IllegalArgumentException if the sizes differ, or {@code shotStarts} is not ascending or
   *     names a frame that does not exist
   */
  public static List<Frame> align(List<Frame> depth, List<Integer> shotStarts) {
    check(depth, shotStarts);
    List<Frame> result = new ArrayList<>();
    int start = 0;
    for (int frame = 1; frame <= depth.size(); frame++) {
      if (frame == depth.size() || shotStarts.contains(frame)) {
        result.addAll(alignShot(depth.subList(start, frame)));
        start = frame;
      }
    }
    return List.copyOf(result);
  }

  private static void check(List<Frame> depth, List<Integer> shotStarts) {
    for (int i = 1; i < depth.size(); i++) {
      if (!depth.get(i).sameSize(depth.get(0))) {
        throw new IllegalArgumentException(
            Text.format(
                "all depth maps must have the size of the first, %s, but map %d is %s",
                depth.get(0).size(), i, depth.get(i).size()));
      }
    }
    for (int i = 0; i < shotStarts.size(); i++) {
      int start = shotStarts.get(i);
      if (start < 0 || start >= depth.size() || i > 0 && start <= shotStarts.get(i - 1)) {
        throw new IllegalArgumentException(
            Text.format(
                "shotStarts must ascend within [0, %d], but were %s",
                depth.size() - 1, shotStarts));
      }
    }
  }

  private static List<Frame> alignShot(List<Frame> depth) {
    List<DepthLine> lines = new ArrayList<>();
    float[] before = samples(depth.get(0));
    lines.add(DepthLine.IDENTITY);
    int each = (before.length + RANGE_STEP - 1) / RANGE_STEP;
    float[] all = new float[each * depth.size()];
    thin(before, all, 0);
    for (int i = 1; i < depth.size(); i++) {
      float[] now = samples(depth.get(i));
      DepthLine line = DepthLine.fit(now, before);
      for (int j = 0; j < now.length; j++) {
        now[j] = (float) line.at(now[j]);
      }
      lines.add(line);
      before = now;
      thin(now, all, i * each);
    }
    Arrays.sort(all);
    double black = all[(int) (CUT * (all.length - 1))];
    double white = all[(int) Math.ceil((1 - CUT) * (all.length - 1))];
    double span = white > black ? white - black : 1;
    List<Frame> result = new ArrayList<>();
    for (int i = 0; i < depth.size(); i++) {
      DepthLine line = lines.get(i);
      result.add(mapped(depth.get(i), d -> (line.at(d) - black) / span));
    }
    return result;
  }

  private static void thin(float[] samples, float[] to, int start) {
    for (int i = 0; i < samples.length; i += RANGE_STEP) {
      to[start + i / RANGE_STEP] = samples[i];
    }
  }

  private interface Curve {
    double at(double depth);
  }

  private static Frame mapped(Frame frame, Curve curve) {
    float[] rgb = frame.toFloat();
    for (int i = 0; i < rgb.length; i += 3) {
      float value = (float) Math.min(1, Math.max(0, curve.at(rgb[i])));
      rgb[i] = value;
      rgb[i + 1] = value;
      rgb[i + 2] = value;
    }
    return Frame.ofFloat(frame.width(), frame.height(), rgb).as(Frame.Depth.UINT16);
  }

  /** The first channel of every n-th pixel; n limits the number of samples. */
  private static float[] samples(Frame frame) {
    float[] rgb = frame.toFloat();
    int pixels = rgb.length / 3;
    int step = (pixels + MAX_SAMPLES - 1) / MAX_SAMPLES;
    float[] samples = new float[(pixels + step - 1) / step];
    for (int i = 0; i < samples.length; i++) {
      samples[i] = rgb[3 * i * step];
    }
    return samples;
  }

  /**
   * Converts a linear z-buffer to inverse depth in the range [0, 1], by the formula (1/z − 1/far) /
   * (1/near − 1/far). Use the same near and far plane for all frames of a clip; other values in
   * each frame make the depth flicker.
   *
   * @param zBuffer z-buffer of one frame; the first channel is read. In an 8-bit or 16-bit frame,
   *     black is {@code near} and white is {@code far}. In a float frame, the samples are distances
   *     in the unit of {@code near} and {@code far}
   * @param near distance of the near plane, above 0
   * @param far distance of the far plane, above {@code near}, in the same unit
   * @return a 16-bit grey frame of the same size, near is bright
   * @throws IllegalArgumentException if not 0 &lt; near &lt; far
   */
  public static Frame fromZBuffer(Frame zBuffer, double near, double far) {
    if (!(near > 0 && far > near && far < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException(
          Text.format("near and far must satisfy 0 < near < far, but were %s and %s", near, far));
    }
    boolean distances = zBuffer.depth() == Frame.Depth.FLOAT;
    return mapped(
        zBuffer,
        d -> {
          double z = distances ? Math.max(d, near) : near + d * (far - near);
          return (1 / z - 1 / far) / (1 / near - 1 / far);
        });
  }
}
