package org.diffsynth.metrics;

import java.util.ArrayList;
import java.util.List;
import org.diffsynth.frame.Frame;

/**
 * The measured values of one video, collected frame by frame.
 *
 * <p>The warping error of a pair of frames is E_warp = 1/Σ Mᵢ · Σ Mᵢ |Vᵢ − V̂ᵢ|², here additionally
 * divided by 3 for the mean over the channels.
 *
 * <table>
 *   <caption>Notation of Lai et al. 2018, section 4.2</caption>
 *   <tr><th>paper<th>code
 *   <tr><td>V_t, V̂_{t+1}: a frame and the warped next frame<td>{@code before}, {@code after} sampled
 *       at {@code toX}, {@code toY}
 *   <tr><td>M_t, mask of the visible pixels<td>{@code visible}
 *   <tr><td>E_warp<td>{@code warpErrors}
 * </table>
 *
 * @see <a href="https://arxiv.org/abs/1808.00449">Lai et al. 2018, Learning blind video temporal
 *     consistency</a>
 */
final class VideoRecord {

  private final List<Double> warpErrors = new ArrayList<>();
  private final List<Double> pixelErrors = new ArrayList<>();
  private final List<Double> lumas = new ArrayList<>();
  private final List<Double> referenceLumas = new ArrayList<>();
  private final List<Double> psnrStyle = new ArrayList<>();
  private final List<Double> psnrTruth = new ArrayList<>();
  private final List<Double> ssimTruth = new ArrayList<>();
  private double sharpness;
  private double referenceSharpness;
  private Frame previous;

  /**
   * Adds the next frame of the measured video and of its references.
   *
   * @param video next frame of the measured video
   * @param style next frame of the flickering input, or null
   * @param truth next frame of the known steady result, or null
   * @param flow flow of the guide from the previous frame to this one; null for the first frame
   * @param visible for each pixel of the previous frame, whether this frame shows it; null for the
   *     first frame
   */
  void add(Frame video, Frame style, Frame truth, FlowField flow, boolean[] visible) {
    if (flow != null) {
      addPair(video, flow, visible);
    }
    LumaImage grey = LumaImage.of(video);
    lumas.add(FrameStatistics.meanLuma(grey));
    sharpness += FrameStatistics.laplacianVariance(grey);
    Frame reference = truth != null ? truth : style;
    if (reference != null) {
      LumaImage greyReference = LumaImage.of(reference);
      referenceLumas.add(FrameStatistics.meanLuma(greyReference));
      referenceSharpness += FrameStatistics.laplacianVariance(greyReference);
    }
    if (style != null) {
      psnrStyle.add(FrameSimilarity.psnr(video, style));
    }
    if (truth != null) {
      psnrTruth.add(FrameSimilarity.psnr(video, truth));
      ssimTruth.add(FrameSimilarity.ssim(video, truth));
    }
    previous = video;
  }

  private void addPair(Frame video, FlowField flow, boolean[] visible) {
    float[] before = previous.toFloat();
    float[] after = video.toFloat();
    int width = video.width();
    int height = video.height();
    double all = 0;
    long allCount = 0;
    double seen = 0;
    long seenCount = 0;
    for (int y = 0, i = 0; y < height; y++) {
      for (int x = 0; x < width; x++, i++) {
        float toX = x + flow.dx(x, y);
        float toY = y + flow.dy(x, y);
        if (toX < 0 || toX > width - 1 || toY < 0 || toY > height - 1) {
          continue;
        }
        double square = squaredDifference(before, i, after, width, height, toX, toY);
        all += square;
        allCount++;
        if (visible[i]) {
          seen += square;
          seenCount++;
        }
      }
    }
    if (allCount > 0) {
      pixelErrors.add(all / (3 * allCount) * 255 * 255);
    }
    if (seenCount > 0) {
      warpErrors.add(seen / (3 * seenCount));
    }
  }

  /** Sum over the channels; the second frame is sampled bilinearly. */
  private static double squaredDifference(
      float[] before, int i, float[] after, int width, int height, float toX, float toY) {
    int left = Math.min((int) toX, Math.max(0, width - 2));
    int top = Math.min((int) toY, Math.max(0, height - 2));
    int right = Math.min(left + 1, width - 1);
    int bottom = Math.min(top + 1, height - 1);
    float fx = toX - left;
    float fy = toY - top;
    double sum = 0;
    for (int c = 0; c < 3; c++) {
      float upper =
          after[(top * width + left) * 3 + c] * (1 - fx)
              + after[(top * width + right) * 3 + c] * fx;
      float lower =
          after[(bottom * width + left) * 3 + c] * (1 - fx)
              + after[(bottom * width + right) * 3 + c] * fx;
      double difference = before[3 * i + c] - (upper * (1 - fy) + lower * fy);
      sum += difference * difference;
    }
    return sum;
  }

  /** Returns the values over the frames that were added so far. */
  QualityReport report(int frames) {
    List<Double> steps = new ArrayList<>();
    for (int i = 1; i < lumas.size(); i++) {
      steps.add(lumas.get(i) - lumas.get(i - 1));
    }
    return new QualityReport(
        frames,
        mean(pixelErrors),
        mean(warpErrors),
        mean(psnrStyle),
        mean(psnrTruth),
        mean(ssimTruth),
        referenceLumas.isEmpty() ? Double.NaN : sharpness / Math.max(referenceSharpness, 1e-9),
        deviation(steps),
        mean(lumas) - mean(referenceLumas),
        warpErrors,
        lumas,
        psnrTruth.isEmpty() ? psnrStyle : psnrTruth);
  }

  private static double mean(List<Double> values) {
    return values.stream().mapToDouble(Double::doubleValue).average().orElse(Double.NaN);
  }

  private static double deviation(List<Double> values) {
    double mean = mean(values);
    return Math.sqrt(
        values.stream().mapToDouble(v -> (v - mean) * (v - mean)).average().orElse(Double.NaN));
  }
}
