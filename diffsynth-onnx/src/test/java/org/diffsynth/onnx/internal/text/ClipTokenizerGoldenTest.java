package org.diffsynth.onnx.internal.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import java.util.stream.IntStream;
import org.diffsynth.onnx.golden.Golden;
import org.junit.jupiter.api.Test;

class ClipTokenizerGoldenTest {
  private final Golden golden = Golden.open();

  @Test
  void encodeRow_modelVocabulary_givesGoldenIds() throws IOException {
    assertRows(ClipTokenizer.read(golden.model().resolve("tokenizer")), "tok_ids");
  }

  @Test
  void encodeRow_publishedVocabulary_givesGoldenIds() throws IOException {
    ClipTokenizer tokenizer = ClipTokenizer.read(Golden.resource("clip-vocab"));
    assertThat(tokenizer.vocabularySize()).isEqualTo(49408);
    assertRows(tokenizer, "tok_ids_full49408");
  }

  @Test
  void encodeLiteral_longPrompt_givesGoldenRows() throws IOException {
    ClipTokenizer tokenizer = ClipTokenizer.read(golden.model().resolve("tokenizer"));
    Golden.Array expected = golden.array("tok_long_ids");
    TokenizedPrompt rows = tokenizer.encodeLiteral(golden.text("long_prompt.txt"), 1);
    assertThat(rows.rows()).isEqualTo((int) expected.shape()[0]);
    assertThat(IntStream.of(rows.ids()).asLongStream().toArray()).isEqualTo(expected.longs());
  }

  private void assertRows(ClipTokenizer tokenizer, String name) {
    Golden.Array expected = golden.array(name);
    int length = (int) expected.shape()[1];
    List<String> prompts = golden.prompts();
    assertThat(prompts).hasSize((int) expected.shape()[0]);
    for (int i = 0; i < prompts.size(); i++) {
      long[] row = new long[length];
      System.arraycopy(expected.longs(), i * length, row, 0, length);
      assertThat(IntStream.of(tokenizer.encodeRow(prompts.get(i))).asLongStream().toArray())
          .as("prompt %d", i)
          .isEqualTo(row);
    }
  }
}
