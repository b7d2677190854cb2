package org.diffsynth.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Providers are found where the libraries are in a class loader of their own, as in a fat jar of
 * Spring Boot, and the calling thread's context class loader does not see them, as on the common
 * pool.
 */
class ClassLoadersTest {

  @ParameterizedTest
  @CsvSource({
    "org.diffsynth.spi.PatchMatcherProvider, cpu",
    "org.diffsynth.spi.PatchMatcherProvider, cuda",
    "org.diffsynth.spi.DiffusionBackendProvider, onnx"
  })
  void providers_contextLoaderSeesNothing_areFoundByTheApisLoader(String service, String name)
      throws Exception {
    List<URL> libraries = new ArrayList<>();
    for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
      libraries.add(Path.of(entry).toUri().toURL());
    }
    ClassLoader platform = ClassLoader.getPlatformClassLoader();
    try (URLClassLoader fatJar = new URLClassLoader(libraries.toArray(URL[]::new), platform)) {
      Class<?> provider = fatJar.loadClass(service);
      assertThat(provider.getClassLoader()).isSameAs(fatJar);
      for (ClassLoader context : new ClassLoader[] {platform, getClass().getClassLoader(), null}) {
        List<?> found = CompletableFuture.supplyAsync(() -> all(provider, context)).get();

        assertThat(found).extracting(it -> call(provider, "name", it)).contains(name);
      }
    }
  }

  private static List<?> all(Class<?> service, ClassLoader context) {
    Thread thread = Thread.currentThread();
    ClassLoader before = thread.getContextClassLoader();
    thread.setContextClassLoader(context);
    try {
      return (List<?>) call(service, "all", null);
    } finally {
      thread.setContextClassLoader(before);
    }
  }

  private static Object call(Class<?> type, String method, Object target) {
    try {
      return type.getMethod(method).invoke(target);
    } catch (ReflectiveOperationException e) {
      throw new AssertionError(e);
    }
  }
}
