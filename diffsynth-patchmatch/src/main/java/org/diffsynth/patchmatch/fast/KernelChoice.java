package org.diffsynth.patchmatch.fast;

import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.diffsynth.internal.text.Text;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The kernels that this JVM runs, decided once.
 *
 * @param kernels the kernels; null if there is a problem
 * @param vectors whether they are those of the Vector API
 * @param fallback why there are no vectors although nobody asked for scalar kernels; null otherwise
 * @param problem why the kernels that were asked for cannot run, with the remedy; null if they can
 */
public record KernelChoice(Kernels kernels, boolean vectors, String fallback, String problem) {

  /** The system property that forces kernels. */
  public static final String PROPERTY = "diffsynth.cpu";

  /** Most bytes of strips of the guides used last, for the whole JVM. */
  private static final long CACHE_BYTES = 32L << 20;

  /** Pictures of two searches for one frame that run at the same time. */
  private static final int CACHE_LEAST = 3;

  private static final String MODULE = "jdk.incubator.vector";
  private static final String NOT_LOADED =
      "the module " + MODULE + " is not loaded: start Java with --add-modules " + MODULE;
  private static final Logger LOG = LoggerFactory.getLogger(KernelChoice.class);
  private static final AtomicBoolean WARNED = new AtomicBoolean();

  /** Decides when it is first asked. */
  private static final class Holder {
    static final KernelChoice CHOICE =
        choose(System.getProperty(PROPERTY, ""), readVectorModule() ? null : NOT_LOADED);
  }

  /** Lets this module read the one of the vectors, and returns whether Java has loaded that. */
  private static boolean readVectorModule() {
    Optional<Module> vectors = ModuleLayer.boot().findModule(MODULE);
    vectors.ifPresent(KernelChoice.class.getModule()::addReads);
    return vectors.isPresent();
  }

  public static KernelChoice get() {
    return Holder.CHOICE;
  }

  /**
   * Chooses the kernels that this JVM runs.
   *
   * @param wanted value of the property
   * @param obstacle why there can be no vectors, with the remedy; null if none is known
   */
  static KernelChoice choose(String wanted, String obstacle) {
    switch (wanted) {
      case "scalar":
        return new KernelChoice(new ScalarKernels(), false, null, null);
      case "vector", "":
        break;
      default:
        return new KernelChoice(
            null,
            false,
            null,
            Text.format(
                "the system property %s must be vector or scalar, was '%s'", PROPERTY, wanted));
    }
    String missing = obstacle;
    if (missing == null) {
      try {
        return new KernelChoice(
            new VectorKernels(new StripCache(CACHE_BYTES, CACHE_LEAST)), true, null, null);
      } catch (LinkageError | RuntimeException e) {
        missing = "the vector kernels cannot be used (" + e.getMessage() + ")";
      }
    }
    if (wanted.isEmpty()) {
      return new KernelChoice(new ScalarKernels(), false, missing, null);
    }
    return new KernelChoice(
        null,
        false,
        null,
        Text.format("the system property %s asks for vectors, but %s", PROPERTY, missing));
  }

  /** Logs, once in the life of the JVM, that vectors would be faster. */
  public void warnOnce() {
    if (fallback != null && WARNED.compareAndSet(false, true)) {
      LOG.warn("patch matching runs without vectors and takes about twice as long: {}", fallback);
    }
  }
}
