package org.diffsynth.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.diffsynth.compute.Availability;
import org.diffsynth.spi.DiffusionBackend;
import org.diffsynth.spi.DiffusionBackendProvider;
import org.diffsynth.spi.DiffusionSettings;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How providers are found. On the class path, where an application has most of them. */
class ProviderDiscoveryTest {

  /** What all providers of this test have in common. */
  public abstract static class Provider implements DiffusionBackendProvider {

    @Override
    public String name() {
      return getClass().getSimpleName();
    }

    @Override
    public Availability probe() {
      return new Availability.Missing("only a test");
    }

    @Override
    public DiffusionBackend open(DiffusionSettings settings) {
      return new FakeDiffusionBackend(settings);
    }
  }

  /** Listed in a file of the test class path, which is where the library itself lies. */
  public static final class OnClassPath extends Provider {}

  /** Listed only where the context class loader looks. */
  public static final class InContext extends Provider {}

  /** Cannot be created. */
  public static final class Broken extends Provider {

    /** Fails as a provider does whose native library is missing. */
    public Broken() {
      throw new UnsatisfiedLinkError("no library");
    }
  }

  @TempDir private Path folder;

  private static List<String> names(ClassLoader context) {
    Thread thread = Thread.currentThread();
    ClassLoader before = thread.getContextClassLoader();
    try {
      thread.setContextClassLoader(context);
      return DiffusionBackendProvider.all().stream().map(DiffusionBackendProvider::name).toList();
    } finally {
      thread.setContextClassLoader(before);
    }
  }

  @Test
  void providers_contextClassLoaderWithoutProviders_areThoseBesideTheLibrary() {
    assertThat(names(ClassLoader.getPlatformClassLoader())).containsExactly("OnClassPath");
  }

  @Test
  void providers_foundByBothLoaders_areReturnedOnceAndBrokenOnesLeftOut() throws IOException {
    Path services = Files.createDirectories(folder.resolve("META-INF/services"));
    String nested = ProviderDiscoveryTest.class.getName() + "$";
    Files.write(
        services.resolve(DiffusionBackendProvider.class.getName()),
        List.of("org.example.NotThere", nested + "Broken", nested + "InContext"));
    try (URLClassLoader context =
        new URLClassLoader(
            new URL[] {folder.toUri().toURL()}, ProviderDiscoveryTest.class.getClassLoader())) {
      assertThat(names(context)).containsExactlyInAnyOrder("OnClassPath", "InContext");
    }
  }
}
