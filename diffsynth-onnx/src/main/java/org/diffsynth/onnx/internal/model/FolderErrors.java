package org.diffsynth.onnx.internal.model;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** All that is wrong with a folder, told at once. */
public final class FolderErrors {
  private final Path folder;
  private final List<String> found = new ArrayList<>();

  /** Nothing wrong so far. */
  public FolderErrors(Path folder) {
    this.folder = folder;
  }

  void add(String format, Object... values) {
    found.add(String.format(format, values));
  }

  /** The value, or null and one problem more. */
  public <T> T get(Reader<T> reader) {
    try {
      return reader.read();
    } catch (IOException | IllegalArgumentException e) {
      found.add(e.getMessage());
      return null;
    }
  }

  /**
   * Ends the reading of a folder.
   *
   * @throws IOException listing all problems, if there are any
   */
  public void throwIfAny() throws IOException {
    if (!found.isEmpty()) {
      throw new IOException(folder + " cannot be used:\n  " + String.join("\n  ", found));
    }
  }

  /** Reads something from files. */
  @FunctionalInterface
  public interface Reader<T> {
    /** What was read. */
    T read() throws IOException;
  }
}
