package org.diffsynth.internal.diffusion;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PromptScheduleTest {

  @Test
  void of_plainTextAndEmphasis_isUnchangedInEveryStep() {
    for (String prompt :
        new String[] {"", "a (cat:1.2), [less], 1:2", "[a:b]", "[a", "a]", "\\[a|b\\]", "[[a]]"}) {
      assertThat(PromptSchedule.of(prompt, 3)).containsExactly(prompt, prompt, prompt);
    }
  }

  @Test
  void of_share_changesAfterThatShareOfTheSteps() {
    assertThat(PromptSchedule.of("a [cat:dog:0.5]", 4))
        .containsExactly("a cat", "a cat", "a dog", "a dog");
    assertThat(PromptSchedule.of("[cat:dog:0.3]", 4)).containsExactly("cat", "dog", "dog", "dog");
    assertThat(PromptSchedule.of("[cat:dog:0.0]", 2)).containsExactly("dog", "dog");
    assertThat(PromptSchedule.of("[cat:dog:1.0]", 2)).containsExactly("cat", "cat");
  }

  @Test
  void of_wholeNumber_countsSteps() {
    assertThat(PromptSchedule.of("[cat:dog:1]", 3)).containsExactly("cat", "dog", "dog");
    assertThat(PromptSchedule.of("[cat:dog:9]", 2)).containsExactly("cat", "cat");
  }

  @Test
  void of_oneText_isAddedOrRemoved() {
    assertThat(PromptSchedule.of("a[, snow:0.5]", 2)).containsExactly("a", "a, snow");
    assertThat(PromptSchedule.of("a[, snow::0.5]", 2)).containsExactly("a, snow", "a");
  }

  @Test
  void of_alternation_takesTheOptionsInTurn() {
    assertThat(PromptSchedule.of("[cat|dog|cow] x", 4))
        .containsExactly("cat x", "dog x", "cow x", "cat x");
    assertThat(PromptSchedule.of("[cat|]", 2)).containsExactly("cat", "");
  }

  @Test
  void of_nested_isResolvedFromOutsideToInside() {
    assertThat(PromptSchedule.of("[(a:1.2):[b|c]:0.5]", 4))
        .containsExactly("(a:1.2)", "(a:1.2)", "b", "c");
    assertThat(PromptSchedule.of("([a|b]:1.2) [x [c:0.5]]", 2))
        .containsExactly("(a:1.2) [x ]", "(b:1.2) [x c]");
  }
}
