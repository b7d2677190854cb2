package org.diffsynth.cuda;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * Makes JCuda extract its native library into a private folder of this process. On its own, JCuda
 * uses a fixed file name in the shared temporary folder, where a file of another user may be.
 *
 * <p>JCuda reads the folder from the system property {@code java.io.tmpdir}. The property is
 * changed while JCuda loads, and restored afterwards.
 */
final class NativesFolder {

  private static final String PROPERTY = "java.io.tmpdir";

  private NativesFolder() {}

  /**
   * Loads JCuda with a private folder for its native library.
   *
   * @param load initialises a JCuda class
   * @throws UncheckedIOException if the folder cannot be created
   */
  static synchronized void during(Runnable load) {
    String shared = System.getProperty(PROPERTY);
    Path own;
    try {
      own = Files.createTempDirectory("diffsynth-cuda-"); // only its owner can read or write it
    } catch (IOException e) {
      throw new UncheckedIOException("cannot create a folder for native libraries in " + shared, e);
    }
    System.setProperty(PROPERTY, own.toString());
    try {
      load.run();
    } finally {
      System.setProperty(PROPERTY, shared);
      delete(own);
    }
  }

  /**
   * Deletes the folder. Linux does not need the file of a loaded library; Windows locks it, so
   * there it is deleted when the JVM ends.
   */
  private static void delete(Path folder) {
    folder.toFile().deleteOnExit();
    List<Path> files;
    try (Stream<Path> listed = Files.list(folder)) {
      files = listed.toList();
    } catch (IOException e) {
      return; // the operating system cleans its temporary folder
    }
    files.forEach(file -> file.toFile().deleteOnExit());
    files.forEach(file -> file.toFile().delete());
    folder.toFile().delete();
  }
}
