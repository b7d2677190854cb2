package org.diffsynth.cuda;

import java.util.List;
import org.diffsynth.compute.Availability;
import org.diffsynth.match.PatchMatchOptions;
import org.diffsynth.spi.PatchMatcher;
import org.diffsynth.spi.PatchMatcherProvider;

/** The CUDA engine with its kernels compiled for the CPU. */
public class ShimPatchMatcherProvider implements PatchMatcherProvider {

  private static final long MEMORY = 1L << 30;

  @Override
  public String name() {
    return "cuda-shim";
  }

  @Override
  public Availability probe() {
    return ShimLibrary.missing() == null
        ? new Availability.Ready("CUDA kernels on the CPU", 1)
        : new Availability.Missing(ShimLibrary.missing());
  }

  @Override
  public PatchMatcher open(PatchMatchOptions options, int threads) {
    return new CudaPatchMatcher(
        options, List.of(new ShimDevice("shim", MEMORY)), DeviceLimits.DEFAULT);
  }

  /** Three devices, one running threads backward, that share the work in batches of two pairs. */
  public static final class Several extends ShimPatchMatcherProvider {

    @Override
    public String name() {
      return "cuda-shim-several";
    }

    @Override
    public PatchMatcher open(PatchMatchOptions options, int threads) {
      List<GpuDevice> devices =
          List.of(
              new ShimDevice("shim 0", MEMORY),
              new ShimDevice("shim 1", MEMORY, true),
              new ShimDevice("shim 2", MEMORY));
      return new CudaPatchMatcher(options, devices, new DeviceLimits(0.5, 2));
    }
  }
}
