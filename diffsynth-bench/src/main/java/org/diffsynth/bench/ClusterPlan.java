package org.diffsynth.bench;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.PriorityQueue;
import java.util.Random;

/**
 * Predicts how long a film or many clips take on a cluster, from costs that were measured on one
 * machine; see docs/spark.md for the results.
 *
 * <p>Tasks are given to executors as Spark does: each executor that becomes free gets the next task
 * of the list. The cost of a frame varies from shot to shot, and the speed from executor to
 * executor. A task that computes a run of shards first computes the frames before it on which its
 * first frame depends. One task writes the video.
 *
 * <p>Run: {@code java -cp diffsynth-bench/target/benchmarks.jar org.diffsynth.bench.ClusterPlan}
 */
public final class ClusterPlan {

  private static final int[] EXECUTORS = {1, 3, 10, 30, 100, 300, 1000};
  private static final int[] SHARDS = {30, 60, 120, 240, 480};
  private static final int FILM = 2 * 60 * 60 * 24;
  private static final int CLIPS = 10_000;
  private static final int SHOT = 100;
  private static final int TASKS_PER_EXECUTOR = 3;

  /** Frames that a scan task reads besides its own. */
  private static final int SCAN_LEAD = 35;

  private static final int LEAST_SCAN = 500;

  /**
   * Costs on one executor, in seconds.
   *
   * @param name name of the mode
   * @param frame computation of a frame
   * @param halo computation before the first frame of a run
   * @param scan reading a frame and looking for cuts
   * @param mux unpacking and encoding a finished frame
   * @param open starting a task and opening its inputs
   */
  record Costs(String name, double frame, double halo, double scan, double mux, double open) {}

  /**
   * A prediction.
   *
   * @param seconds time from start to end
   * @param work sum of the times of all tasks
   * @param halo sum of the times before the first frames of runs
   */
  record Prediction(double seconds, double work, double halo) {}

  private ClusterPlan() {}

  /**
   * Prints the tables.
   *
   * @param arguments none
   */
  public static void main(String[] arguments) {
    for (Costs costs : measured()) {
      film(costs);
    }
    for (Costs costs : measured()) {
      clips(costs);
    }
  }

  /**
   * Returns the costs for frames of 1280×720 on an executor of 4 cores: processor seconds that were
   * measured at 320×180 with one thread, times 16, over 4 cores that are used to 92 percent. The
   * search for cuts does not depend on the size; the encoder uses two threads.
   */
  static List<Costs> measured() {
    double size = 16;
    double cores = 4 * 0.92;
    double scan = 0.05;
    double mux = 0.0073 * size / 2;
    double fast = 0.19 * size / cores;
    double sharp = 0.50 * size / cores;
    return List.of(
        new Costs("FAST, window 15", fast, 14 * fast, scan, mux, 3),
        new Costs("SHARP, window 15", sharp, 4 * sharp, scan, mux, 3));
  }

  private static void film(Costs costs) {
    System.out.println("Film of " + FILM + " frames of 1280x720, " + costs.name());
    System.out.println(
        "| executors | frames of a shard | hours | speed-up | halo | writing the video |");
    double one = film(costs, 1, 240).seconds();
    for (int executors : EXECUTORS) {
      int best = 240;
      for (int shard : SHARDS) {
        if (film(costs, executors, shard).seconds()
            < 0.98 * film(costs, executors, best).seconds()) {
          best = shard;
        }
      }
      for (int shard : best == 240 ? new int[] {240} : new int[] {240, best}) {
        Prediction found = film(costs, executors, shard);
        System.out.printf(
            Locale.ROOT,
            "| %d | %d | %.1f | %.0f | %.1f %% | %.0f %% |%n",
            executors,
            shard,
            found.seconds() / 3600,
            one / found.seconds(),
            100 * found.halo() / found.work(),
            100 * FILM * costs.mux() / found.seconds());
      }
    }
  }

