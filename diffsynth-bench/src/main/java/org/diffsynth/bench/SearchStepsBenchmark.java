package org.diffsynth.bench;

import java.util.concurrent.TimeUnit;
import org.diffsynth.patchmatch.fast.SearchSteps;
import org.diffsynth.testkit.scene.MovingScene;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Time of the innermost steps of the CPU search on one thread, in milliseconds: the patch error of
 * every pixel, and one sweep over rows and columns.
 *
 * <pre>{@code
 * bench/run.sh results.tsv SearchStepsBenchmark
 * }</pre>
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 3, jvmArgsAppend = Jvm.VECTORS)
public class SearchStepsBenchmark {

  /** Name of the engine that is measured, such as {@code cpu}. */
  @Param({"cpu", "cpu-scalar"})
  public String provider;

  /** Frame size in pixels, width by height. */
  @Param({"256x256", "512x512", "960x540"})
  public String size;

  private SearchSteps steps;

  /** Prepares the pair and checks both steps against the reference. */
  @Setup
  public void open() {
    MovingScene scene = Scenes.scene(size);
    steps =
        new SearchSteps(provider, scene.guideFrame(Scenes.SOURCE), scene.guideFrame(Scenes.TARGET));
    SearchSteps reference =
        new SearchSteps(
            "cpu-scalar", scene.guideFrame(Scenes.SOURCE), scene.guideFrame(Scenes.TARGET));
    Scenes.check(steps.patchErrors() == reference.patchErrors(), "patch error", provider);
    Scenes.check(steps.sweep() == reference.sweep(), "sweep", provider);
  }

  /** Computes the error of the 5 by 5 patch at every pixel. */
  @Benchmark
  public long patchErrors() {
    return steps.patchErrors();
  }

  /** Sweeps once over the rows and once over the columns. */
  @Benchmark
  public int sweep() {
    return steps.sweep();
  }
}
