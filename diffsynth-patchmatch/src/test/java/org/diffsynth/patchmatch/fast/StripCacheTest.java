package org.diffsynth.patchmatch.fast;

import static org.assertj.core.api.Assertions.assertThat;

import org.diffsynth.patchmatch.engine.Picture;
import org.diffsynth.patchmatch.engine.Texels;
import org.diffsynth.testkit.TestFrames;
import org.junit.jupiter.api.Test;

class StripCacheTest {

  private final Texels a = texels(1);
  private final Texels b = texels(2);
  private final Texels c = texels(3);

  private static Texels texels(int seed) {
    return Texels.of(Picture.of(TestFrames.texture(20, 10, seed)));
  }

  @Test
  void get_withinTheBudget_isMadeOnce() {
    StripCache cache = new StripCache(1 << 20, 1);

    PatchStrips first = cache.get(a);
    cache.get(b);

    assertThat(cache.get(a)).isSameAs(first);
    assertThat(cache.bytes()).isEqualTo(2 * first.bytes());
  }

  @Test
  void get_beyondTheBudget_dropsWhatWasUsedLongestAgo() {
    long one = PatchStrips.of(a).bytes();
    StripCache cache = new StripCache(2 * one, 1);

    PatchStrips first = cache.get(a);
    PatchStrips second = cache.get(b);
    cache.get(a);
    cache.get(c);

    assertThat(cache.bytes()).isEqualTo(2 * one);
    assertThat(cache.get(a)).isSameAs(first);
    assertThat(cache.get(b)).isNotSameAs(second);
  }

  @Test
  void get_largerThanTheBudget_isKeptAlone() {
    StripCache cache = new StripCache(1, 1);

    cache.get(a);
    PatchStrips last = cache.get(b);

    assertThat(cache.get(b)).isSameAs(last);
    assertThat(cache.bytes()).isEqualTo(last.bytes());
  }

  @Test
  void forget_kept_freesItsBytes() {
    StripCache cache = new StripCache(1 << 20, 1);
    cache.get(a);

    cache.forget(a);
    cache.forget(a);

    assertThat(cache.bytes()).isZero();
  }

  @Test
  void get_beyondTheBudgetButFew_isKept() {
    StripCache cache = new StripCache(1, 2);

    PatchStrips first = cache.get(a);
    cache.get(b);

    assertThat(cache.get(a)).isSameAs(first);
  }
}
