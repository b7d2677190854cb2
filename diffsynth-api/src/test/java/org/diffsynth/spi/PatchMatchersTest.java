package org.diffsynth.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.reflect.Proxy;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.diffsynth.spi.BlendSession.Remap;
import org.diffsynth.spi.MatchSession.MatchRequest;
import org.junit.jupiter.api.Test;

class PatchMatchersTest {

  private final AtomicInteger closed = new AtomicInteger();

  @SuppressWarnings("unchecked")
  private static <T> T proxy(Class<T> type, java.lang.reflect.InvocationHandler handler) {
    return (T) Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, handler);
  }

  /** A matcher that only matches, and whose sessions tell when they are closed. */
  private PatchMatcher matchingOnly() {
    BlendSession session =
        proxy(BlendSession.class, (self, method, arguments) -> closed.incrementAndGet());
    return proxy(
        PatchMatcher.class,
        (self, method, arguments) ->
            method.getName().equals("openSession") ? session : Optional.empty());
  }

  @Test
  void openAgreement_nothingComputesIt_namesTheRemedyAndClosesTheSession() {
    assertThatThrownBy(() -> PatchMatchers.openAgreement(matchingOnly(), 64, 64, 1, List.of()))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageEndingWith("add the dependency org.diffsynth:diffsynth-patchmatch");
    assertThat(closed).hasValue(1);
  }

  @Test
  void matchRequest_alignTo_isRefused() {
    assertThatThrownBy(() -> new MatchRequest(0, 1, new Remap.AlignTo(3)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "start must be Fresh or Via, but was AlignTo: only a Remap aligns to a picture");
    assertThatThrownBy(() -> MatchRequest.fresh(2, 2))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("source and target must differ, but both were frame 2");
  }
}
