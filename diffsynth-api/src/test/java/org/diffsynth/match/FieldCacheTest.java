package org.diffsynth.match;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.Test;

class FieldCacheTest {

  private static final NearestNeighborField IDENTITY = NearestNeighborField.identity(10, 6);
  private static final NearestNeighborField OTHER =
      NearestNeighborField.ofPacked(10, 6, new int[60]);

  @Test
  void get_whatWasPut_isEqual() {
    try (FieldCache cache = FieldCache.ofBytes(1000)) {
      cache.put(key(1, 2), IDENTITY);
      cache.put(key(2, 1), OTHER);

      assertThat(cache.get(key(1, 2))).contains(IDENTITY);
      assertThat(cache.get(key(2, 1))).contains(OTHER);
      assertThat(cache.hits()).isEqualTo(2);
      assertThat(cache.bytes()).isEqualTo(480);
    }
  }

  @Test
  void get_otherKey_isEmpty() {
    try (FieldCache cache = FieldCache.ofBytes(1000)) {
      cache.put(key(1, 2), IDENTITY);

      assertThat(cache.get(key(2, 1))).isEmpty();
      assertThat(cache.get(new FieldCache.Key("otherwise", 1, 2))).isEmpty();
    }
  }

  @Test
  void put_twice_keepsTheFirst() {
    try (FieldCache cache = FieldCache.ofBytes(1000)) {
      cache.put(key(1, 2), IDENTITY);
      cache.put(key(1, 2), OTHER);

      assertThat(cache.get(key(1, 2))).contains(IDENTITY);
    }
  }

  @Test
  void put_beyondTheBudget_keepsWhatIsThere() {
    try (FieldCache cache = FieldCache.ofBytes(479)) {
      assertThat(cache.hasRoom(10, 6)).isTrue();
      cache.put(key(1, 2), IDENTITY);
      assertThat(cache.hasRoom(10, 6)).isFalse();
      cache.put(key(2, 1), OTHER);

      assertThat(cache.get(key(1, 2))).contains(IDENTITY);
      assertThat(cache.get(key(2, 1))).isEmpty();
      assertThat(cache.bytes()).isEqualTo(240);
    }
  }

  @Test
  void close_twice_forgetsEverything() {
    FieldCache cache = FieldCache.ofBytes(1000);
    cache.put(key(1, 2), IDENTITY);
    cache.close();
    cache.close();

    assertThat(cache.get(key(1, 2))).isEmpty();
    cache.put(key(1, 2), IDENTITY);
    assertThat(cache.get(key(1, 2))).isEmpty();
  }

  @Test
  void put_interruptedThread_cancels() {
    try (FieldCache cache = FieldCache.ofBytes(1000)) {
      Thread.currentThread().interrupt();
      assertThatThrownBy(() -> cache.put(key(1, 2), IDENTITY))
          .isInstanceOf(CancellationException.class);
      assertThat(Thread.interrupted()).isTrue();
    }
  }

  @Test
  void ofBytes_negativeBudget_isRefused() {
    assertThatThrownBy(() -> FieldCache.ofBytes(-1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("budget must be at least 0, but was -1");
  }

  private static FieldCache.Key key(int source, int target) {
    return new FieldCache.Key("so", source, target);
  }
}
