package org.diffsynth.onnx.internal.model;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.diffsynth.internal.text.Text;

/**
 * The errors found in a model folder, collected so that one exception reports all of them. Not for
 * concurrent use.
 */
public final class FolderErrors {
  private final Path folder;
  private final List<String> messages = new ArrayList<>();

  /** Creates an empty collection for a folder. */
  public FolderErrors(Path folder) {
    this.folder = folder;
  }

  /** Adds an error message in the notation of {@link String#format}. */
  void add(String format, Object... values) {
    messages.add(Text.format(format, values));
  }

  /**
   * Reads a part of the folder. A failure is added to this collection instead of being thrown.
   *
   * @return the value that was read, or null after a failure
   */
  public <T> T get(Reader<T> reader) {
    try {
      return reader.read();
    } catch (IOException | IllegalArgumentException e) {
      messages.add(e.getMessage());
      return null;
    }
  }

  /**
   * Throws if any error was added.
   *
   * @throws IOException listing the folder and all errors
   */
  public void throwIfAny() throws IOException {
    if (!messages.isEmpty()) {
      throw new IOException(folder + " cannot be used:\n  " + String.join("\n  ", messages));
    }
  }

  /** Reads a value from files. */
  @FunctionalInterface
  public interface Reader<T> {
    /**
     * Reads one value from a model folder.
     *
     * @throws IOException if a file is missing or malformed
     */
    T read() throws IOException;
  }
}
