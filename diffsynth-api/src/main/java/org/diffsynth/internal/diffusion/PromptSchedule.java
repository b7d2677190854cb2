package org.diffsynth.internal.diffusion;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Prompts that change from step to step, in the notation of the common web interfaces.
 *
 * <pre>
 * [cat:dog:0.4]   cat in the first 40 % of the steps, then dog; a whole number counts steps
 * [snow:0.5]      nothing, then snow
 * [snow::0.5]     snow, then nothing
 * [cat|dog|cow]   cat in step 0, dog in step 1, cow in step 2, cat in step 3 …
 * </pre>
 *
 * <p>The notations can be nested. Square brackets of another form are emphasis, which the backend
 * reads, and stay in the prompt; so do brackets after a backslash.
 */
final class PromptSchedule {
  private static final Pattern WHEN = Pattern.compile("\\s*(\\d*\\.?\\d+|\\d+\\.)\\s*");

  private final int step;
  private final int steps;

  private PromptSchedule(int step, int steps) {
    this.step = step;
    this.steps = steps;
  }

  /** Returns the prompt of each step. */
  static List<String> of(String prompt, int steps) {
    List<String> prompts = new ArrayList<>(steps);
    for (int step = 0; step < steps; step++) {
      prompts.add(new PromptSchedule(step, steps).resolved(prompt));
    }
    return prompts;
  }

  private String resolved(String text) {
    StringBuilder result = new StringBuilder();
    for (int at = 0; at < text.length(); at++) {
      char c = text.charAt(at);
      int close = c == '[' ? closing(text, at) : -1;
      if (close >= 0) {
        result.append(chosen(text.substring(at + 1, close)));
        at = close;
      } else {
        result.append(c);
        if (c == '\\' && at + 1 < text.length()) {
          result.append(text.charAt(++at));
        }
      }
    }
    return result.toString();
  }

  /** Returns what stands at this step for the content of a pair of square brackets. */
  private String chosen(String content) {
    List<String> options = split(content, '|');
    if (options.size() > 1) {
      return resolved(options.get(step % options.size()));
    }
    List<String> parts = split(content, ':');
    Matcher when = WHEN.matcher(parts.get(parts.size() - 1));
    if (parts.size() < 2 || parts.size() > 3 || !when.matches()) {
      return "[" + resolved(content) + "]";
    }
    double value = Double.parseDouble(when.group(1));
    double first = when.group(1).contains(".") ? value * steps : value;
    boolean before = step < Math.floor(first);
    return resolved(parts.size() == 2 ? (before ? "" : parts.get(0)) : parts.get(before ? 0 : 1));
  }

  /** Splits a text at a character that stands outside of brackets. */
  private static List<String> split(String text, char separator) {
    List<String> parts = new ArrayList<>();
    int from = 0;
    int depth = 0;
    for (int at = 0; at < text.length(); at++) {
      char c = text.charAt(at);
      if (c == '\\') {
        at++;
      } else if (c == '[' || c == '(' || c == '<') {
        depth++;
      } else if (c == ']' || c == ')' || c == '>') {
        depth--;
      } else if (c == separator && depth == 0) {
        parts.add(text.substring(from, at));
        from = at + 1;
      }
    }
    parts.add(text.substring(from));
    return parts;
  }

  /** Returns the position of the bracket that closes the one at {@code open}; -1 without one. */
  private static int closing(String text, int open) {
    int depth = 0;
    for (int at = open; at < text.length(); at++) {
      char c = text.charAt(at);
      if (c == '\\') {
        at++;
      } else if (c == '[') {
        depth++;
      } else if (c == ']' && --depth == 0) {
        return at;
      }
    }
    return -1;
  }
}
