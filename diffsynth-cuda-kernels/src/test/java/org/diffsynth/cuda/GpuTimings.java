package org.diffsynth.cuda;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import jcuda.driver.CUfunction_attribute;
import jcuda.driver.JCudaDriver;
import org.diffsynth.compute.ComputeOptions;
import org.diffsynth.deflicker.PatchBlending;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.Video;
import org.diffsynth.testkit.TestFrames;

/** Measures the figures of {@link GpuCheck}: the limits of the device, and the engine's speed. */
final class GpuTimings {

  private static final int SIDE = 512;
  private static final int QUICK_SIDE = 64;
  private static final int ROUNDS = 10;
  private static final int LATENT_SIDE = 64;
  private static final int COMPARED_PAIRS = 32;
  private static final long TOLERATED_GROWTH = 4L << 20;

  private final CheckTable table;
  private final boolean quick;
  private final CudaDriver.Gpu gpu = CudaDriver.find().gpus().get(0);

  /** Creates the measurement; {@code quick} uses small pictures and checks no limits. */
  GpuTimings(CheckTable table, boolean quick) {
    this.table = table;
    this.quick = quick;
  }

  /**
   * Runs all measurements.
   *
   * @param minutes time to blend at the end in minutes; 0 to skip it
   * @param compare command of another program to compare with, or null
   */
  void run(double minutes, String compare) throws IOException {
    registers();
    double millisOfPair;
    try (JCudaDevice device = new JCudaDevice(gpu)) {
      millisOfPair = pairs(device);
      latents(device);
    }
    if (compare != null) {
      int side = quick ? QUICK_SIDE : SIDE;
      new ComparedProgram(compare)
          .run(table, BatchWorkload.frames(side, COMPARED_PAIRS), millisOfPair);
    }
    clips(minutes);
  }

  private void registers() {
    KernelContext loaded = KernelContext.join(gpu);
    for (Kernel kernel :
        List.of(
            Kernel.SWEEP, Kernel.MEASURE_AND_PROBE, Kernel.CARRY_AND_ADD, Kernel.NEAREST_LATENTS)) {
      int registers = attribute(loaded, kernel, CUfunction_attribute.CU_FUNC_ATTRIBUTE_NUM_REGS);
      int spilled =
          attribute(loaded, kernel, CUfunction_attribute.CU_FUNC_ATTRIBUTE_LOCAL_SIZE_BYTES);
      table.row(
          kernel.entry() + " as the driver compiled it",
          "%d registers, %d bytes of local memory".formatted(registers, spilled));
    }
    loaded.leave();
  }

  private static int attribute(KernelContext loaded, Kernel kernel, int attribute) {
    int[] value = new int[1];
    int result =
        loaded.inContext(
            () -> JCudaDriver.cuFuncGetAttribute(value, attribute, loaded.function(kernel)));
    if (result != 0) {
      throw loaded.failure("cuFuncGetAttribute of " + kernel.entry(), result);
    }
    return value[0];
  }

  /** Returns milliseconds a pair in batches of 32. */
  private double pairs(JCudaDevice device) {
    int side = quick ? QUICK_SIDE : SIDE;
    HardwareLimits ceilings = new HardwareLimits(device, quick);
    double dp4a = ceilings.dp4aPerSecond();
    table.row("dp4a of single threads, nothing else", figure("%.2f T/s", dp4a / 1e12));
    double bytes = ceilings.bytesPerSecond();
    table.row("memory bandwidth, copying", figure("%.0f GB/s", bytes / 1e9));
    double millisOfCompared = 0;
    for (int pairs : new int[] {1, COMPARED_PAIRS, 64}) {
      double millis;
      try (BatchWorkload work = new BatchWorkload(device, side, pairs)) {
        millis = work.millisOfPair(quick ? 3 : ROUNDS);
      }
      String what = "a %1$dx%1$d pair, search and remap, in batches of %2$d".formatted(side, pairs);
      String result =
          figure(
              "%.4f ms, %.0f %% of the dp4a and %.0f %% of the bandwidth",
              millis,
              100 * BatchWorkload.DP4A_OF_PIXEL * side * side / (millis / 1e3) / dp4a,
              100 * bytesOfPair(device, side, pairs) / (millis / 1e3) / bytes);
      if (quick || pairs == 1) {
        table.row(what, result);
      } else {
        table.atMost(what, 0.5, millis, result);
      }
      if (pairs == COMPARED_PAIRS) {
        millisOfCompared = millis;
      }
    }
    return millisOfCompared;
  }

