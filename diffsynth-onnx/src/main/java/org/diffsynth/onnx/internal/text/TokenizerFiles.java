package org.diffsynth.onnx.internal.text;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.diffsynth.internal.text.Text;
import org.diffsynth.onnx.internal.json.JsonFile;

/**
 * The files of a tokenizer folder: {@code vocab.json} and {@code merges.txt}, or {@code
 * tokenizer.json} alone, which is what version 5 of the Python library transformers saves. The
 * files {@code tokenizer_config.json}, {@code special_tokens_map.json} and {@code
 * added_tokens.json} are optional.
 *
 * @param vocabulary id of each symbol
 * @param mergeRanks position of each pair in the list of merges
 * @param special ids of {@code bos_token}, {@code eos_token} and {@code pad_token}
 * @param added tokens that are recognised as a whole, each with one id
 * @param rowLength number of ids in one row
 */
record TokenizerFiles(
    Map<String, Integer> vocabulary,
    Map<String, Integer> mergeRanks,
    Map<String, Integer> special,
    List<AddedToken> added,
    int rowLength) {

  private static final String VOCABULARY = "vocab.json";
  private static final String MERGES = "merges.txt";
  private static final String FAST = "tokenizer.json";
  private static final String END_OF_WORD = "</w>";
  private static final List<String> SPECIAL = List.of("bos_token", "eos_token", "pad_token");
  private static final int USUAL_LENGTH = 77;
  private static final int LONGEST = 4096;

  /** Vocabulary and merges, whatever file they come from. */
  private record Words(Path file, Map<String, Integer> ids, Map<String, Integer> ranks) {}

  /**
   * Reads all files of a folder.
   *
   * @throws IOException if a file is missing or malformed; the message names the file
   */
  static TokenizerFiles read(Path folder) throws IOException {
    JsonNode fast = JsonFile.readOptional(folder.resolve(FAST));
    Words words = words(folder, fast);
    JsonNode config = JsonFile.readOptional(folder.resolve("tokenizer_config.json"));
    JsonNode map = JsonFile.readOptional(folder.resolve("special_tokens_map.json"));

    Map<String, AddedToken> added = new LinkedHashMap<>();
    for (JsonNode token : fast.path("added_tokens")) {
      add(added, folder.resolve(FAST), token, token.path("id"));
    }
    for (Map.Entry<String, JsonNode> token : config.path("added_tokens_decoder").properties()) {
      add(added, folder.resolve("tokenizer_config.json"), token.getValue(), token.getKey());
    }
    Path addedFile = folder.resolve("added_tokens.json");
    for (Map.Entry<String, JsonNode> token : JsonFile.readOptional(addedFile).properties()) {
      int id = id(addedFile, token.getKey(), token.getValue());
      added.putIfAbsent(
          token.getKey(), new AddedToken(token.getKey(), new int[] {id}, true, false));
    }

    // Older tokenizers keep special tokens in a file of their own, which then overrides the other.
    boolean modern = config.has("added_tokens_decoder") || map.isMissingNode();
    Map<String, Integer> special = new HashMap<>();
    for (String name : SPECIAL) {
      JsonNode first = (modern ? config : map).path(name);
      JsonNode node = first.isMissingNode() ? (modern ? map : config).path(name) : first;
      String text = tokenText(node, name.equals("bos_token") ? "<|startoftext|>" : "<|endoftext|>");
      AddedToken token = added.get(text);
      Integer id = token == null ? words.ids.get(text) : Integer.valueOf(token.ids()[0]);
      if (id == null) {
        throw new IOException(words.file + ": no id for the " + name + " '" + text + "'");
      }
      special.put(name, id);
      boolean normalized = node.path("normalized").asBoolean(false);
      added.putIfAbsent(text, new AddedToken(text, new int[] {id}, normalized, false));
    }
    int length = config.path("model_max_length").asInt(USUAL_LENGTH);
    return new TokenizerFiles(
        words.ids,
        words.ranks,
        special,
        withSeveralVectors(added),
        length > 2 && length < LONGEST ? length : USUAL_LENGTH);
  }

  private static Words words(Path folder, JsonNode fast) throws IOException {
    Path vocabulary = folder.resolve(VOCABULARY);
    Path merges = folder.resolve(MERGES);
    boolean separate = Files.isRegularFile(vocabulary) && Files.isRegularFile(merges);
    if (!separate && !fast.isMissingNode()) {
      return fastWords(folder.resolve(FAST), fast.path("model"));
    }
    if (!separate) {
      throw new IOException(
          Text.format(
              "%s is missing: a tokenizer is %s and %s, or %s alone",
              Files.isRegularFile(vocabulary) ? merges : vocabulary, VOCABULARY, MERGES, FAST));
    }
    return new Words(
        vocabulary, ids(vocabulary, JsonFile.read(vocabulary)), ranks(merges, lines(merges)));
  }

  private static Words fastWords(Path file, JsonNode model) throws IOException {
    String type = model.path("type").asText("BPE");
    if (!type.equals("BPE")
        || !model.path("vocab").isObject()
        || !model.path("merges").isArray()
        || !model.path("end_of_word_suffix").asText().equals(END_OF_WORD)) {
      throw new IOException(
          Text.format(
              "%s: expected the tokenizer of CLIP, which has model.type BPE, model.vocab, model.merges"
                  + " and model.end_of_word_suffix %s, found type %s, %d tokens, %d merges and suffix"
                  + " '%s'",
              file,
              END_OF_WORD,
              type,
              model.path("vocab").size(),
              model.path("merges").size(),
              model.path("end_of_word_suffix").asText()));
    }
    List<String> merges = new ArrayList<>(model.path("merges").size());
    for (JsonNode merge : model.path("merges")) {
      merges.add(
          merge.isArray() ? merge.path(0).asText() + " " + merge.path(1).asText() : merge.asText());
    }
    return new Words(file, ids(file, model.path("vocab")), ranks(file, merges));
  }

  private static Map<String, Integer> ids(Path file, JsonNode vocabulary) throws IOException {
    Map<String, Integer> ids = new HashMap<>();
    for (Map.Entry<String, JsonNode> entry : vocabulary.properties()) {
      ids.put(entry.getKey(), id(file, entry.getKey(), entry.getValue()));
    }
    return ids;
  }

  private static int id(Path file, String token, JsonNode id) throws IOException {
    if (!id.isInt() || id.intValue() < 0) {
      throw new IOException(
          Text.format(
              "%s: the id of '%s' must be an integer of at least 0, but was %s",
              file, token, id.isMissingNode() ? "missing" : id));
    }
    return id.intValue();
  }

  private static List<String> lines(Path file) throws IOException {
    try {
      return Files.readAllLines(file, StandardCharsets.UTF_8);
    } catch (CharacterCodingException e) {
      throw new IOException(file + " is not text in UTF-8", e);
    }
  }

  private static Map<String, Integer> ranks(Path file, List<String> merges) throws IOException {
    Map<String, Integer> ranks = new HashMap<>();
    int number = 0;
    for (String line : merges) {
      number++;
      if (line.isBlank() || number == 1 && line.startsWith("#version")) {
        continue;
      }
      if (line.split(" ").length != 2) {
        throw new IOException(file + ", line " + number + ": expected two symbols");
      }
      ranks.putIfAbsent(line, ranks.size());
    }
    return ranks;
  }

  private static void add(Map<String, AddedToken> added, Path file, JsonNode token, String key)
      throws IOException {
    try {
      add(added, file, token, Integer.parseInt(key));
    } catch (NumberFormatException e) {
      throw new IOException(Text.format("%s: the id '%s' is not an integer", file, key), e);
    }
  }

  private static void add(Map<String, AddedToken> added, Path file, JsonNode token, JsonNode id)
      throws IOException {
    add(added, file, token, id(file, token.path("content").asText(), id));
  }

  private static void add(Map<String, AddedToken> added, Path file, JsonNode token, int id) {
    String text = token.path("content").asText();
    boolean normalized =
        token.path("normalized").asBoolean(!token.path("special").asBoolean(false));
    added.putIfAbsent(
        text,
        new AddedToken(
            text, new int[] {id}, normalized, token.path("single_word").asBoolean(false)));
  }

  /**
   * Joins the tokens of textual inversions of several vectors: diffusers names them {@code <cat>},
   * {@code <cat>_1}, {@code <cat>_2}, and {@code <cat>} in a prompt stands for all of them.
   */
  private static List<AddedToken> withSeveralVectors(Map<String, AddedToken> added) {
    List<AddedToken> joined = new ArrayList<>();
    for (AddedToken token : added.values()) {
      List<Integer> ids = new ArrayList<>(List.of(token.ids()[0]));
      for (int i = 1; added.containsKey(token.text() + "_" + i); i++) {
        ids.add(added.get(token.text() + "_" + i).ids()[0]);
      }
      joined.add(
          new AddedToken(
              token.text(),
              ids.stream().mapToInt(Integer::intValue).toArray(),
              token.normalized(),
              token.wholeWord()));
    }
    return joined;
  }

  /** The text of a special token, which is a JSON string or an object with the key content. */
  private static String tokenText(JsonNode node, String fallback) {
    return node.isTextual() ? node.textValue() : node.path("content").asText(fallback);
  }
}
