package org.diffsynth.onnx.internal.text;

import java.util.EnumSet;
import java.util.Set;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Notations of web interfaces that have no effect here. Each kind is named in one warning, because
 * a prompt that is copied from elsewhere would otherwise silently mean something else. Not for
 * concurrent use.
 */
final class PromptNotation {
  private final Consumer<String> warnings;
  private final Set<Construct> warned = EnumSet.noneOf(Construct.class);

  /** Creates a check that gives each of its warnings to a consumer. */
  PromptNotation(Consumer<String> warnings) {
    this.warnings = warnings;
  }

  /** A notation: how it is recognised, whether it is left out, and what the warning says. */
  private enum Construct {
    LORA(
        "<(?:lora|lyco|locon)\\s*:[^<>]*>",
        true,
        "<lora:NAME:X> in a prompt adds no LoRA at this point and is left out; add the file with"
            + " Pipeline.Builder.lora, in the app with --lora FILE=X or --lora-dir DIR"),
    HYPERNETWORK(
        "<hypernet\\s*:[^<>]*>",
        true,
        "<hypernet:NAME:X> in a prompt is left out: hypernetworks are not supported"),
    COMPOSITION(
        "(?<=\\s|^)AND(?=\\s|$)",
        false,
        "AND between prompts (composable diffusion) is not supported and is read as an ordinary"
            + " word; write one prompt, or 'and' if the word is meant"),
    SCHEDULE(
        "(?<!\\\\)\\[[^\\[\\]]*(?:\\|[^\\[\\]]*|:\\s*[0-9.]+\\s*)]",
        false,
        "[a:b:0.5] and [a|b] change the prompt from step to step; only a render can do this, so here"
            + " they are read as text of less weight"),
    WILDCARD(
        "(?<![\\w])__[\\w/-]+?__(?![\\w])",
        false,
        "__NAME__ (a wildcard) is not supported and is read as ordinary text; write one of its"
            + " values"),
    DYNAMIC(
        "\\{[^{}]*\\|[^{}]*}",
        false,
        "{a|b} (a dynamic prompt) is not supported and is read as ordinary text; write one of its"
            + " values");

    private final Pattern pattern;
    private final boolean leftOut;
    private final String warning;

    Construct(String regex, boolean leftOut, String warning) {
      this.pattern = Pattern.compile(regex, Pattern.UNICODE_CHARACTER_CLASS);
      this.leftOut = leftOut;
      this.warning = warning;
    }
  }

  /**
   * Warns about the notations in a prompt, once for each kind.
   *
   * @return the prompt without the notations that are left out
   */
  String checked(String prompt) {
    String result = prompt;
    for (Construct construct : Construct.values()) {
      Matcher matcher = construct.pattern.matcher(result);
      if (matcher.find()) {
        if (warned.add(construct)) {
          warnings.accept(construct.warning);
        }
        result = construct.leftOut ? matcher.replaceAll("") : result;
      }
    }
    return result;
  }
}
