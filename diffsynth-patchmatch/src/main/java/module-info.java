/** The CPU patch matcher: the scalar reference, which defines every result, and vector kernels. */
module org.diffsynth.patchmatch {
  requires org.diffsynth.api;
  requires org.slf4j;
  requires static jdk.incubator.vector;

  provides org.diffsynth.spi.PatchMatcherProvider with
      org.diffsynth.patchmatch.CpuPatchMatcherProvider,
      org.diffsynth.patchmatch.ScalarPatchMatcherProvider;
}
