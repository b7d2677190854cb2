package org.diffsynth.onnx.internal.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.diffsynth.onnx.golden.Golden;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Texts that a textbook does not have, and tokenizers in the files that people have. */
class OddPromptsTest {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  @TempDir Path folder;

  private static void assertOddIds(ClipTokenizer tokenizer) throws IOException {
    JsonNode rows =
        MAPPER.readTree(Golden.resource("prompts").resolve("odd_prompts.json").toFile());
    assertThat(rows.size()).isGreaterThan(400);
    List<String> wrong = new ArrayList<>();
    for (JsonNode row : rows) {
      int[] ids = MAPPER.convertValue(row.path("ids"), int[].class);
      int[] got = tokenizer.encode(row.path("text").textValue());
      if (!java.util.Arrays.equals(ids, got)) {
        wrong.add(row + " but was " + java.util.Arrays.toString(got));
      }
    }
    assertThat(wrong).isEmpty();
  }

  @Test
  void encode_oddTexts_givesIdsOfTransformers() throws IOException {
    assertOddIds(ClipTokenizer.read(Golden.resource("clip-vocab")));
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void read_tokenizerJsonAlone_givesTheIdsOfVocabularyAndMerges(boolean pairs) throws IOException {
    ObjectNode json = fast(pairs);
    Files.writeString(folder.resolve("tokenizer.json"), json.toString());
    ClipTokenizer tokenizer = ClipTokenizer.read(folder);
    assertThat(tokenizer.vocabularySize()).isEqualTo(49408);
    assertOddIds(tokenizer);
  }

  @Test
  void read_tokenizerJsonOfAnotherModel_namesWhatIsExpected() throws IOException {
    ObjectNode json = fast(false);
    ((ObjectNode) json.path("model")).put("type", "Unigram");
    Files.writeString(folder.resolve("tokenizer.json"), json.toString());
    assertThatThrownBy(() -> ClipTokenizer.read(folder))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("tokenizer.json: expected the tokenizer of CLIP")
        .hasMessageContaining("found type Unigram");
  }

  @Test
  void read_padTokenOfStableDiffusion2_isPaddingAndATokenOfPrompts() throws IOException {
    for (String name : List.of("vocab.json", "merges.txt")) {
      Files.copy(Golden.resource("clip-vocab").resolve(name), folder.resolve(name));
    }
    Files.writeString(
        folder.resolve("tokenizer_config.json"), "{\"pad_token\": \"<|endoftext|>\"}");
    Files.writeString(folder.resolve("special_tokens_map.json"), "{\"pad_token\": \"!\"}");
    int[] row = ClipTokenizer.read(folder).encodeRow("hello! there a!!b");
    assertThat(row).startsWith(49406, 3306, 0, 997, 320, 0, 0, 321, 49407, 0, 0).endsWith(0);
  }

  @Test
  void read_nothing_namesBothForms() {
    assertThatThrownBy(() -> ClipTokenizer.read(folder))
        .hasMessageContaining("vocab.json is missing")
        .hasMessageContaining("tokenizer.json");
  }

  /** Writes vocabulary and merges of the published model as transformers 5 does. */
  private static ObjectNode fast(boolean pairs) throws IOException {
    Path published = Golden.resource("clip-vocab");
    ObjectNode json = MAPPER.createObjectNode();
    ObjectNode model = json.putObject("model");
    model.put("type", "BPE").put("end_of_word_suffix", "</w>");
    model.set("vocab", MAPPER.readTree(published.resolve("vocab.json").toFile()));
    ArrayNode merges = model.putArray("merges");
    for (String line : Files.readAllLines(published.resolve("merges.txt"))) {
      if (!line.startsWith("#version") && !line.isBlank()) {
        if (pairs) {
          merges.addArray().add(line.split(" ")[0]).add(line.split(" ")[1]);
        } else {
          merges.add(line);
        }
      }
    }
    ArrayNode added = json.putArray("added_tokens");
    for (String mark : List.of("<|startoftext|>", "<|endoftext|>")) {
      added
          .addObject()
          .put("id", model.path("vocab").path(mark).intValue())
          .put("content", mark)
          .put("normalized", false)
          .put("special", true);
    }
    return json;
  }
}
