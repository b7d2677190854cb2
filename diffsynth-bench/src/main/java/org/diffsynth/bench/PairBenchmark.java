package org.diffsynth.bench;

import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.diffsynth.frame.Frame;
import org.diffsynth.match.NearestNeighborField;
import org.diffsynth.match.PatchMatchOptions;
import org.diffsynth.spi.BlendSession;
import org.diffsynth.spi.BlendSession.Remap;
import org.diffsynth.spi.PatchMatcher;
import org.diffsynth.spi.PatchMatcherProvider;
import org.diffsynth.testkit.scene.MovingScene;
import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
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
 * Time of one remap of a pair of frames on one thread, in milliseconds: search a field, carry a
 * picture along it, and add the picture to a sum. Besides the time, the benchmark reports {@code
 * patchError}, the mean squared difference of the 8-bit samples of the matched 5 by 5 patches.
 * Compare times only at similar errors.
 *
 * <pre>{@code
 * bench/run.sh results.tsv PairBenchmark
 * bench/run.sh results.tsv PairBenchmark -p provider=cpu -p size=512x512 -prof gc
 * }</pre>
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 3, jvmArgsAppend = Jvm.VECTORS)
public class PairBenchmark {

  /** Named settings of the PatchMatch search. */
  public enum Schedule {
    /** The default settings, which blending uses. */
    DEFAULT(PatchMatchOptions.DEFAULT),
    /** The settings that FastBlend published. */
    PUBLISHED(PatchMatchOptions.PUBLISHED),
    /** The default settings with twenty iterations, as a reference for high quality. */
    TWENTY(PatchMatchOptions.DEFAULT.withPatchSizes(IntStream.range(0, 20).map(i -> 5).toArray()));

    private final PatchMatchOptions options;

    Schedule(PatchMatchOptions options) {
      this.options = options;
    }
  }

  /** The quality of the result, reported besides the time. */
  @State(Scope.Thread)
  @AuxCounters(AuxCounters.Type.EVENTS)
  public static class Quality {
    /** Mean squared difference of the 8-bit samples of matched patches; 0 is exact. */
    public double patchError;
  }

  private static final long SUM = 100;
  private static final List<Remap> FRESH =
      List.of(remap(Scenes.SOURCE, Scenes.TARGET, new Remap.Fresh()));
  private static final List<Remap> COMPOSED =
      List.of(remap(Scenes.SOURCE, Scenes.TARGET, new Remap.Via(Scenes.MIDDLE)));

  /** Name of the engine that is measured, such as {@code cpu}. */
  @Param({"cpu", "cpu-scalar"})
  public String provider;

  /** Frame size in pixels, width by height. */
  @Param({"256x256", "512x512", "960x540"})
  public String size;

  /** Settings of the PatchMatch search that is measured. */
  @Param({"DEFAULT", "PUBLISHED", "TWENTY"})
  public Schedule schedule;

  private PatchMatcher matcher;
  private BlendSession session;
  private double patchError;

  /** Puts the frames into a session, and compares the results with those of the scalar engine. */
  @Setup
  public void open() {
    MovingScene scene = Scenes.scene(size);
    matcher = PatchMatcherProvider.choose(provider).open(schedule.options, 1);
    session = session(matcher, scene);
    Frame fresh = carried(session, FRESH);
    NearestNeighborField field = session.field(Scenes.SOURCE, Scenes.TARGET);
    patchError =
        Scenes.patchError(scene.guideFrame(Scenes.SOURCE), scene.guideFrame(Scenes.TARGET), field);
    Frame composed = carried(session, COMPOSED);
    try (PatchMatcher scalar = PatchMatcherProvider.choose("cpu-scalar").open(schedule.options, 1);
        BlendSession reference = session(scalar, scene)) {
      Scenes.check(fresh.equals(carried(reference, FRESH)), "pair", provider);
      Scenes.check(field.equals(reference.field(Scenes.SOURCE, Scenes.TARGET)), "field", provider);
      Scenes.check(
          composed.equals(carried(reference, COMPOSED)), "pair from a composed field", provider);
    }
  }

  private static BlendSession session(PatchMatcher matcher, MovingScene scene) {
    Frame first = scene.guideFrame(Scenes.SOURCE);
    BlendSession session = matcher.openSession(first.width(), first.height());
    for (int frame : new int[] {Scenes.SOURCE, Scenes.MIDDLE, Scenes.TARGET}) {
      session.putGuide(frame, scene.guideFrame(frame));
      session.putPicture(frame, scene.flickeringFrame(frame));
    }
    session.remap(
        List.of(
            remap(Scenes.SOURCE, Scenes.MIDDLE, new Remap.Fresh()),
            remap(Scenes.MIDDLE, Scenes.TARGET, new Remap.Fresh())));
    session.take(SUM);
    return session;
  }

  private static Remap remap(int source, int target, Remap.Start start) {
    return new Remap(source, source, target, start, SUM, 1, true);
  }

  /** Closes the session and its matcher. */
  @TearDown(Level.Trial)
  public void close() {
    session.close();
    matcher.close();
  }

  /** Searches from the coarsest level. With {@code -prof gc} it shows what a remap allocates. */
  @Benchmark
  public BlendSession fresh(Quality quality) {
    quality.patchError = patchError;
    session.remap(FRESH);
    return session;
  }

  /** Searches from the two kept fields that lead over a frame between source and target. */
  @Benchmark
  public BlendSession composed() {
    session.remap(COMPOSED);
    return session;
  }

  private static Frame carried(BlendSession session, List<Remap> batch) {
    session.remap(batch);
    return session.take(SUM);
  }
}
