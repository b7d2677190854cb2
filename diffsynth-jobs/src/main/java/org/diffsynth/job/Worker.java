package org.diffsynth.job;

import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The sign of life of a process that works on a job: a file with the name of the machine and a
 * number that grows. The file is locked as long as the process lives.
 *
 * <p>Another process takes this one for dead if the file is gone; if it can lock the file and both
 * run on one machine; or if it has watched the number for a whole lease, by its own clock, without
 * a change. No times of two clocks are compared, and no times of files, so clocks may be wrong.
 * Mistakes cost time only: two processes that compute one part write the same bytes.
 */
final class Worker implements Closeable {

  private static final Logger LOG = LoggerFactory.getLogger(Worker.class);
  private static final Path BOOT_ID = Path.of("/proc/sys/kernel/random/boot_id");

  /** Position of the lock: beyond the contents, so that others may read them on every system. */
  private static final long LOCKED = Long.MAX_VALUE - 1;

  private static final String MACHINE = machine();

  /**
   * Workers of this process. Their files are never opened again: on POSIX systems, closing any
   * channel to a file ends the locks of the process on it.
   */
  private static final Set<String> LIVING = ConcurrentHashMap.newKeySet();

  private final Path folder;
  private final Duration lease;
  private final String id = Long.toHexString(new SecureRandom().nextLong() | Long.MIN_VALUE);
  private final Path file;
  private final FileChannel channel;
  private final Thread heart;
  private final Map<String, Observed> observed = new HashMap<>();
  private volatile boolean isClosed;

  /** What this process saw of another one, and when, by {@link System#nanoTime}. */
  private record Observed(String content, long nanos) {}

  private Worker(Path folder, Duration lease) throws IOException {
    this.folder = folder;
    this.lease = lease;
    Files.createDirectories(folder);
    file = folder.resolve(id);
    Path early = folder.resolve("." + id);
    channel = FileChannel.open(early, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    LIVING.add(id);
    try {
      lock();
      beat(0);
      Files.move(early, file, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException | RuntimeException | Error e) {
      LIVING.remove(id);
      channel.close();
      Files.deleteIfExists(early);
      throw e;
    }
    heart = new Thread(this::beat, "diffsynth-job-lease");
    heart.setDaemon(true);
    heart.start();
  }

  /** Shows that this process works on a job, until it is closed. */
  static Worker start(Path folder, Duration lease) throws IOException {
    Worker worker = new Worker(folder, lease);
    worker.removeDead();
    return worker;
  }

  private void lock() {
    try {
      channel.tryLock(LOCKED, 1, false); // the channel keeps the lock
    } catch (IOException | UnsupportedOperationException e) {
      LOG.debug("{} cannot be locked; its lease alone shows that its process lives", file, e);
    }
  }

  private void beat() {
    for (long count = 1; !isClosed; count++) {
      try {
        Thread.sleep(Math.max(1, lease.toMillis() / 4));
        beat(count);
      } catch (InterruptedException e) {
        return;
      } catch (IOException e) {
        LOG.debug("{} cannot be written", file, e); // others may take over; the bytes stay the same
      }
    }
  }

  private synchronized void beat(long count) throws IOException {
    if (!isClosed) {
      String text = MACHINE + "\n" + count + "\n";
      channel.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)), 0);
    }
  }

  private static String machine() {
    try {
      return Files.readString(BOOT_ID).trim(); // one value for all containers of a machine
    } catch (IOException | RuntimeException e) {
      try {
        return InetAddress.getLocalHost().getHostName();
      } catch (UnknownHostException unknown) {
        return "unknown-" + Long.toHexString(new SecureRandom().nextLong());
      }
    }
  }

  /** Returns the name of this process in the job. */
  String id() {
    return id;
  }

  /** Returns whether the process with a name has died, or has not moved for a lease. */
  boolean isDead(String other) {
    if (LIVING.contains(other)) {
      return false;
    }
    Path otherFile = folder.resolve(other);
    try {
      String content = Files.readString(otherFile);
      if (content.startsWith(MACHINE + "\n") && removeIfUnlocked(otherFile)) {
        return true;
      }
      long now = System.nanoTime();
      Observed before = observed.get(other);
      if (before == null || !before.content.equals(content)) {
        observed.put(other, new Observed(content, now));
        return false;
      }
      return now - before.nanos > lease.toNanos();
    } catch (NoSuchFileException e) {
      return true;
    } catch (IOException | RuntimeException e) {
      LOG.debug("{} cannot be read", otherFile, e);
      return false;
    }
  }

  /** Removes the file of a dead process; returns whether its lock was free. */
  private static boolean removeIfUnlocked(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE);
        FileLock lock = channel.tryLock(LOCKED, 1, false)) {
      if (lock == null) {
        return false;
      }
      Files.deleteIfExists(file);
      return true;
    } catch (OverlappingFileLockException | UnsupportedOperationException e) {
      return false; // a job of this process, or a disk without locks
    }
  }

  /** Removes what processes of this machine that were killed have left. */
  private void removeDead() {
    List<Path> others;
    try (Stream<Path> files = Files.list(folder)) {
      others =
          files
              .filter(other -> !LIVING.contains(other.getFileName().toString().replace(".", "")))
              .toList();
    } catch (IOException | RuntimeException e) {
      return;
    }
    for (Path other : others) {
      try {
        if (Files.readString(other).startsWith(MACHINE + "\n")) {
          removeIfUnlocked(other);
        }
      } catch (IOException | RuntimeException e) {
        LOG.debug("{} cannot be read", other, e);
      }
    }
  }

  /** Ends the sign of life. A second call does nothing. */
  @Override
  public void close() throws IOException {
    synchronized (this) {
      if (isClosed) {
        return;
      }
      isClosed = true;
    }
    heart.interrupt();
    boolean interrupted = false;
    try {
      heart.join(1000);
    } catch (InterruptedException e) {
      interrupted = true;
    }
    Files.deleteIfExists(file);
    channel.close();
    LIVING.remove(id);
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
