package org.diffsynth.onnx.internal.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.diffsynth.onnx.internal.text.Emphasis.Part;
import org.junit.jupiter.api.Test;

class EmphasisTest {
  @Test
  void parse_plainText_isOnePartOfWeightOne() {
    assertThat(Emphasis.parse("a cat, 1:2")).containsExactly(new Part("a cat, 1:2", 1f));
    assertThat(Emphasis.parse("")).containsExactly(new Part("", 1f));
  }

  @Test
  void parse_number_isTheWeight() {
    assertThat(Emphasis.parse("1girl, (masterpiece:1.2), 8k"))
        .containsExactly(
            new Part("1girl, ", 1f), new Part("masterpiece", 1.2f), new Part(", 8k", 1f));
  }

  @Test
  void parse_nested_multiplies() {
    List<Part> parts = Emphasis.parse("((a)b [c])");
    assertThat(parts).extracting(Part::text).containsExactly("a", "b ", "c");
    assertThat(parts.get(0).weight()).isEqualTo(1.1f * 1.1f);
    assertThat(parts.get(1).weight()).isEqualTo(1.1f);
    assertThat(parts.get(2).weight()).isEqualTo((1 / 1.1f) * 1.1f);
  }

  @Test
  void parse_escapedBrackets_areText() {
    assertThat(Emphasis.parse("\\(a\\) \\[b\\] \\\\")).containsExactly(new Part("(a) [b] \\", 1f));
  }

  @Test
  void parse_unbalanced_weighsToTheEndOrIsText() {
    assertThat(Emphasis.parse("a (b")).containsExactly(new Part("a ", 1f), new Part("b", 1.1f));
    assertThat(Emphasis.parse("a) b]:2)")).containsExactly(new Part("a) b]:2)", 1f));
    assertThat(Emphasis.parse("(a:1.2.3)")).extracting(Part::text).contains("a:1.2.3)");
  }
}
