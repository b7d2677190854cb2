package org.diffsynth.job;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.diffsynth.internal.text.Text;

/**
 * A job folder belongs to other work: an input, a setting or the version of the program has changed
 * since the job was made. The folder was not changed.
 */
public final class JobChangedException extends IOException {

  private static final long serialVersionUID = 1;

  /** The differences, for programs that show them in their own way. */
  private final String[] differences;

  JobChangedException(Path folder, List<String> differences) {
    super(
        Text.format(
            "the job in %s was made for other work: %s; use another folder for the new work, or"
                + " delete this one",
            folder, String.join("; ", differences)));
    this.differences = differences.toArray(String[]::new);
  }

  /** Returns what differs, such as {@code "mode was SHARP and is FAST"}; at least one text. */
  public List<String> differences() {
    return List.of(differences);
  }
}
