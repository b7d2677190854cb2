package org.diffsynth.cuda;

import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.diffsynth.Video;
import org.diffsynth.contract.TestFrames;
import org.diffsynth.deflicker.Engine;
import org.diffsynth.deflicker.PatchBlending;
import org.diffsynth.match.PatchMatchOptions;
import org.diffsynth.match.Remap;
import org.diffsynth.spi.Availability;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;
import org.junit.platform.launcher.listeners.TestExecutionSummary;

/**
 * Everything there is to check on a machine with a GPU, as one table on standard output: the
 * contract suites and every kernel on the device, then timings. Run by gpu-check.sh; ends with
 * status 1 if a test failed or was skipped.
 *
 * <p>Arguments: {@code tests} for the tests alone; {@code quick} for small pictures; {@code
 * minutes=N} to blend for so long at the end and watch the memory.
 */
final class GpuCheck {

  private static final int SIDE = 512;
  private static final int ROUNDS = 10;

  private final boolean testsOnly;
  private final boolean quick;
  private final int minutes;

  private GpuCheck(List<String> arguments) {
    testsOnly = arguments.contains("tests");
    quick = arguments.contains("quick");
    minutes =
        arguments.stream()
            .filter(argument -> argument.startsWith("minutes="))
            .mapToInt(argument -> Integer.parseInt(argument.substring("minutes=".length())))
            .findFirst()
            .orElse(0);
  }

  /** See the class. */
  public static void main(String[] arguments) {
    System.exit(new GpuCheck(List.of(arguments)).run() ? 0 : 1);
  }

  private boolean run() {
    Availability probe = new CudaPatchMatcherProvider().probe();
    if (probe instanceof Availability.Missing missing) {
      System.out.println("no GPU to check: " + missing.reason());
      return false;
    }
    row("what", "result");
    row("---", "---");
    CudaDriver driver = CudaDriver.find();
    for (CudaDriver.Gpu gpu : driver.gpus()) {
      row(
          "device cuda:" + gpu.number(),
          gpu.name() + ", compute capability " + gpu.capability() / 10.0);
    }
    row("driver", "CUDA " + driver.version() / 1000 + "." + driver.version() % 1000 / 10);
    row("Java", Runtime.version().toString());
    boolean passed = tests();
    if (passed && !testsOnly) {
      timings();
    }
    return passed;
  }

  private static boolean tests() {
    boolean passed = true;
    for (Class<?> suite :
        List.of(CudaPatchMatcherTest.class, CudaBlendingTest.class, CudaKernelsTest.class)) {
      LauncherDiscoveryRequest request =
          LauncherDiscoveryRequestBuilder.request().selectors(selectClass(suite)).build();
      SummaryGeneratingListener listener = new SummaryGeneratingListener();
      LauncherFactory.create().execute(request, listener);
      TestExecutionSummary summary = listener.getSummary();
      row(
          suite.getSimpleName(),
          "%d of %d passed, %d failed, %d skipped"
              .formatted(
                  summary.getTestsSucceededCount(),
                  summary.getTestsFoundCount(),
                  summary.getTestsFailedCount(),
                  summary.getTestsAbortedCount() + summary.getTestsSkippedCount()));
      summary.printFailuresTo(new PrintWriter(System.err, true), 12);
      passed &=
          summary.getTestsFoundCount() > 0
              && summary.getTestsSucceededCount() == summary.getTestsFoundCount();
    }
    return passed;
  }

  private void timings() {
    int side = quick ? SIDE / 8 : SIDE;
    try (GpuDevice device = new JCudaDevice(CudaDriver.find().gpus().get(0))) {
      bandwidth(device);
      for (int pairs : new int[] {1, 32, 64}) {
        row(
            "a %1$dx%1$d pair, search and remap, in batches of %2$d".formatted(side, pairs),
            "%.4f ms".formatted(millisOfPair(device, side, pairs)));
      }
    }
    int width = quick ? 80 : 640;
    int height = quick ? 48 : 360;
    int frames = quick ? 6 : 24;
    Video guide = TestFrames.pan(frames, width, height, 2, 1, 1);
    Video style = TestFrames.flicker(guide, 2);
    PatchBlending blending = PatchBlending.balanced(15).withEngine(Engine.of("cuda"));
    blending.apply(guide, style);
    long start = System.nanoTime();
    blending.apply(guide, style);
    row(
        "%d frames %dx%d, BALANCED window 15, end to end".formatted(frames, width, height),
        "%.3f s".formatted((System.nanoTime() - start) / 1e9));
    if (minutes > 0) {
      loop(blending, guide, style);
    }
  }

  private void bandwidth(GpuDevice device) {
    long bytes = quick ? 1L << 20 : 1L << 28;
    long from = device.allocate(bytes);
    long to = device.allocate(bytes);
    device.copy(from, to, bytes);
    device.synchronize();
    long start = System.nanoTime();
    for (int i = 0; i < ROUNDS; i++) {
      device.copy(from, to, bytes);
    }
    device.synchronize();
    double seconds = (System.nanoTime() - start) / 1e9;
    device.free(from);
    device.free(to);
    row("memory bandwidth, copying", "%.0f GB/s".formatted(2e-9 * ROUNDS * bytes / seconds));
  }

  /** Best of some rounds; all pairs go to one frame, as a batch of BALANCED does. */
  private double millisOfPair(GpuDevice device, int side, int pairs) {
    Video clip = TestFrames.pan(pairs + 1, side, side, 1, 1, 3);
    long budget = DeviceLimits.DEFAULT.budget(device);
    double best = Double.MAX_VALUE;
    try (DeviceSide work =
        new DeviceSide(device, PatchMatchOptions.DEFAULT, side, side, budget, pairs)) {
      List<Remap> batch = new ArrayList<>();
      for (int i = 0; i <= pairs; i++) {
        short[] samples = clip.frame(i).toRgb16();
        work.putGuide(i, samples);
        if (i > 0) {
          work.putPicture(i, samples);
          batch.add(Remap.fresh(i, i, 0, 0, 1));
        }
      }
      for (int round = 0; round < (quick ? 2 : ROUNDS); round++) {
        work.synchronize();
        long start = System.nanoTime();
        work.remap(batch);
        work.synchronize();
        best = Math.min(best, (System.nanoTime() - start) / 1e6 / pairs);
      }
    }
    return best;
  }

  private void loop(PatchBlending blending, Video guide, Video style) {
    long end = System.nanoTime() + minutes * 60_000_000_000L;
    List<Long> free = new ArrayList<>();
    Video first = blending.apply(guide, style);
    while (System.nanoTime() < end) {
      if (!blending.apply(guide, style).frames().equals(first.frames())) {
        row("loop", "a result differed");
        return;
      }
      try (GpuDevice device = new JCudaDevice(CudaDriver.find().gpus().get(0))) {
        free.add(device.freeBytes());
      }
    }
    row(
        "%d minutes of loop, %d clips".formatted(minutes, free.size()),
        "device memory free at the start %d MiB, at the end %d MiB"
            .formatted(free.get(0) >> 20, free.get(free.size() - 1) >> 20));
  }

  private static void row(String what, String result) {
    System.out.printf(Locale.ROOT, "| %s | %s |%n", what, result);
  }
}
