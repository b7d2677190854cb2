package org.diffsynth.cuda.internal;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.ProtectionDomain;
import java.util.HashMap;
import java.util.Map;
import org.diffsynth.internal.host.TemporaryFolder;

/**
 * Defines the CUDA engine and JCuda a second time, apart from the application's classes. All other
 * classes come from the application.
 *
 * <p>JCuda by itself loads its native library through a file of a fixed name in the shared
 * temporary folder, where a file of another user may be, and the only setting for that folder is
 * the system property {@code java.io.tmpdir} of the whole JVM. A class loader is asked first, so
 * this one answers with a file in a folder that only this user can read and write. JCuda's static
 * settings, such as whether calls throw exceptions, also stay apart from those of an application
 * that uses JCuda itself.
 *
 * <p>Threads may share this object.
 */
public final class IsolatedClassLoader extends ClassLoader {

  static {
    registerAsParallelCapable();
  }

  private static final String ENGINE = "org.diffsynth.cuda.";
  private static final String SHARED = "org.diffsynth.cuda.internal.";
  private static final String JCUDA = "jcuda.";

  /** Libraries that are unpacked at the moment, by name; guarded by itself. */
  private final Map<String, Path> unpacked = new HashMap<>();

  private final ProtectionDomain domain;

  /**
   * Creates a loader.
   *
   * @param application a class of the application's class loader, which can find JCuda
   */
  public IsolatedClassLoader(Class<?> application) {
    super("diffsynth-cuda", application.getClassLoader());
    domain = application.getProtectionDomain();
  }

  @Override
  protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
    if (!name.startsWith(JCUDA) && (!name.startsWith(ENGINE) || name.startsWith(SHARED))) {
      return super.loadClass(name, resolve);
    }
    synchronized (getClassLoadingLock(name)) {
      Class<?> loaded = findLoadedClass(name);
      return loaded == null ? define(name) : loaded;
    }
  }

  private Class<?> define(String name) throws ClassNotFoundException {
    URL file = getResource(name.replace('.', '/') + ".class");
    if (file == null) {
      throw new ClassNotFoundException(name);
    }
    try (InputStream in = file.openStream()) {
      byte[] bytes = in.readAllBytes();
      return defineClass(name, bytes, 0, bytes.length, domain);
    } catch (IOException e) {
      throw new ClassNotFoundException(name, e);
    }
  }

  /**
   * Returns the file of a native library, unpacked into a private folder.
   *
   * @param name the name without prefix and suffix of the operating system
   * @return an absolute path, or null if no jar brings the library
   * @throws UncheckedIOException if the file cannot be written
   */
  @Override
  protected String findLibrary(String name) {
    String fileName = System.mapLibraryName(name);
    URL resource = getResource("lib/" + fileName);
    if (resource == null) {
      return null;
    }
    synchronized (unpacked) {
      return unpacked.computeIfAbsent(name, key -> unpack(resource, fileName)).toString();
    }
  }

  /**
   * Returns why a library from this loader could not be loaded, if the cause is the temporary
   * folder.
   *
   * @return the reason with a remedy, or null if the cause is something else
   */
  public String whyNotLoaded(Throwable failure) {
    return TemporaryFolder.whyNotLoaded(failure, TemporaryFolder.path(), TemporaryFolder.SETTING);
  }

  private static Path unpack(URL resource, String fileName) {
    try (InputStream in = resource.openStream()) {
      // Only the owner can read or write a folder that this method creates.
      Path file = Files.createTempDirectory("diffsynth-cuda-").resolve(fileName).toAbsolutePath();
      Files.copy(in, file);
      return file;
    } catch (IOException e) {
      throw new UncheckedIOException(TemporaryFolder.failure(e).getMessage(), e);
    }
  }

  /**
   * Deletes the files of libraries that are loaded by now. Windows locks them, so there they are
   * deleted when the JVM ends.
   */
  public void deleteUnpacked() {
    synchronized (unpacked) {
      for (Path file : unpacked.values()) {
        if (!file.toFile().delete()) {
          file.getParent().toFile().deleteOnExit(); // in the reverse order of these calls
          file.toFile().deleteOnExit();
        }
        file.getParent().toFile().delete();
      }
      unpacked.clear();
    }
  }
}
