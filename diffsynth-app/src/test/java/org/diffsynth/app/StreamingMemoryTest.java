package org.diffsynth.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.diffsynth.deflicker.PatchBlending.BlendMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Memory depends on frame size and window, not on the length of the clip: a JVM blends a clip that
 * does not fit into its heap.
 *
 * <p>The figures of the documentation, 3,000 frames in a heap of 256 MB, take a quarter of an hour:
 *
 * <pre>mvn test -pl diffsynth-app -am -Dtest=StreamingMemoryTest
 *     -Dsurefire.failIfNoSpecifiedTests=false -Ddiffsynth.streaming=full</pre>
 */
class StreamingMemoryTest {

  private static final boolean FULL = "full".equals(System.getProperty("diffsynth.streaming"));

  /** The clip alone takes 2 · 500 · 160 · 90 · 3 bytes = 41 MB. */
  private static final List<String> SHORT = List.of("-Xmx36m", "500", "160", "90", "3");

  private static final List<String> LONG = List.of("-Xmx256m", "3000", "320", "180", "15");

  @ParameterizedTest
  @EnumSource(
      value = BlendMode.class,
      names = {"FAST", "BALANCED"})
  void longClip_inAHeapTooSmallForIt_isBlended(BlendMode mode) throws Exception {
    List<String> numbers = FULL ? LONG : SHORT;
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--add-modules",
                "jdk.incubator.vector",
                numbers.get(0),
                "-cp",
                System.getProperty(
                    "surefire.test.class.path", System.getProperty("java.class.path")),
                StreamingRun.class.getName(),
                mode.name(),
                numbers.get(1),
                numbers.get(2),
                numbers.get(3),
                numbers.get(4))
            .redirectErrorStream(true)
            .start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    System.out.print(output);
    assertThat(process.waitFor()).as(output).isZero();
    assertThat(output).contains(numbers.get(1) + " frames");
  }
}
