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
        .hasMessage("diffusion backend 'broken' cannot run here: no driver");
    assertThatThrownBy(() -> DiffusionBackends.choose("gpu", List.of(slow, broken)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("diffusion backend must be one of auto or broken, slow, but was 'gpu'");
    assertThatThrownBy(() -> DiffusionBackends.choose("auto", List.of(broken)))
        .hasMessage("no diffusion backend is ready: broken: no driver");
    assertThatThrownBy(() -> DiffusionBackends.choose("auto", List.of()))
        .hasMessageContaining("org.diffsynth:diffsynth-onnx");
  }

  @Test
  void choose_probeThatThrows_countsAsMissing() {
    DiffusionBackendProvider failing =
        new DiffusionBackendProvider() {
          @Override
          public String name() {
            return "failing";
          }

          @Override
          public Availability probe() {
            throw new IllegalStateException("driver crashed");
          }

          @Override
          public DiffusionBackend open(DiffusionSettings settings) {
            throw new AssertionError("not ready");
          }
        };
    Provider ready = new Provider("ready", new Availability.Ready("CPU", 1));

    assertThat(DiffusionBackends.choose("auto", List.of(failing, ready))).isSameAs(ready);
    assertThatThrownBy(() -> DiffusionBackends.choose("failing", List.of(failing, ready)))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageStartingWith("diffusion backend 'failing' cannot run here: its probe failed")
        .hasMessageEndingWith("driver crashed");
  }
}
