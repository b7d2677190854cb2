package org.diffsynth.onnx.internal.text;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The added tokens of a tokenizer: splits a text at them, as the fast tokenizers of the Python
 * library transformers do. Tokens that are compared as written come first, then those that are
 * compared in lower case; at one position the longest wins. Immutable; threads may share it.
 */
final class AddedTokens {
  private final List<AddedToken> all;
  private final Group exact;
  private final Group normalized;

  AddedTokens(List<AddedToken> tokens) {
    this.all = List.copyOf(tokens);
    this.exact = new Group(tokens.stream().filter(token -> !token.normalized()).toList());
    this.normalized = new Group(tokens.stream().filter(AddedToken::normalized).toList());
  }

  List<AddedToken> all() {
    return all;
  }

  /** Receives the parts of a text in order. */
  interface Parts {
    /** Receives normalized text without added tokens. */
    void text(String normalizedText);

    /** Receives an added token. */
    void token(AddedToken token);
  }

  /** Splits a text at the added tokens. */
  void split(String text, Parts parts) {
    exact.split(
        text,
        new Parts() {
          @Override
          public void text(String piece) {
            normalized.split(BytePairs.normalize(piece), parts);
          }

          @Override
          public void token(AddedToken token) {
            parts.token(token);
          }
        });
  }

  /** Tokens that are compared alike. */
  private static final class Group {
    private final Map<String, AddedToken> byText = new HashMap<>();
    private final Pattern pattern;

    Group(List<AddedToken> tokens) {
      for (AddedToken token : tokens) {
        String key = token.normalized() ? BytePairs.normalize(token.text()) : token.text();
        byText.putIfAbsent(key, token);
      }
      List<String> keys = new ArrayList<>(byText.keySet());
      keys.remove("");
      keys.sort(Comparator.comparingInt(String::length).reversed());
      this.pattern =
          keys.isEmpty()
              ? null
              : Pattern.compile(String.join("|", keys.stream().map(Pattern::quote).toList()));
    }

    void split(String text, Parts parts) {
      int from = 0;
      if (pattern != null) {
        Matcher matcher = pattern.matcher(text);
        int at = 0;
        while (at <= text.length() && matcher.find(at)) {
          AddedToken token = byText.get(matcher.group());
          if (token.standsAlone(text, matcher.start(), matcher.end())) {
            parts.text(text.substring(from, matcher.start()));
            parts.token(token);
            from = matcher.end();
            at = from;
          } else {
            at = matcher.start() + 1;
          }
        }
      }
      parts.text(text.substring(from));
    }
  }
}
