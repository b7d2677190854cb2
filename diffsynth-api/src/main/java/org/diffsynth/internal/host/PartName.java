package org.diffsynth.internal.host;

import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.SecureRandom;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.diffsynth.internal.text.Text;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The temporary name of a file or folder that is being written: {@code .NAME.RANDOM.part}, beside
 * the final name. As long as this object is open, a lock says that its writer lives. What a writer
 * that was killed has left behind is removed when the same name is written again.
 *
 * <p>The lock is a file beside the part, {@code .NAME.RANDOM.part.lock}, because a lock on the part
 * itself would end when a library opens and closes it. The operating system frees locks of dead
 * processes, also of other containers on the same disk. Where a disk has no locks, no lock file is
 * made, and a part without one is never removed.
 */
public final class PartName implements Closeable {

  private static final Logger LOG = LoggerFactory.getLogger(PartName.class);
  private static final String PART = ".part";
  private static final String LOCK = ".lock";

  private final Path path;
  private final Path lockFile;
  private FileChannel lock;

  private PartName(Path path) {
    this.path = path;
    this.lockFile = path.resolveSibling(path.getFileName() + LOCK);
  }

  /**
   * Chooses a temporary name for a file or folder, and removes what killed writers of the same name
   * have left. Creates nothing under the temporary name itself.
   *
   * @param target the final name, in a folder that exists
   */
  public static PartName of(Path target) {
    Path folder = target.toAbsolutePath().getParent();
    String start = "." + target.getFileName() + ".";
    String random = Long.toHexString(new SecureRandom().nextLong());
    PartName name = new PartName(folder.resolve(start + random + PART));
    if (folder.getFileSystem().equals(FileSystems.getDefault())) {
      removeLeftovers(folder, start); // in memory or in a zip file there are no other processes
      name.lock();
    }
    return name;
  }

  private void lock() {
    try {
      FileChannel channel =
          FileChannel.open(lockFile, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
      try {
        if (channel.tryLock() != null) {
          lock = channel;
          return;
        }
      } catch (IOException | UnsupportedOperationException e) {
        LOG.debug("{} cannot be locked", lockFile, e);
      }
      channel.close();
      Files.deleteIfExists(lockFile);
    } catch (IOException e) {
      LOG.debug("no lock at {}", lockFile, e); // creating the part itself says what is wrong
    }
  }

  private static void removeLeftovers(Path folder, String start) {
    Pattern locks =
        Pattern.compile(Pattern.quote(start) + "[0-9a-f]+" + Pattern.quote(PART + LOCK));
    List<Path> found;
    try (Stream<Path> files = Files.list(folder)) {
      found = files.filter(file -> locks.matcher(file.getFileName().toString()).matches()).toList();
    } catch (IOException | UncheckedIOException e) {
      return; // creating the part says what is wrong with the folder
    }
    found.forEach(PartName::removeIfDead);
  }

  private static void removeIfDead(Path lockFile) {
    String name = lockFile.getFileName().toString();
    Path part = lockFile.resolveSibling(name.substring(0, name.length() - LOCK.length()));
    try (FileChannel channel = FileChannel.open(lockFile, StandardOpenOption.WRITE);
        FileLock held = channel.tryLock()) {
      if (held == null) {
        return; // its writer lives in another process
      }
      if (Files.exists(part)) {
        deleteTree(part);
        LOG.warn("removed {}, which an interrupted run has left behind", part);
      }
      Files.delete(lockFile);
    } catch (OverlappingFileLockException | AccessDeniedException e) {
      LOG.debug("{} is being written by this process, or belongs to another user", part);
    } catch (NoSuchFileException e) {
      LOG.debug("{} was removed meanwhile", lockFile);
    } catch (IOException | UncheckedIOException | UnsupportedOperationException e) {
      LOG.warn("an interrupted run has left {}, which cannot be removed: {}", part, e.toString());
    }
  }

  private static void deleteTree(Path root) throws IOException {
    try (Stream<Path> entries = Files.walk(root)) {
      for (Path entry : entries.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(entry);
      }
    }
  }

  /** Returns the temporary name. */
  public Path path() {
    return path;
  }

  /** Deletes what is there under the temporary name, and ends the lock. */
  public void delete() throws IOException {
    try {
      if (Files.exists(path)) {
        deleteTree(path);
      }
    } catch (UncheckedIOException e) {
      throw e.getCause();
    } finally {
      close();
    }
  }

  /** Ends the lock. The caller has renamed or deleted the part. A second call does nothing. */
  @Override
  public void close() throws IOException {
    if (lock != null) {
      // Deleted first: whoever finds the file must not take the part for that of a dead process.
      Files.deleteIfExists(lockFile);
      lock.close();
      lock = null;
    }
  }

  @Override
  public String toString() {
    return Text.format("PartName[%s]", path);
  }
}
