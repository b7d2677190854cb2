package org.diffsynth.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.function.ToIntFunction;
import jcuda.Pointer;
import jcuda.driver.CUfunction;
import jcuda.driver.CUmodule;
import jcuda.driver.CUstream;
import jcuda.driver.JCudaDriver;

/** What a GPU does at most when it does nothing else; the kernel is in ceilings.cu. */
final class HardwareLimits {

  private static final int ROUNDS = 10;
  private static final int THREADS = 256;
  private static final int CHAINS = 8;
  private static final int UNROLLED = 16;

  private final JCudaDevice device;
  private final boolean quick;

  HardwareLimits(JCudaDevice device, boolean quick) {
    this.device = device;
    this.quick = quick;
  }

  /** Bytes read and written a second by the device's own copy. */
  double bytesPerSecond() {
    long bytes = quick ? 1L << 20 : 1L << 28;
    long from = device.allocate(bytes);
    long to = device.allocate(bytes);
    double seconds = fastest(() -> device.copy(from, to, bytes));
    device.free(from);
    device.free(to);
    return 2.0 * bytes / seconds;
  }

  /** dp4a of single threads a second; what the kernel gives is checked first. */
  double dp4aPerSecond() {
    CUmodule module = new CUmodule();
    check("cuModuleLoadData", stream -> JCudaDriver.cuModuleLoadData(module, ptx()));
    CUfunction kernel = new CUfunction();
    check(
        "cuModuleGetFunction",
        stream -> JCudaDriver.cuModuleGetFunction(kernel, module, "dp4a_ceiling"));
    int blocks = quick ? 2 : 8192;
    int rounds = quick ? 2 : 256;
    long results = device.allocate(4L * THREADS * blocks);
    double seconds = fastest(() -> launch(kernel, blocks, results, rounds));
    int some = 2 * THREADS;
    ByteBuffer host = device.allocateHost(4 * some).order(ByteOrder.LITTLE_ENDIAN);
    device.download(results, host, 4L * some);
    for (int thread = 0; thread < some; thread++) {
      assertThat(host.getInt(4 * thread)).isEqualTo(expected(thread, rounds));
    }
    device.freeHost(host);
    device.free(results);
    check("cuModuleUnload", stream -> JCudaDriver.cuModuleUnload(module));
    return (double) blocks * THREADS * rounds * CHAINS * UNROLLED / seconds;
  }

  private void launch(CUfunction kernel, int blocks, long results, int rounds) {
    Pointer arguments =
        Pointer.to(Pointer.to(new long[] {results}), Pointer.to(new int[] {rounds}));
    check(
        "cuLaunchKernel of dp4a_ceiling",
        stream ->
            JCudaDriver.cuLaunchKernel(
                kernel, blocks, 1, 1, THREADS, 1, 1, 0, stream, arguments, null));
  }

  private static int expected(int thread, int rounds) {
    int factor = thread | 0x01010101;
    int sum = 0;
    for (int k = 0; k < CHAINS; k++) {
      int chain = thread + k;
      for (int i = 0; i < rounds * UNROLLED; i++) {
        int products = 0;
        for (int shift = 0; shift < 32; shift += 8) {
          products += (chain >>> shift & 0xFF) * (factor >>> shift & 0xFF);
        }
        chain += products;
      }
      sum += chain;
    }
    return sum;
  }

  private double fastest(Runnable queued) {
    double best = Double.MAX_VALUE;
    for (int round = 0; round < ROUNDS; round++) {
      device.synchronize();
      long start = System.nanoTime();
      queued.run();
      device.synchronize();
      best = Math.min(best, (System.nanoTime() - start) / 1e9);
    }
    return best;
  }

  private void check(String what, ToIntFunction<CUstream> call) {
    assertThat(device.onStream(call)).as(what).isZero();
  }

  private static byte[] ptx() {
    try (InputStream in = HardwareLimits.class.getResourceAsStream("ceilings.ptx")) {
      byte[] text = in.readAllBytes();
      return Arrays.copyOf(text, text.length + 1);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
