package org.diffsynth.app.report;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A page's frame, an HTML file beside this class, with its {@code {{parts}}} filled in. */
final class Template {

  private static final Pattern PART = Pattern.compile("\\{\\{(\\w+)}}");

  private Template() {}

  /** Fills in every part; parts are HTML already, but for the title. */
  static String fill(String name, Map<String, String> parts) throws IOException {
    StringBuilder page = new StringBuilder();
    Matcher part = PART.matcher(load(name));
    while (part.find()) {
      String value = parts.get(part.group(1));
      if (value == null) {
        throw new IllegalArgumentException(
            "the page has a part that is not given: " + part.group());
      }
      String html = part.group(1).equals("title") ? escape(value) : value;
      part.appendReplacement(page, Matcher.quoteReplacement(html));
    }
    return part.appendTail(page).toString();
  }

  private static String load(String name) throws IOException {
    try (InputStream in = Template.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new FileNotFoundException(name + " is missing from this program's jar");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  /** Text as HTML. */
  static String escape(String text) {
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;");
  }
}