  /** Predicts a film: parallel scan, runs of shards, and one task that writes the video. */
  static Prediction film(Costs costs, int executors, int shardFrames) {
    Random random = new Random(1);
    double[] speeds = speeds(executors, random);
    int range = Math.max(LEAST_SCAN, FILM / (executors * TASKS_PER_EXECUTOR));
    List<Double> scans = new ArrayList<>();
    for (int from = 0; from < FILM; from += range) {
      int frames = Math.min(range, FILM - from) + SCAN_LEAD;
      scans.add(costs.open() + frames * costs.scan());
    }
    int shards = (FILM + shardFrames - 1) / shardFrames;
    int runs = Math.min(shards, executors * TASKS_PER_EXECUTOR);
    double[] shots = new double[FILM / SHOT + 1];
    for (int i = 0; i < shots.length; i++) {
      shots[i] = Math.exp(0.2 * random.nextGaussian() - 0.02);
    }
    int longest = (shards + runs - 1) / runs * shardFrames;
    List<Double> tasks = new ArrayList<>();
    double halo = 0;
    for (int from = 0; from < FILM; from += longest) {
      double factor = shots[from / SHOT];
      double before = from == 0 ? 0 : costs.halo() * factor;
      double seconds = costs.open() + before;
      for (int frame = from; frame < Math.min(FILM, from + longest); frame++) {
        seconds += costs.frame() * shots[frame / SHOT];
      }
      halo += before;
      tasks.add(seconds);
    }
    double mux = costs.open() + FILM * costs.mux();
    double seconds = scheduled(scans, speeds) + scheduled(tasks, speeds) + mux;
    return new Prediction(seconds, sum(scans) + sum(tasks) + mux, halo);
  }

  private static void clips(Costs costs) {
    System.out.println(CLIPS + " clips of 10 s on average, 1280x720, " + costs.name());
    System.out.println("| executors | hours | speed-up | speed-up, longest first |");
    double one = clips(costs, 1, false).seconds();
    for (int executors : EXECUTORS) {
      double listed = clips(costs, executors, false).seconds();
      double sorted = clips(costs, executors, true).seconds();
      System.out.printf(
          Locale.ROOT,
          "| %d | %.1f | %.0f | %.0f |%n",
          executors,
          listed / 3600,
          one / listed,
          one / sorted);
    }
  }

  /** Predicts many clips, each in one task that also writes its video. */
  static Prediction clips(Costs costs, int executors, boolean longestFirst) {
    Random random = new Random(1);
    double[] speeds = speeds(executors, random);
    List<Double> tasks = new ArrayList<>();
    for (int i = 0; i < CLIPS; i++) {
      double frames = 240 * Math.exp(0.8 * random.nextGaussian() - 0.32);
      double factor = Math.exp(0.2 * random.nextGaussian() - 0.02);
      tasks.add(costs.open() + frames * (costs.frame() * factor + costs.mux()));
    }
    if (longestFirst) {
      tasks.sort(Comparator.reverseOrder());
    }
    return new Prediction(scheduled(tasks, speeds), sum(tasks), 0);
  }

  private static double[] speeds(int executors, Random random) {
    double[] speeds = new double[executors];
    for (int i = 0; i < executors; i++) {
      speeds[i] = Math.exp(0.1 * random.nextGaussian());
    }
    speeds[0] = 1; // the one executor that others are compared with
    return speeds;
  }

  private static double sum(List<Double> seconds) {
    return seconds.stream().mapToDouble(Double::doubleValue).sum();
  }

  /** Returns when the last task ends, if each executor that is free gets the next task. */
  private static double scheduled(List<Double> tasks, double[] speeds) {
    record Free(double at, int executor) {}
    PriorityQueue<Free> free = new PriorityQueue<>(Comparator.comparingDouble(Free::at));
    for (int i = 0; i < speeds.length; i++) {
      free.add(new Free(0, i));
    }
    double end = 0;
    for (double seconds : tasks) {
      Free next = free.remove();
      double at = next.at() + seconds / speeds[next.executor()];
      end = Math.max(end, at);
      free.add(new Free(at, next.executor()));
    }
    return end;
  }
}
