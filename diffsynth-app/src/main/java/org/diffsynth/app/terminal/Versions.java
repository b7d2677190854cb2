package org.diffsynth.app.terminal;

import java.util.LinkedHashMap;
import java.util.Map;
import org.diffsynth.internal.text.Text;
import picocli.CommandLine.IVersionProvider;

/**
 * Versions of the program, of Java and of the machine, for {@code --version}, reports and settings.
 */
public final class Versions implements IVersionProvider {

  /** Returns all versions by name, in the order in which they are shown. */
  public static Map<String, String> table() {
    Map<String, String> table = new LinkedHashMap<>();
    table.put("Program", product());
    table.put("Java", java());
    table.put("Machine", machine());
    return table;
  }

  /** Returns text such as {@code "diffsynth 0.1.0"}, with "(development)" outside the jar. */
  public static String product() {
    String version = Versions.class.getPackage().getImplementationVersion();
    return "diffsynth " + (version == null ? "(development)" : version);
  }

  /** Returns text such as {@code "Java 17.0.15 (Debian)"}. */
  public static String java() {
    return Text.format(
        "Java %s (%s)", System.getProperty("java.version"), System.getProperty("java.vendor"));
  }

  /** Returns text such as {@code "Linux amd64, 2 processors"}. */
  public static String machine() {
    return Text.format(
        "%s %s, %d processors",
        System.getProperty("os.name"),
        System.getProperty("os.arch"),
        Runtime.getRuntime().availableProcessors());
  }

  @Override
  public String[] getVersion() {
    return new String[] {product(), java(), machine()};
  }
}
