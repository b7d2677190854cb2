package org.diffsynth.cuda;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.diffsynth.compute.Availability;
import org.diffsynth.compute.Closer;
import org.diffsynth.match.PatchMatchOptions;
import org.diffsynth.spi.PatchMatcher;
import org.diffsynth.spi.PatchMatcherProvider;

/**
 * What {@link CudaPatchMatcherProvider} provides, inside the class loader that keeps JCuda apart
 * from the application.
 */
final class CudaEngine implements PatchMatcherProvider {

  private static final String NAME = "cuda";
  private static final int SPEED = 1000;

  private final List<Integer> wanted;

  /**
   * Creates a provider of some GPUs.
   *
   * @param wanted their numbers, or an empty list for the first usable GPU
   */
  CudaEngine(List<Integer> wanted) {
    this.wanted = wanted;
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public Availability probe() {
    CudaDriver driver = CudaDriver.find();
    if (driver.missing() != null) {
      return new Availability.Missing(driver.missing());
    }
    for (int number : wanted) {
      if (number >= driver.gpus().size()) {
        return new Availability.Missing(
            String.format(
                Locale.ROOT,
                "there is no device cuda:%d: the driver shows %d, numbered from 0",
                number,
                driver.gpus().size()));
      }
      CudaDriver.Gpu gpu = driver.gpus().get(number);
      if (!gpu.isUsable()) {
        return new Availability.Missing(CudaDriver.tooWeak(List.of(gpu)));
      }
    }
    return new Availability.Ready(
        chosen(driver).stream().map(CudaDriver.Gpu::name).collect(Collectors.joining(" + ")),
        SPEED);
  }

  private List<CudaDriver.Gpu> chosen(CudaDriver driver) {
    if (wanted.isEmpty()) {
      return driver.gpus().stream().filter(CudaDriver.Gpu::isUsable).limit(1).toList();
    }
    return wanted.stream().map(driver.gpus()::get).toList();
  }

  @Override
  public PatchMatcher open(PatchMatchOptions options, int threads) {
    if (probe() instanceof Availability.Missing missing) {
      throw new IllegalStateException("backend 'cuda' cannot run here: " + missing.reason());
    }
    List<GpuDevice> devices = new ArrayList<>();
    try (Closer closer = new Closer()) {
      for (CudaDriver.Gpu gpu : chosen(CudaDriver.find())) {
        devices.add(closer.add(new JCudaDevice(gpu)));
      }
      PatchMatcher matcher = new CudaPatchMatcher(options, devices, DeviceLimits.DEFAULT);
      closer.keepOpen(); // the matcher closes them
      return matcher;
    }
  }
}
