package org.diffsynth.bench;

import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.diffsynth.compute.ComputeOptions;
import org.diffsynth.deflicker.BlendingStream;
import org.diffsynth.deflicker.PatchBlending;
import org.diffsynth.deflicker.PatchBlending.BlendMode;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.FrameSink;
import org.diffsynth.frame.Monitor;
import org.diffsynth.frame.Video;
import org.diffsynth.testkit.scene.MovingScene;

/**
 * Measures a live source: frames of the built-in scene are pushed one by one into a {@link
 * BlendingStream} on two threads. Prints, for each mode, delay and window, the median and the 99th
 * percentile of the time that a push takes, and the frames per second.
 *
 * <p>The first frames fill the window and are not measured. The arguments are the seconds for each
 * row, the size, and the modes; without modes, FAST, BALANCED and SHARP are measured.
 *
 * <pre>{@code
 * java --add-modules jdk.incubator.vector -cp diffsynth-bench/target/benchmarks.jar \
 *     org.diffsynth.bench.LiveLatency 4 640x360 FAST
 * }</pre>
 */
public final class LiveLatency {

  private static final int SCENE_FRAMES = 48;

  private LiveLatency() {}

  /**
   * Measures and prints a table.
   *
   * @param arguments seconds for each row, size such as {@code 640x360}, and modes
   */
  public static void main(String[] arguments) throws IOException {
    if (arguments.length < 2) {
      throw new IllegalArgumentException("usage: LiveLatency SECONDS WIDTHxHEIGHT [MODE...]");
    }
    double seconds = Double.parseDouble(arguments[0]);
    MovingScene scene = Scenes.scene(arguments[1]).withFrames(SCENE_FRAMES);
    Video guide = Video.readAll(scene.guide());
    Video style = Video.readAll(scene.flickering());
    List<BlendMode> modes =
        arguments.length == 2
            ? List.of(BlendMode.FAST, BlendMode.BALANCED, BlendMode.SHARP)
            : Stream.of(arguments).skip(2).map(BlendMode::valueOf).toList();
    System.out.println(
        "| mode | window | delay | p50, ms | p99, ms | frames per second | CPU ms per frame |");
    System.out.println("|---|---|---|---|---|---|---|");
    for (BlendMode mode : modes) {
      measure(PatchBlending.of(mode, 7).withDelay(2), guide, style, seconds / 2); // warm-up
      for (int window : new int[] {5, 7, 15}) {
        for (int delay : new int[] {0, 2, 4}) {
          PatchBlending blending = PatchBlending.of(mode, window).withDelay(delay);
          Duration before = processorTime();
          double[] times = measure(blending, guide, style, seconds);
          int pushes = times.length + blending.windowRadius();
          print(blending, times, processorTime().minus(before).toMillis() / (double) pushes);
        }
      }
    }
  }

  /** Pushes frames until the time is over, and returns the sorted times of a push in seconds. */
  private static double[] measure(PatchBlending settings, Video guide, Video style, double seconds)
      throws IOException {
    PatchBlending blending = settings.withCompute(ComputeOptions.AUTO.withThreads(2));
    double[] times = new double[100_000];
    int count = 0;
    try (BlendingStream stream =
        blending.open(style.format().withFrameCount(-1), new NoFile(), Monitor.NONE)) {
      double total = 0;
      for (int frame = 0; total < seconds; frame++) {
        int index = pingPong(frame);
        long start = System.nanoTime();
        stream.push(guide.frame(index), style.frame(index));
        double time = (System.nanoTime() - start) * 1e-9;
        if (frame >= blending.windowRadius()) {
          times[count++] = time;
          total += time;
        }
      }
    }
    double[] sorted = Arrays.copyOf(times, count);
    Arrays.sort(sorted);
    return sorted;
  }

  /** Returns the processor time of this process, which other processes hardly change. */
  private static Duration processorTime() {
    return ProcessHandle.current().info().totalCpuDuration().orElse(Duration.ZERO);
  }

  /** Runs forward and backward through the scene, so that it never jumps. */
  private static int pingPong(int frame) {
    int period = 2 * (SCENE_FRAMES - 1);
    int at = frame % period;
    return at < SCENE_FRAMES ? at : period - at;
  }

  private static void print(PatchBlending blending, double[] sorted, double cpu) {
    System.out.printf(
        Locale.ROOT,
        "| %s | %d | %d | %.0f | %.0f | %.1f | %.0f |%n",
        blending.mode(),
        blending.windowRadius(),
        blending.delay().getAsInt(),
        1e3 * sorted[sorted.length / 2],
        1e3 * sorted[(int) Math.min(sorted.length - 1L, sorted.length * 99L / 100)],
        sorted.length / Arrays.stream(sorted).sum(),
        cpu);
  }

  /** Takes finished frames, as a window on the screen would. */
  private static final class NoFile implements FrameSink {
    @Override
    public void write(Frame frame) {}

    @Override
    public void commit() {}

    @Override
    public void close() {}
  }
}
