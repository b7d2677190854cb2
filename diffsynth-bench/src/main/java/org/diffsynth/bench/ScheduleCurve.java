package org.diffsynth.bench;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.FrameRate;
import org.diffsynth.frame.FrameSource;
import org.diffsynth.io.FrameFiles;
import org.diffsynth.match.NearestNeighborField;
import org.diffsynth.match.PatchMatchOptions;
import org.diffsynth.spi.BlendSession;
import org.diffsynth.spi.BlendSession.Remap;
import org.diffsynth.spi.PatchMatcher;
import org.diffsynth.spi.PatchMatcherProvider;
import org.diffsynth.testkit.scene.MovingScene;

/**
 * Measures time and error of many search settings on many clips. {@link PatchMatchOptions#DEFAULT}
 * was chosen from this table.
 *
 * <p>The frames of a pair are 1 or 6 frames apart. The time is the processor time of one thread for
 * search and remap, in nanoseconds per pixel: the median over repetitions, averaged over pairs. The
 * error is the patch error relative to that of the published settings: the geometric mean over
 * pairs, and, in the last column, the worst pair.
 *
 * <pre>{@code
 * java --add-modules jdk.incubator.vector -cp diffsynth-bench/target/benchmarks.jar \
 *     org.diffsynth.bench.ScheduleCurve FOLDER_OF_PICTURES...
 * }</pre>
 */
public final class ScheduleCurve {

  private static final int REPEATS = 5;
  private static final long SUM = 9;

  private ScheduleCurve() {}

  private record Pair(Frame source, Frame target) {}

  private record Point(double nanosPerPixel, double error) {}

  /**
   * Prints the table for two built-in scenes and the given clips.
   *
   * @param folders folders of pictures, one for each clip; may be empty
   */
  public static void main(String[] folders) throws IOException {
    List<Pair> pairs = new ArrayList<>();
    for (int seed = 1; seed <= 2; seed++) {
      MovingScene scene = Scenes.scene("512x512").withSeed(seed);
      pairs.add(new Pair(scene.guideFrame(4), scene.guideFrame(5)));
      pairs.add(new Pair(scene.guideFrame(4), scene.guideFrame(10)));
    }
    for (String folder : folders) {
      List<Frame> frames = firstFrames(Path.of(folder), 11);
      pairs.add(new Pair(frames.get(0), frames.get(1)));
      pairs.add(new Pair(frames.get(0), frames.get(Math.min(6, frames.size() - 1))));
    }
    List<Point> published = measure(PatchMatchOptions.PUBLISHED, pairs);
    print("PUBLISHED", published, published);
    for (Map.Entry<String, PatchMatchOptions> entry : schedules().entrySet()) {
      print(entry.getKey(), measure(entry.getValue(), pairs), published);
    }
  }

  private static List<Frame> firstFrames(Path folder, int count) throws IOException {
    List<Frame> frames = new ArrayList<>();
    try (FrameSource source = FrameFiles.open(folder, FrameRate.DEFAULT)) {
      for (Frame frame = source.read();
          frame != null && frames.size() < count;
          frame = source.read()) {
        frames.add(frame);
      }
    }
    return frames;
  }

  private static Map<String, PatchMatchOptions> schedules() {
    Map<String, PatchMatchOptions> schedules = new LinkedHashMap<>();
    for (int iterations : new int[] {1, 2, 3, 4, 6, 20}) {
      schedules.put(
          "5 x" + iterations,
          PatchMatchOptions.DEFAULT.withPatchSizes(
              IntStream.generate(() -> 5).limit(iterations).toArray()));
    }
    for (int[] sizes : new int[][] {{3, 3}, {7, 7}, {7, 5}, {9, 5}, {9, 7, 5}}) {
      schedules.put(Arrays.toString(sizes), PatchMatchOptions.DEFAULT.withPatchSizes(sizes));
    }
    for (int probes : new int[] {0, 1, 2, 4, 6}) {
      schedules.put("probes " + probes, PatchMatchOptions.DEFAULT.withRandomProbes(probes, 8));
    }
    for (int radius : new int[] {4, 16, 64}) {
      schedules.put("radius " + radius, PatchMatchOptions.DEFAULT.withRandomProbes(3, radius));
    }
    return schedules;
  }

  private static List<Point> measure(PatchMatchOptions options, List<Pair> pairs) {
    List<Point> points = new ArrayList<>();
    try (PatchMatcher matcher = PatchMatcherProvider.choose("cpu").open(options, 1)) {
      for (Pair pair : pairs) {
        points.add(measure(matcher, pair.source(), pair.target()));
      }
    }
    return points;
  }

  private static Point measure(PatchMatcher matcher, Frame source, Frame target) {
    try (BlendSession session = matcher.openSession(source.width(), source.height())) {
      session.putGuide(0, source);
      session.putGuide(1, target);
      session.putPicture(0, source);
      List<Remap> batch = List.of(new Remap(0, 0, 1, new Remap.Fresh(), SUM, 1, true));
      List<Double> times = new ArrayList<>();
      for (int repeat = -1; repeat < REPEATS; repeat++) {
        long start = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
        session.remap(batch);
        long end = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
        if (repeat >= 0) {
          times.add((double) (end - start) / (source.width() * source.height()));
        }
      }
      Collections.sort(times);
      NearestNeighborField field = session.field(0, 1);
      return new Point(times.get(REPEATS / 2), Scenes.patchError(source, target, field));
    }
  }

  private static void print(String name, List<Point> points, List<Point> published) {
    double time = points.stream().mapToDouble(Point::nanosPerPixel).average().orElseThrow();
    double logarithms = 0;
    double worst = 0;
    for (int i = 0; i < points.size(); i++) {
      double ratio = (points.get(i).error() + 0.01) / (published.get(i).error() + 0.01);
      logarithms += Math.log(ratio);
      worst = Math.max(worst, ratio);
    }
    System.out.printf(
        Locale.ROOT,
        "%-12s %8.1f ns/pixel   error %.3f   worst %.3f%n",
        name,
        time,
        Math.exp(logarithms / points.size()),
        worst);
  }
}
