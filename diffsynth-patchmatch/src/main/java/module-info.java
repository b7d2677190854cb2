/**
 * The CPU engine: matching, carrying, and the agreement and steadying of the default blend. Scalar
 * reference classes define every result; fast classes give the same bytes in less time.
 *
 * <p>The module does not require {@code jdk.incubator.vector}, or javac would warn in every module
 * that requires this one. KernelChoice reads it at run time where Java has loaded it.
 */
@SuppressWarnings("module") // org.diffsynth.metrics is compiled later
module org.diffsynth.patchmatch {
  requires org.diffsynth.api;
  requires org.slf4j;

  exports org.diffsynth.patchmatch.flow to
      org.diffsynth.metrics;

  provides org.diffsynth.spi.PatchMatcherProvider with
      org.diffsynth.patchmatch.CpuPatchMatcherProvider,
      org.diffsynth.patchmatch.ScalarPatchMatcherProvider;
}
