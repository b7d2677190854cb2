package org.diffsynth.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.diffsynth.compute.Availability;
import org.diffsynth.testkit.FakeDiffusionBackend;
import org.junit.jupiter.api.Test;

class DiffusionBackendsTest {

  private record Provider(String name, Availability probe) implements DiffusionBackendProvider {
    @Override
    public DiffusionBackend open(DiffusionSettings settings) {
      return new FakeDiffusionBackend(settings);
    }
  }

  @Test
  void choose_auto_takesTheFastestThatIsReady() {
    Provider slow = new Provider("slow", new Availability.Ready("CPU", 1));
    Provider fast = new Provider("fast", new Availability.Ready("GPU", 9));
    Provider broken = new Provider("broken", new Availability.Missing("no driver"));

    assertThat(DiffusionBackends.choose("auto", List.of(slow, broken, fast))).isSameAs(fast);
    assertThat(DiffusionBackends.choose("slow", List.of(slow, broken, fast))).isSameAs(slow);
    assertThatThrownBy(() -> DiffusionBackends.choose("broken", List.of(slow, broken)))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("backend 'broken' cannot run here: no driver");
    assertThatThrownBy(() -> DiffusionBackends.choose("gpu", List.of(slow, broken)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("backend must be one of auto or broken, slow, was 'gpu'");
    assertThatThrownBy(() -> DiffusionBackends.choose("auto", List.of(broken)))
        .hasMessage("no diffusion backend is ready: broken: no driver");
    assertThatThrownBy(() -> DiffusionBackends.choose("auto", List.of()))
        .hasMessageContaining("org.diffsynth:diffsynth-onnx");
  }
}
