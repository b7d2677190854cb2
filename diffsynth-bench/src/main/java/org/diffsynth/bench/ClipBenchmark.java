package org.diffsynth.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.diffsynth.compute.ComputeOptions;
import org.diffsynth.deflicker.PatchBlending;
import org.diffsynth.deflicker.PatchBlending.BlendMode;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.FrameRate;
import org.diffsynth.frame.Video;
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
 * Time to deflicker a whole clip of the built-in scene with window radius 15, in seconds, from
 * frames in memory to frames in memory. With {@code -p frames=64,128,256,512} it shows how the time
 * grows with the length of the clip.
 *
 * <pre>{@code
 * bench/run.sh results.tsv ClipBenchmark
 * bench/run.sh results.tsv ClipBenchmark -p mode=FAST -p provider=cpu -p threads=1,2
 * }</pre>
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 1)
@Measurement(iterations = 3)
@Fork(value = 3, jvmArgsAppend = Jvm.VECTORS)
public class ClipBenchmark {

  private static final int WINDOW = 15;

  /** Name of the engine that is measured, such as {@code cpu}. */
  @Param({"cpu", "cpu-scalar"})
  public String provider;

  /** Frame size in pixels, width by height. */
  @Param("640x360")
  public String size;

  /** Blend mode that is measured. */
  @Param public BlendMode mode;

  /** Number of frames of the clip. */
  @Param("24")
  public int frames;

  /** Number of CPU threads of the engine. */
  @Param("2")
  public int threads;

  private Video guide;
  private Video style;
  private PatchBlending blending;

  /** Renders the clip, and compares the result of a small clip with that of the scalar engine. */
  @Setup
  public void open() {
    blending =
        PatchBlending.of(mode, WINDOW)
            .withCompute(ComputeOptions.AUTO.withEngine(provider).withThreads(threads));
    render(Scenes.scene("96x64").withFrames(6));
    Video small = blend();
    Video expected =
        blending
            .withCompute(ComputeOptions.AUTO.withEngine("cpu-scalar").withThreads(threads))
            .apply(guide, style);
    Scenes.check(small.frames().equals(expected.frames()), "clip", provider);
    render(Scenes.scene(size).withFrames(frames));
  }

  private void render(MovingScene scene) {
    List<Frame> guides = new ArrayList<>();
    List<Frame> styles = new ArrayList<>();
    for (int frame = 0; frame < scene.frames(); frame++) {
      guides.add(scene.guideFrame(frame));
      styles.add(scene.flickeringFrame(frame));
    }
    guide = Video.of(guides, FrameRate.DEFAULT);
    style = Video.of(styles, FrameRate.DEFAULT);
  }

  /** Deflickers the whole clip once; the time of this method is measured. */
  @Benchmark
  public Video blend() {
    return blending.apply(guide, style);
  }
}
