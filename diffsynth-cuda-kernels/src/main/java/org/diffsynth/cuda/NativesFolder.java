package org.diffsynth.cuda;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * Has JCuda unpack its native library into a folder of this process alone. By itself it writes to a
 * fixed name in the common temporary folder, where another user's file may lie already.
 *
 * <p>JCuda reads the folder from the system property {@code java.io.tmpdir}, so that is another one
 * while it loads; nothing else of the JVM is touched.
 */
final class NativesFolder {

  private static final String PROPERTY = "java.io.tmpdir";

  private NativesFolder() {}

  /** Runs {@code load}, which touches JCuda's first class, with a private folder to unpack into. */
  static synchronized void during(Runnable load) {
    String shared = System.getProperty(PROPERTY);
    Path own;
    try {
      own = Files.createTempDirectory("diffsynth-cuda-"); // only its owner can read or write it
    } catch (IOException e) {
      throw new UncheckedIOException("cannot make a folder for natives in " + shared, e);
    }
    System.setProperty(PROPERTY, own.toString());
    try {
      load.run();
    } finally {
      System.setProperty(PROPERTY, shared);
      delete(own);
    }
  }

  /** A loaded library needs its file no more on Linux; on Windows it goes when the JVM ends. */
  private static void delete(Path folder) {
    folder.toFile().deleteOnExit();
    List<Path> files;
    try (Stream<Path> listed = Files.list(folder)) {
      files = listed.toList();
    } catch (IOException e) {
      return; // then it stays until the system cleans its temporary folder
    }
    files.forEach(file -> file.toFile().deleteOnExit());
    files.forEach(file -> file.toFile().delete());
    folder.toFile().delete();
  }
}
