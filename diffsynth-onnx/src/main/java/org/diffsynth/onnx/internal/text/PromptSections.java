package org.diffsynth.onnx.internal.text;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Splits a prompt at the word {@code BREAK}, as web interfaces do. */
final class PromptSections {
  private static final Pattern BREAK =
      Pattern.compile("\\s*\\bBREAK\\b\\s*", Pattern.UNICODE_CHARACTER_CLASS);

  private PromptSections() {}

  /**
   * Splits the parts of a prompt. Text after the last {@code BREAK} that is blank makes no section,
   * and a {@code BREAK} at the start or after another makes an empty one.
   *
   * @return at least one section; each has at least one part
   */
  static List<List<Emphasis.Part>> of(List<Emphasis.Part> parts) {
    List<List<Emphasis.Part>> sections = new ArrayList<>();
    List<Emphasis.Part> section = new ArrayList<>();
    for (Emphasis.Part part : parts) {
      Matcher word = BREAK.matcher(part.text());
      int from = 0;
      while (word.find()) {
        section.add(new Emphasis.Part(part.text().substring(from, word.start()), part.weight()));
        sections.add(section);
        section = new ArrayList<>();
        from = word.end();
      }
      section.add(new Emphasis.Part(part.text().substring(from), part.weight()));
    }
    boolean blank = section.stream().allMatch(part -> part.text().isBlank());
    if (sections.isEmpty() || !blank) {
      sections.add(section);
    }
    return sections;
  }
}
