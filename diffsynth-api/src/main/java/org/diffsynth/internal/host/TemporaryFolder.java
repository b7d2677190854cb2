package org.diffsynth.internal.host;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.diffsynth.internal.text.Text;

/**
 * The temporary folder of this JVM, which the system property {@code java.io.tmpdir} names.
 * Failures name the folder, the reason and the setting that helps.
 */
public final class TemporaryFolder {

  /** The option of {@code java} that sets the temporary folder. */
  public static final String SETTING = "-Djava.io.tmpdir";

  private TemporaryFolder() {}

  /** Returns the temporary folder, which may not exist. */
  public static Path path() {
    return Path.of(System.getProperty("java.io.tmpdir"));
  }

  /**
   * Creates an empty file in a folder that only this user can read. The caller deletes it.
   *
   * @throws IOException with a remedy, if the folder cannot be written
   */
  public static Path createFile(Path folder, String suffix) throws IOException {
    try {
      return Files.createTempFile(folder, "diffsynth", suffix);
    } catch (IOException e) {
      throw failure(folder, e);
    }
  }

  /**
   * Creates an empty file that only this user can read. The caller deletes it.
   *
   * @throws IOException with a remedy, if the temporary folder cannot be written
   */
  public static Path createFile(String suffix) throws IOException {
    return createFile(path(), suffix);
  }

  /**
   * Creates an empty folder that only this user can read. The caller calls {@link PartName#delete}.
   * What a killed process has left of such a folder is removed.
   *
   * @param name what the folder is for, as part of its name, such as {@code "diffsynth-stream"}
   * @throws IOException with a remedy, if the temporary folder cannot be written
   */
  public static PartName createFolder(String name) throws IOException {
    return createFolder(path(), name);
  }

  /** Creates an empty folder in a folder; otherwise as {@link #createFolder(String)}. */
  public static PartName createFolder(Path parent, String name) throws IOException {
    PartName folder = PartName.of(parent.resolve(name));
    try {
      if (parent.getFileSystem().supportedFileAttributeViews().contains("posix")) {
        Files.createDirectory(
            folder.path(),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
      } else {
        Files.createDirectory(folder.path());
      }
      return folder;
    } catch (IOException e) {
      folder.close();
      throw failure(parent, e);
    }
  }

  /** Returns an exception with a remedy for a failure to write into the temporary folder. */
  public static IOException failure(IOException cause) {
    return failure(path(), cause);
  }

  /** Returns an exception with a remedy for a failure to write into a folder. */
  public static IOException failure(Path folder, IOException cause) {
    if (folder.equals(path())) {
      return new IOException(notWritten(folder, cause, SETTING), cause);
    }
    return new IOException(
        Text.format(
            "the folder %s cannot be written (%s): give ComputeOptions.withTemporaryFolder a folder"
                + " that exists, can be written and has space",
            folder, reason(folder, cause)),
        cause);
  }

  /**
   * Checks that files can be created, before long work that needs some at its end.
   *
   * @throws IOException with a remedy, if the temporary folder cannot be written
   */
  public static void check() throws IOException {
    Files.delete(createFile(".check"));
  }

  /**
   * Returns why a native library could not be loaded, if the cause is the folder that it was
   * unpacked into.
   *
   * @param failure what loading has thrown
   * @param folder the folder
   * @param setting the option of {@code java} that names another folder, such as {@link #SETTING}
   * @return the reason with a remedy, or null if the cause is something else
   */
  public static String whyNotLoaded(Throwable failure, Path folder, String setting) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      String message = String.valueOf(cause.getMessage());
      if (cause instanceof UnsatisfiedLinkError
          && (message.contains("failed to map segment")
              || message.contains("Operation not permitted")
              || message.contains("Permission denied"))) {
        return Text.format(
            "native libraries cannot be loaded from %s, because programs must not run from it (it may"
                + " be mounted with noexec): start java with %s=FOLDER, a folder without this limit",
            folder, setting);
      }
      if (cause instanceof IOException file) {
        return notWritten(folder, file, setting);
      }
    }
    return null;
  }

  private static String notWritten(Path folder, IOException failure, String setting) {
    return Text.format(
        "the folder %s cannot be written (%s): start java with %s=FOLDER, a folder that can be"
            + " written and has space",
        folder, reason(folder, failure), setting);
  }

  private static String reason(Path folder, IOException failure) {
    if (!Files.exists(folder)) {
      return "it does not exist";
    }
    if (failure instanceof AccessDeniedException) {
      return "permission denied";
    }
    if (failure instanceof FileSystemException file && file.getReason() != null) {
      return file.getReason();
    }
    return failure instanceof NoSuchFileException ? "it does not exist" : failure.getMessage();
  }
}
