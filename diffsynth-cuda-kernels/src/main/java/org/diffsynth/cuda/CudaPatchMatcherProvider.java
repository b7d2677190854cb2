package org.diffsynth.cuda;

import java.lang.reflect.Constructor;
import java.util.ArrayList;
import java.util.List;
import org.diffsynth.compute.Availability;
import org.diffsynth.cuda.internal.IsolatedClassLoader;
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
 *
 * <p>The engine and JCuda run in a class loader of their own, so nothing here changes the settings
 * of an application that uses JCuda itself.
 */
public final class CudaPatchMatcherProvider implements PatchMatcherProvider {

  private static final ClassLoader ISOLATED =
      new IsolatedClassLoader(CudaPatchMatcherProvider.class);

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
    return "cuda";
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
    return engine().probe();
  }

  @Override
  public PatchMatcher open(PatchMatchOptions options, int threads) {
    return engine().open(options, threads);
  }

  private PatchMatcherProvider engine() {
    try {
      Constructor<?> constructor =
          ISOLATED.loadClass("org.diffsynth.cuda.CudaEngine").getDeclaredConstructor(List.class);
      constructor.setAccessible(true); // it is in another run-time package than this class
      return (PatchMatcherProvider) constructor.newInstance(wanted);
    } catch (ReflectiveOperationException e) {
      throw new LinkageError("the jar of diffsynth-cuda-kernels is damaged", e);
    }
  }
}
