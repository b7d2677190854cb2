package org.diffsynth.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.atomic.AtomicInteger;
import org.diffsynth.compute.Availability;
import org.diffsynth.compute.ComputeOptions;
import org.diffsynth.match.PatchMatchOptions;
import org.junit.jupiter.api.Test;

class EngineInstanceTest {

  private record Own(AtomicInteger opened, Availability probe) implements PatchMatcherProvider {
    @Override
    public String name() {
      return "own";
    }

    @Override
    public PatchMatcher open(PatchMatchOptions options, int threads) {
      opened.addAndGet(threads);
      return null;
    }
  }

  @Test
  void engineInstance_isOpenedWithoutBeingFound() {
    Own own = new Own(new AtomicInteger(), new Availability.Ready("here", 1));
    ComputeOptions compute = ComputeOptions.AUTO.withThreads(3).withEngine(own);
    PatchMatcher.open(ComputeOptions.AUTO.withDefaults(compute), PatchMatchOptions.DEFAULT);
    assertThat(own.opened).hasValue(3);
    assertThat(compute.withEngine("cpu").engineInstance()).isEmpty();
  }

  @Test
  void engineInstance_missingOrOfAnotherKind_isRefusedWithTheReason() {
    Own missing = new Own(new AtomicInteger(), new Availability.Missing("no device"));
    assertThatThrownBy(
            () ->
                PatchMatcher.open(
                    ComputeOptions.AUTO.withEngine(missing), PatchMatchOptions.DEFAULT))
        .hasMessageContaining("'own'")
        .hasMessageContaining("no device");
  }
}
