package org.diffsynth.patchmatch.fast;

import static org.assertj.core.api.Assertions.assertThat;

import org.diffsynth.compute.Availability;
import org.diffsynth.patchmatch.CpuPatchMatcherProvider;
import org.junit.jupiter.api.Test;

class KernelChoiceTest {

  /** Fails, and does not skip, where the build asks for kernels that are not there. */
  @Test
  void get_inThisBuild_isWhatTheBuildAsksFor() {
    KernelChoice choice = KernelChoice.get();
    System.out.println("kernels under test: " + choice);

    assertThat(choice.problem()).isNull();
    assertThat(new CpuPatchMatcherProvider().probe()).isInstanceOf(Availability.Ready.class);
    String wanted = System.getProperty(KernelChoice.PROPERTY, "");
    if (!wanted.isEmpty()) {
      assertThat(choice.vectors()).isEqualTo(wanted.equals("vector"));
    }
  }

  @Test
  void choose_scalar_isScalarWithoutAWord() {
    KernelChoice choice = KernelChoice.choose("scalar", null);

    assertThat(choice.kernels()).isInstanceOf(ScalarKernels.class);
    assertThat(choice.fallback()).isNull();
    assertThat(choice.problem()).isNull();
  }

  @Test
  void choose_nothingAndNoModule_fallsBackAndSaysWhy() {
    KernelChoice choice = KernelChoice.choose("", "the module is not loaded");

    assertThat(choice.kernels()).isInstanceOf(ScalarKernels.class);
    assertThat(choice.fallback()).isEqualTo("the module is not loaded");
    assertThat(choice.problem()).isNull();
  }

  @Test
  void choose_vectorAndNoModule_isAProblem() {
    KernelChoice choice = KernelChoice.choose("vector", "the module is not loaded: add it");

    assertThat(choice.kernels()).isNull();
    assertThat(choice.problem())
        .isEqualTo(
            "the system property diffsynth.cpu asks for vectors, but the module is not loaded:"
                + " add it");
  }

  @Test
  void choose_anythingElse_namesTheValues() {
    assertThat(KernelChoice.choose("fast", null).problem())
        .isEqualTo("the system property diffsynth.cpu must be vector or scalar, was 'fast'");
  }
}
