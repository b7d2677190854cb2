package org.diffsynth.cuda;

import java.io.IOException;
import java.io.UncheckedIOException;
import jcuda.JCudaVersion;
import jcuda.LibUtils;
import org.diffsynth.cuda.internal.IsolatedClassLoader;

/** Loads native libraries of JCuda from a private folder; see {@link IsolatedClassLoader}. */
final class NativeLibrary {

  private NativeLibrary() {}

  /**
   * Loads a library, then initialises JCuda's class for it.
   *
   * @param name base name of the library, such as {@code "JCudaDriver"}
   * @param initialize touches the class
   * @throws UnsatisfiedLinkError if the library, or one that it needs, is missing
   * @throws UncheckedIOException with a remedy, if the temporary folder cannot be used for it
   */
  static void load(String name, Runnable initialize) {
    if (!(NativeLibrary.class.getClassLoader() instanceof IsolatedClassLoader loader)) {
      initialize.run(); // a test of this package: JCuda unpacks the library by itself
      return;
    }
    try {
      // First, because JCuda would try its own way after a failure.
      System.loadLibrary(LibUtils.createPlatformLibraryName(name + "-" + JCudaVersion.get()));
      initialize.run();
    } catch (UnsatisfiedLinkError e) {
      String reason = loader.whyNotLoaded(e);
      if (reason == null) {
        throw e;
      }
      throw new UncheckedIOException(reason, new IOException(e));
    } finally {
      loader.deleteUnpacked();
    }
  }
}
