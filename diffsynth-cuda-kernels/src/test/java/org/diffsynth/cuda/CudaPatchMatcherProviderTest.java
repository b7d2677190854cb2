package org.diffsynth.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.util.List;
import org.diffsynth.compute.Availability;
import org.diffsynth.match.PatchMatchOptions;
import org.diffsynth.spi.PatchMatcherProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CudaPatchMatcherProviderTest {

  private static final PatchMatcherProvider CUDA = new CudaPatchMatcherProvider();

  @Test
  void providers_serviceLoader_findsCuda() {
    assertThat(PatchMatcherProvider.all()).extracting(PatchMatcherProvider::name).contains("cuda");
  }

  @Test
  void probe_noDriver_saysWhatToDoAndOpenRepeatsIt() {
    assumeThat(CUDA.probe()).isInstanceOf(Availability.Missing.class);

    String reason = ((Availability.Missing) CUDA.probe()).reason();

    assertThat(reason)
        .isEqualTo(
            "there is no NVIDIA driver: install version 525 or newer, or in a container pass the"
                + " GPU through (docker run --gpus all)");
    assertThatThrownBy(() -> CUDA.open(PatchMatchOptions.DEFAULT, 1))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining(reason);
  }

  @Test
  void probe_again_isCheapAndKeepsTheTemporaryFolder() {
    String before = System.getProperty("java.io.tmpdir");
    CUDA.probe();
    long start = System.nanoTime();
    CUDA.probe();

    assertThat(System.nanoTime() - start).isLessThan(10_000_000);
    assertThat(System.getProperty("java.io.tmpdir")).isEqualTo(before);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a", "0,", "-1", "0,0", "1 ", "9999"})
  void onDevices_noListOfNumbers_isRefused(String devices) {
    assertThatThrownBy(() -> CUDA.onDevices(devices))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("devices must be different numbers such as cuda:0,1, but were cuda:" + devices);
  }

  @Test
  void choose_devicesOfABackendWithoutAny_isRefused() {
    assertThatThrownBy(() -> PatchMatcherProvider.choose("cpu-scalar:1"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("engine 'cpu-scalar' has no devices to choose from, but was 'cpu-scalar:1'");
  }

  @Test
  void whyNotLoaded_nativesMissing_namesTheArtifact() {
    assertThat(CudaDriver.whyNotLoaded("No resource found with name '/lib/libJCudaDriver.so'"))
        .contains("org.jcuda:jcuda-natives");
  }

  @Test
  void tooWeak_oldGpu_namesWhatIsNeeded() {
    assertThat(CudaDriver.tooWeak(List.of(new CudaDriver.Gpu(0, "Old GPU", 61))))
        .isEqualTo(
            "Old GPU has compute capability 6.1, 7.5 is needed: a GPU of the Turing generation or"
                + " newer");
  }
}
