package org.diffsynth.bench;

import java.util.concurrent.TimeUnit;
import org.diffsynth.frame.Frame;
import org.diffsynth.match.NearestNeighborField;
import org.diffsynth.match.PatchMatchOptions;
import org.diffsynth.spi.PatchMatcher;
import org.diffsynth.spi.PatchMatcherProvider;
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
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Time to carry one picture along a known field on one thread, in milliseconds. It includes the
 * copies of the picture and the field that {@link PatchMatcher#remap} makes.
 *
 * <pre>{@code
 * bench/run.sh results.tsv RemapBenchmark
 * }</pre>
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 3, jvmArgsAppend = Jvm.VECTORS)
public class RemapBenchmark {

  /** Name of the engine that is measured, such as {@code cpu}. */
  @Param({"cpu", "cpu-scalar"})
  public String provider;

  /** Frame size in pixels, width by height. */
  @Param({"256x256", "512x512", "960x540"})
  public String size;

  private PatchMatcher matcher;
  private Frame picture;
  private NearestNeighborField field;

  /** Finds the field and checks the carried picture against the reference. */
  @Setup
  public void open() {
    MovingScene scene = Scenes.scene(size);
    matcher = PatchMatcherProvider.choose(provider).open(PatchMatchOptions.DEFAULT, 1);
    picture = scene.flickeringFrame(Scenes.SOURCE);
    field = matcher.match(scene.guideFrame(Scenes.SOURCE), scene.guideFrame(Scenes.TARGET));
    try (PatchMatcher reference =
        PatchMatcherProvider.choose("cpu-scalar").open(PatchMatchOptions.DEFAULT, 1)) {
      Scenes.check(remap().equals(reference.remap(picture, field)), "remap", provider);
    }
  }

  /** Closes the matcher after the measurements. */
  @TearDown
  public void close() {
    matcher.close();
  }

  /** Carries the picture along the field once; the time of this method is measured. */
  @Benchmark
  public Frame remap() {
    return matcher.remap(picture, field);
  }
}
