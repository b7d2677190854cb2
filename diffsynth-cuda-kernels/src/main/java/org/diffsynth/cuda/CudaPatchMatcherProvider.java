package org.diffsynth.cuda;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.diffsynth.compute.Availability;
import org.diffsynth.compute.Closer;
import org.diffsynth.internal.text.Text;
import org.diffsynth.match.PatchMatchOptions;
import org.diffsynth.spi.PatchMatcher;
import org.diffsynth.spi.PatchMatcherProvider;

/**
 * Provides the CUDA engine under the name {@code "cuda"}. It needs an NVIDIA driver of version 525
 * or newer and a GPU of compute capability 7.5 (Turing) or higher. It does not need the CUDA
 * toolkit.
 *
 * <p>{@code "cuda"} selects the first usable GPU, {@code "cuda:1"} the GPU with that number, and
 * {@code "cuda:0,1"} several GPUs that share the work. The result does not depend on the selection.
 */
public final class CudaPatchMatcherProvider implements PatchMatcherProvider {

  private static final String NAME = "cuda";
  private static final int SPEED = 1000;

  private final List<Integer> wanted;

  /** Creates a provider of the first usable GPU; called by {@link java.util.ServiceLoader}. */
  public CudaPatchMatcherProvider() {
    this(List.of());
  }

  private CudaPatchMatcherProvider(List<Integer> wanted) {
    this.wanted = wanted;
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public PatchMatcherProvider onDevices(String devices) {
    List<Integer> numbers = new ArrayList<>();
    for (String number : devices.split(",", -1)) {
      if (!number.matches("[0-9]{1,3}") || numbers.contains(Integer.parseInt(number))) {
        throw new IllegalArgumentException(
            "devices must be different numbers such as cuda:0,1, but were cuda:" + devices);
      }
      numbers.add(Integer.parseInt(number));
    }
    return new CudaPatchMatcherProvider(List.copyOf(numbers));
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
            Text.format(
                "there is no device cuda:%d: the driver shows %d, numbered from 0",
                number, driver.gpus().size()));
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
