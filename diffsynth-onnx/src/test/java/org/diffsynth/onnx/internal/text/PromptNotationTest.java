package org.diffsynth.onnx.internal.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.diffsynth.onnx.golden.Golden;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Notations of web interfaces: one warning for each kind that has no effect, and BREAK. */
class PromptNotationTest {
  private static final int LENGTH = 77;

  private final List<String> warnings = new ArrayList<>();
  private final PromptNotation notation = new PromptNotation(warnings::add);

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "a <lora:film:0.8> b;<lora:NAME:X>",
        "a <lyco:film:0.8:0.5>;<lora:NAME:X>",
        "<hypernet:x:1> a;<hypernet:NAME:X>",
        "a cat AND a dog;AND between prompts",
        "a cat :1.2 AND a dog :0.8;AND between prompts",
        "[cat:dog:0.5];[a:b:0.5]",
        "[cat:10];[a:b:0.5]",
        "[cat|dog];[a|b]",
        "a __colour__ cat;__NAME__",
        "__style/film-noir__;__NAME__",
        "a {red|blue} cat;{a|b}",
        "a {2$$red|blue|green} cat;{a|b}"
      })
  void checked_notationWithoutEffect_isNamedOnce(String prompt, String named) {
    notation.checked(prompt);
    notation.checked(prompt + ", " + prompt);
    assertThat(warnings).hasSize(1).first().asString().contains(named);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "a (cat:1.2), [less], ((more))",
        "sand and land, ANDES, BRAND",
        "\\[a|b\\] \\(x:0.5\\)",
        "<cat-toy> and <|endoftext|>",
        "a_b, __init, {braces}, 1:2, [a:b]",
        "a BREAK b",
        "a | b"
      })
  void checked_ordinaryPrompt_isUnchangedWithoutWarning(String prompt) {
    assertThat(notation.checked(prompt)).isEqualTo(prompt);
    assertThat(warnings).isEmpty();
  }

  @Test
  void checked_tags_areLeftOut() {
    assertThat(notation.checked("a<lora:x:1> b <hypernet:y:0.5>c")).isEqualTo("a b c");
  }

  @Test
  void encodePrompt_break_startsARowOfItsOwn() throws IOException {
    ClipTokenizer tokenizer = ClipTokenizer.read(Golden.resource("clip-vocab"));
    TokenizedPrompt broken = tokenizer.encodePrompt("a cat BREAK (a dog:1.3)\nBREAK snow BREAK", 1);
    assertThat(broken.rows()).isEqualTo(3);
    assertThat(row(broken, 0)).isEqualTo(tokenizer.encodeRow("a cat"));
    assertThat(row(broken, 1)).isEqualTo(tokenizer.encodeRow("a dog"));
    assertThat(row(broken, 2)).isEqualTo(tokenizer.encodeRow("snow"));
    assertThat(broken.weights()[LENGTH + 1]).isEqualTo(1.3f);
    assertThat(broken.weights()[1]).isEqualTo(1f);
  }

  @Test
  void encodePrompt_breakInsideBracketsOrWords_followsWebInterfaces() throws IOException {
    ClipTokenizer tokenizer = ClipTokenizer.read(Golden.resource("clip-vocab"));
    TokenizedPrompt inside = tokenizer.encodePrompt("(a BREAK b:1.2)", 1);
    assertThat(inside.rows()).isEqualTo(2);
    assertThat(row(inside, 1)).isEqualTo(tokenizer.encodeRow("b"));
    assertThat(inside.weights()[LENGTH + 1]).isEqualTo(1.2f);
    assertThat(tokenizer.encodePrompt("BREAKFAST, break, OUTBREAK", 1).rows()).isEqualTo(1);
    assertThat(tokenizer.encodePrompt("BREAK a", 1).rows()).isEqualTo(2);
    TokenizedPrompt longText = tokenizer.encodePrompt("a ".repeat(100) + "BREAK b", 1);
    assertThat(longText.rows()).isEqualTo(3);
    assertThat(row(longText, 2)).isEqualTo(tokenizer.encodeRow("b"));
  }

  private static int[] row(TokenizedPrompt prompt, int row) {
    return Arrays.copyOfRange(prompt.ids(), row * LENGTH, (row + 1) * LENGTH);
  }
}