  private static double bytesOfPair(JCudaDevice device, int side, int pairs) {
    MemoryTraffic tally = new MemoryTraffic(device, pairs);
    try (BatchWorkload work = new BatchWorkload(tally, side, pairs)) {
      work.run();
    }
    return (double) tally.bytes() / pairs;
  }

  /** Both ways to find exact fields; the own kernel is the default until this says otherwise. */
  private void latents(JCudaDevice device) {
    int side = quick ? LATENT_SIDE / 4 : LATENT_SIDE;
    for (int batch : new int[] {1, 32}) {
      String what =
          "exact field between %1$dx%1$d latents, in batches of %2$d".formatted(side, batch);
      double own = millisOfLatents(device, new DirectLatentSearch(device), side, batch);
      table.row(what + ", own kernel", figure("%.4f ms", own));
      if (CublasInt8Gemm.missing() != null) {
        table.row(what + ", cuBLAS", "not measured: " + CublasInt8Gemm.missing());
        continue;
      }
      double products =
          millisOfLatents(
              device, new GemmLatentSearch(device, new CublasInt8Gemm(device)), side, batch);
      table.row(
          what + ", cuBLAS",
          figure("%.4f ms: ", products)
              + (own <= products ? "the own kernel is faster" : "cuBLAS is faster"));
    }
  }

  private double millisOfLatents(GpuDevice device, LatentSearchMethod method, int side, int batch) {
    double best = Double.MAX_VALUE;
    try (LatentSearch search = new LatentSearch(device, method, side, side, batch)) {
      for (int i = 0; i < batch; i++) {
        search.put(
            i, TestFrames.latents(side, side, i, 8), TestFrames.latents(side, side, i + 1, 8));
      }
      for (int round = 0; round < (quick ? 2 : ROUNDS); round++) {
        device.synchronize();
        long start = System.nanoTime();
        search.run();
        device.synchronize();
        best = Math.min(best, (System.nanoTime() - start) / 1e6 / batch);
      }
    }
    return best;
  }

  private void clips(double minutes) {
    int width = quick ? 80 : 640;
    int height = quick ? 48 : 360;
    int frames = quick ? 6 : 24;
    Video guide = TestFrames.pan(frames, width, height, 2, 1, 1);
    Video style = TestFrames.flicker(guide, 2);
    PatchBlending blending =
        PatchBlending.balanced(15).withCompute(ComputeOptions.AUTO.withEngine("cuda"));
    List<Frame> first = blending.apply(guide, style).frames();
    long start = System.nanoTime();
    blending.apply(guide, style);
    double seconds = (System.nanoTime() - start) / 1e9;
    String what =
        "%d frames %dx%d, BALANCED window 15, end to end".formatted(frames, width, height);
    if (quick) {
      table.row(what, figure("%.3f s", seconds));
    } else {
      table.atMost(what, 0.6, seconds, figure("%.3f s", seconds));
    }
    if (minutes > 0) {
      loop(minutes, () -> blending.apply(guide, style).frames().equals(first));
    }
  }

  private interface Blend {
    boolean isAsBefore();
  }

  private void loop(double minutes, Blend blend) {
    String what = "%s minutes of loop".formatted(minutes);
    long end = System.nanoTime() + (long) (minutes * 60e9);
    List<Long> free = new ArrayList<>();
    do {
      if (!blend.isAsBefore()) {
        table.failed(what, "a result differed");
        return;
      }
      try (GpuDevice device = new JCudaDevice(gpu)) {
        free.add(device.freeBytes());
      }
    } while (System.nanoTime() < end);
    long atStart = free.get(0);
    long atEnd = free.get(free.size() - 1);
    String result =
        "%d clips, device memory free at the start %d MiB, at the end %d MiB"
            .formatted(free.size(), atStart >> 20, atEnd >> 20);
    if (atStart - atEnd > TOLERATED_GROWTH) {
      table.failed(what, result + ": it grows");
    } else {
      table.row(what, result);
    }
  }

  private static String figure(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }
}
