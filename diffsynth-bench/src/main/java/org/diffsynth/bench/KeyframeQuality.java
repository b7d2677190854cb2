package org.diffsynth.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.diffsynth.deflicker.KeyframeInterpolation;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.FrameRate;
import org.diffsynth.frame.FrameSource;
import org.diffsynth.frame.Video;
import org.diffsynth.io.FrameFiles;

/**
 * Measures key-frame interpolation on a clip whose true frames are known: PSNR of {@link
 * KeyframeInterpolation}, of a linear cross-fade between key frames, and of FastBlend's pairwise
 * interpolation, over all frames that are not key frames.
 *
 * <pre>{@code
 * java --add-modules jdk.incubator.vector -cp diffsynth-bench/target/benchmarks.jar \
 *     org.diffsynth.bench.KeyframeQuality GUIDE_FOLDER TRUTH_FOLDER 5
 * }</pre>
 */
public final class KeyframeQuality {

  private static final long SEED = 1;

  private KeyframeQuality() {}

  /**
   * PSNR in dB of each frame between key frames; larger is better.
   *
   * @param ours by {@link KeyframeInterpolation}
   * @param crossFade by a linear cross-fade
   * @param pairwise by {@link PairwiseInterpolation}
   */
  record Result(List<Double> ours, List<Double> crossFade, List<Double> pairwise) {}

  /**
   * Measures the quality of interpolation between key frames and prints a table.
   *
   * @param arguments folder of the guide, folder of the true frames, distance between key frames
   */
  public static void main(String[] arguments) throws IOException {
    if (arguments.length != 3) {
      throw new IllegalArgumentException("usage: KeyframeQuality GUIDE_FOLDER TRUTH_FOLDER EVERY");
    }
    Video guide = read(Path.of(arguments[0]));
    Video truth = read(Path.of(arguments[1]));
    int every = Integer.parseInt(arguments[2]);
    Result result = measure(guide, truth, every, IntStream.range(0, guide.size()).boxed().toList());
    print("KeyframeInterpolation", result.ours());
    print("cross-fade", result.crossFade());
    print("pairwise (FastBlend)", result.pairwise());
  }

  static Video read(Path folder) throws IOException {
    try (FrameSource source = FrameFiles.open(folder, FrameRate.DEFAULT)) {
      return Video.readAll(source);
    }
  }

  /**
   * Interpolates a clip whose key frames are every n-th true frame and the last one.
   *
   * @param every distance n between key frames
   * @param frames numbers of the frames to measure; key frames among them are skipped
   */
  static Result measure(Video guide, Video truth, int every, List<Integer> frames) {
    TreeMap<Integer, Frame> keys = new TreeMap<>();
    for (int i = 0; i < truth.size(); i++) {
      if (i % every == 0 || i == truth.size() - 1) {
        keys.put(i, truth.frame(i));
      }
    }
    Video ours = KeyframeInterpolation.DEFAULT.apply(guide, keys);
    Result result = new Result(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
    for (int i : frames) {
      if (keys.containsKey(i)) {
        continue;
      }
      Map.Entry<Integer, Frame> before = keys.floorEntry(i);
      Map.Entry<Integer, Frame> after = keys.ceilingEntry(i);
      double share = (double) (i - before.getKey()) / (after.getKey() - before.getKey());
      List<Frame> styles = List.of(before.getValue(), after.getValue());
      List<Frame> guides = List.of(guide.frame(before.getKey()), guide.frame(after.getKey()));
      Frame pairwise =
          PairwiseInterpolation.between(guide.frame(i), guides, styles, share, SEED + i);
      result.ours().add(psnr(ours.frame(i), truth.frame(i)));
      result.crossFade().add(psnr(mixed(styles, share), truth.frame(i)));
      result.pairwise().add(psnr(pairwise, truth.frame(i)));
    }
    return result;
  }

  private static Frame mixed(List<Frame> styles, double share) {
    byte[] left = styles.get(0).toRgb8();
    byte[] right = styles.get(1).toRgb8();
    for (int i = 0; i < left.length; i++) {
      left[i] = (byte) Math.round((1 - share) * (left[i] & 0xFF) + share * (right[i] & 0xFF));
    }
    return Frame.ofRgb8(styles.get(0).width(), styles.get(0).height(), left);
  }

  private static double psnr(Frame found, Frame truth) {
    byte[] a = found.toRgb8();
    byte[] b = truth.toRgb8();
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      int difference = (a[i] & 0xFF) - (b[i] & 0xFF);
      sum += difference * difference;
    }
    return 10 * Math.log10(255.0 * 255 * a.length / sum);
  }

  static void print(String name, List<Double> psnr) {
    System.out.printf(
        Locale.ROOT,
        "%-22s PSNR %.2f dB   worst frame %.2f dB   (%d frames)%n",
        name,
        psnr.stream().mapToDouble(it -> it).average().orElseThrow(),
        psnr.stream().mapToDouble(it -> it).min().orElseThrow(),
        psnr.size());
  }
}
