package org.diffsynth.onnx.internal.text;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Parser for emphasis in prompts, in the notation of the common web interfaces. {@code (word)}
 * multiplies the weight by 1.1, {@code (word:1.3)} by 1.3, and {@code [word]} divides it by 1.1.
 * Brackets can be nested. A backslash before a bracket makes it an ordinary character. A bracket
 * without a partner applies up to the end of the prompt.
 */
final class Emphasis {
  private static final float STEP = 1.1f;
  private static final Pattern TOKEN =
      Pattern.compile(
          "\\\\[()\\[\\]\\\\]|[(\\[\\])]|:\\s*([+-]?[0-9.]+)\\s*\\)|[^\\\\()\\[\\]:]+|.",
          Pattern.DOTALL);

  private Emphasis() {}

  /**
   * A part of a prompt with one weight.
   *
   * @param text text without the brackets of the notation
   * @param weight factor on the embedding of each token; 1 without emphasis
   */
  record Part(String text, float weight) {}

  /**
   * Splits a prompt into parts of equal weight, in order.
   *
   * @return at least one part; an empty prompt gives one empty part of weight 1
   */
  static List<Part> parse(String prompt) {
    List<StringBuilder> texts = new ArrayList<>();
    List<Float> weights = new ArrayList<>();
    List<Integer> round = new ArrayList<>(); // where each open bracket starts, as index of texts
    List<Integer> square = new ArrayList<>();
    Matcher token = TOKEN.matcher(prompt);
    while (token.find()) {
      String text = token.group();
      if (text.length() == 2 && text.charAt(0) == '\\') {
        add(texts, weights, text.substring(1));
      } else if (text.equals("(")) {
        round.add(texts.size());
      } else if (text.equals("[")) {
        square.add(texts.size());
      } else if (token.group(1) != null && !round.isEmpty() && number(token.group(1)) != null) {
        multiply(weights, round.remove(round.size() - 1), number(token.group(1)));
      } else if (text.equals(")") && !round.isEmpty()) {
        multiply(weights, round.remove(round.size() - 1), STEP);
      } else if (text.equals("]") && !square.isEmpty()) {
        multiply(weights, square.remove(square.size() - 1), 1 / STEP);
      } else {
        add(texts, weights, text);
      }
    }
    round.forEach(from -> multiply(weights, from, STEP));
    square.forEach(from -> multiply(weights, from, 1 / STEP));
    return join(texts, weights);
  }

  private static void add(List<StringBuilder> texts, List<Float> weights, String text) {
    texts.add(new StringBuilder(text));
    weights.add(1f);
  }

  private static void multiply(List<Float> weights, int from, float factor) {
    for (int i = from; i < weights.size(); i++) {
      weights.set(i, weights.get(i) * factor);
    }
  }

  private static List<Part> join(List<StringBuilder> texts, List<Float> weights) {
    List<Part> parts = new ArrayList<>();
    for (int i = 0; i < texts.size(); ) {
      int next = i + 1;
      StringBuilder text = texts.get(i);
      while (next < texts.size() && weights.get(next).equals(weights.get(i))) {
        text.append(texts.get(next++));
      }
      parts.add(new Part(text.toString(), weights.get(i)));
      i = next;
    }
    return parts.isEmpty() ? List.of(new Part("", 1f)) : List.copyOf(parts);
  }

  private static Float number(String text) {
    try {
      return Float.valueOf(text);
    } catch (NumberFormatException e) {
      return null;
    }
  }
}
