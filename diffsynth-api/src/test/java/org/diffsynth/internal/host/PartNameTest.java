package org.diffsynth.internal.host;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class PartNameTest {

  @TempDir Path folder;

  private List<String> names() throws IOException {
    try (var files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  @Test
  void of_target_isAHiddenNameBesideItAndLeavesNothing() throws IOException {
    try (PartName part = PartName.of(folder.resolve("a.mp4"))) {
      assertThat(part.path().getParent()).isEqualTo(folder);
      assertThat(part.path().getFileName().toString()).matches("\\.a\\.mp4\\.[0-9a-f]+\\.part");
      Files.createDirectory(part.path());
      Files.createFile(part.path().resolve("0.png"));
      part.delete();
    }
    assertThat(names()).isEmpty();
  }

  @Test
  void of_whileAnotherWriterOfThisProcessLives_leavesItsPart() throws IOException {
    try (PartName first = PartName.of(folder.resolve("a"))) {
      Files.createFile(first.path());
      try (PartName second = PartName.of(folder.resolve("a"))) {
        assertThat(second.path()).isNotEqualTo(first.path());
        assertThat(first.path()).exists();
      }
      assertThat(first.path()).exists();
    }
  }

  @Test
  void of_partWithoutALock_staysBecauseItsWriterIsUnknown() throws IOException {
    Files.createFile(folder.resolve(".a.1f.part"));
    PartName.of(folder.resolve("a")).close();
    assertThat(names()).containsExactly(".a.1f.part");
  }

  /** Writes a part and waits to be killed. */
  static final class Writer {

    private Writer() {}

    /** Starts a part of the file that the argument names. */
    public static void main(String[] arguments) throws IOException {
      PartName part = PartName.of(Path.of(arguments[0]));
      Files.createDirectory(part.path());
      Files.createFile(part.path().resolve("0.png"));
      System.out.println("ready");
      System.in.read();
    }
  }

  @Test
  void of_otherProcess_keepsThePartWhileItLivesAndRemovesItWhenItWasKilled() throws Exception {
    Path target = folder.resolve("frames");
    Process writer =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                String.join(
                    File.pathSeparator,
                    "target/classes",
                    "target/test-classes",
                    System.getProperty("jdk.module.path", ""),
                    System.getProperty("java.class.path")),
                Writer.class.getName(),
                target.toString())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    try {
      assertThat(writer.inputReader().readLine()).isEqualTo("ready");
      PartName.of(target).close();
      assertThat(names()).hasSize(2);
    } finally {
      writer.destroyForcibly();
    }
    assertThat(writer.waitFor(30, TimeUnit.SECONDS)).isTrue();
    assertThat(names()).hasSize(2);

    PartName.of(target).close();

    assertThat(names()).isEmpty();
  }
}
