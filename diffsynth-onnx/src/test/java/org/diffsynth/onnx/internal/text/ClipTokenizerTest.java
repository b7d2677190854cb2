package org.diffsynth.onnx.internal.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.diffsynth.onnx.golden.Golden;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ClipTokenizerTest {
  private static ClipTokenizer real() throws IOException {
    return ClipTokenizer.read(Golden.resource("clip-vocab"));
  }

  @Test
  void encodePrompt_empty_isMarksAndPadsOnly() throws IOException {
    TokenizedPrompt rows = real().encodePrompt("", 1);
    assertThat(rows.rows()).isEqualTo(1);
    assertThat(rows.ids()).hasSize(77).startsWith(49406, 49407, 49407);
    assertThat(rows.weighted()).isFalse();
  }

  @Test
  void encodePrompt_shortText_equalsItsRow() throws IOException {
    assertThat(real().encodePrompt("a photo of a cat", 1).ids())
        .isEqualTo(real().encodeRow("a photo of a cat"));
  }

  @Test
  void encodePrompt_minimumRows_padsToThem() throws IOException {
    TokenizedPrompt rows = real().encodePrompt("a cat", 3);
    assertThat(rows.ids()).hasSize(3 * 77).endsWith(49407);
    assertThat(rows.rows()).isEqualTo(3);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "special_tokens_map.json | {\"pad_token\": \"!\"}",
        "special_tokens_map.json | {\"pad_token\": {\"content\": \"!\", \"lstrip\": false}}",
        "tokenizer_config.json   | {\"pad_token\": \"!\"}"
      })
  void encodePrompt_padTokenOfStableDiffusion2_fillsTheRow(
      String file, String json, @TempDir Path folder) throws IOException {
    for (String name : List.of("vocab.json", "merges.txt")) {
      Files.copy(Golden.resource("clip-vocab").resolve(name), folder.resolve(name));
    }
    Files.writeString(folder.resolve(file), json);
    int[] ids = ClipTokenizer.read(folder).encodePrompt("a cat", 1).ids();
    assertThat(ids).hasSize(77).startsWith(49406, 320, 2368, 49407, 0, 0).endsWith(0, 0);
  }

  @Test
  void encodePrompt_exactlyFullRow_staysOneRow() throws IOException {
    assertThat(real().encodePrompt("a ".repeat(75), 1).rows()).isEqualTo(1);
    assertThat(real().encodePrompt("a ".repeat(76), 1).rows()).isEqualTo(2);
  }

  @Test
  void encodePrompt_weightedWord_weighsItsTokensOnly() throws IOException {
    TokenizedPrompt rows = real().encodePrompt("a (cat:1.5) b", 1);
    assertThat(rows.ids()).startsWith(real().encodeRow("a cat b")[0]);
    assertThat(rows.ids()).isEqualTo(real().encodeRow("a cat b"));
    assertThat(rows.weights()).startsWith(1f, 1f, 1.5f, 1f, 1f);
  }

  @Test
  void read_missingMerges_namesFile(@TempDir Path folder) throws IOException {
    Files.copy(Golden.resource("clip-vocab").resolve("vocab.json"), folder.resolve("vocab.json"));
    assertThatThrownBy(() -> ClipTokenizer.read(folder))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("merges.txt is missing");
  }

  @Test
  void read_vocabularyWithoutEndMark_namesIt(@TempDir Path folder) throws IOException {
    Files.writeString(folder.resolve("vocab.json"), "{\"<|startoftext|>\": 0}");
    Files.writeString(folder.resolve("merges.txt"), "#version: 0.2\n");
    assertThatThrownBy(() -> ClipTokenizer.read(folder)).hasMessageContaining("<|endoftext|>");
  }

  @Test
  void builtIn_anyText_givesIdsOfPublishedFiles() throws IOException {
    ClipTokenizer files = ClipTokenizer.read(Golden.resource("clip-vocab"));
    ClipTokenizer builtIn = ClipTokenizer.builtIn(false);
    assertThat(builtIn.vocabularySize()).isEqualTo(files.vocabularySize()).isEqualTo(49408);
    for (String text : new String[] {"", "a red fox", "Ünï 漢字 🦊 can't 12345", "<|endoftext|> x"}) {
      assertThat(builtIn.encodeRow(text)).containsExactly(files.encodeRow(text));
    }
    assertThat(ClipTokenizer.builtIn(true).encodeRow("a fox")[76]).isZero();
  }
}
