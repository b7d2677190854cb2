package org.diffsynth.cuda;

import java.io.File;
import java.io.IOException;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.diffsynth.compute.Availability;
import org.diffsynth.match.PatchMatchOptions;
import org.diffsynth.spi.PatchMatcherProvider;

/**
 * The program that {@link HostApplicationTest} runs in a JVM of its own: an application whose other
 * thread creates temporary files and reads system properties while the CUDA engine is probed and
 * opened.
 */
final class HostApplication {

  private HostApplication() {}

  /** Prints what the other thread met. */
  public static void main(String[] arguments) throws Exception {
    Properties before = (Properties) System.getProperties().clone();
    Set<String> met = new TreeSet<>();
    AtomicBoolean done = new AtomicBoolean();
    CountDownLatch started = new CountDownLatch(1);
    Thread other =
        new Thread(
            () -> {
              while (!done.get()) {
                met.add(System.getProperty("java.io.tmpdir"));
                started.countDown();
              }
            });
    other.start();
    started.await();
    PatchMatcherProvider cuda = new CudaPatchMatcherProvider();
    Availability availability = cuda.probe();
    if (availability instanceof Availability.Ready) {
      cuda.open(PatchMatchOptions.DEFAULT, 1).close();
    }
    done.set(true);
    other.join();
    System.out.println(availability);
    System.out.println("temporary folders: " + met);
    System.out.println("properties changed: " + !before.equals(System.getProperties()));
    System.out.println("temporary file: " + firstTemporaryFile());
  }

  /** Java remembers the temporary folder when a JVM creates its first temporary file. */
  private static String firstTemporaryFile() {
    try {
      File file = File.createTempFile("host", null);
      return file.delete() ? "created" : "lost";
    } catch (IOException e) {
      return e.toString();
    }
  }
}
