package org.diffsynth.app.report;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Fills in the {@code {{parts}}} of an HTML file that lies beside this class. */
final class Template {

  private static final Pattern PART = Pattern.compile("\\{\\{(\\w+)}}");

  private Template() {}

  /**
   * Returns the page with all parts filled in.
   *
   * @param name file name of the template
   * @param parts HTML by name; the part "title" is plain text
   */
  static String fill(String name, Map<String, String> parts) throws IOException {
    StringBuilder page = new StringBuilder();
    Matcher part = PART.matcher(load(name));
    while (part.find()) {
      String value = parts.get(part.group(1));
      if (value == null) {
        throw new IllegalArgumentException(
            "the template has a part without a value: " + part.group());
      }
      String html = part.group(1).equals("title") ? escape(value) : value;
      part.appendReplacement(page, Matcher.quoteReplacement(html));
    }
    return part.appendTail(page).toString();
  }

  private static String load(String name) throws IOException {
    try (InputStream in = Template.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new FileNotFoundException(name + " is missing in the jar of this program");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  /** Returns plain text as HTML. */
  static String escape(String text) {
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;");
  }
}
