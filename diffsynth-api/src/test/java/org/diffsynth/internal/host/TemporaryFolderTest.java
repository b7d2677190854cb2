package org.diffsynth.internal.host;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TemporaryFolderTest {

  private static final String SETTING = "-Dsetting";

  @TempDir private Path folder;

  @Test
  void whyNotLoaded_noexec_saysSoAndNamesTheSetting() {
    Error failure =
        new UnsatisfiedLinkError("/t/a.so: /t/a.so: failed to map segment from shared object");

    assertThat(TemporaryFolder.whyNotLoaded(failure, folder, SETTING))
        .startsWith("native libraries cannot be loaded from " + folder)
        .contains("noexec")
        .contains("start java with -Dsetting=FOLDER");
  }

  @Test
  void whyNotLoaded_causeIsAFullDisk_givesTheReason() {
    Error failure =
        new ExceptionInInitializerError(
            new RuntimeException(new IOException("No space left on device")));

    assertThat(TemporaryFolder.whyNotLoaded(failure, folder, SETTING))
        .startsWith("the folder " + folder + " cannot be written (No space left on device): ")
        .contains("start java with -Dsetting=FOLDER");
  }

  @Test
  void whyNotLoaded_reasonsOfTheFileSystem_areGiven() {
    assertThat(reason(new AccessDeniedException("a"))).contains("(permission denied)");
    assertThat(reason(new FileSystemException("a", null, "Read-only file system")))
        .contains("(Read-only file system)");
    assertThat(TemporaryFolder.whyNotLoaded(new IOException("a"), folder.resolve("no"), SETTING))
        .contains("(it does not exist)");
  }

  private String reason(IOException failure) {
    return TemporaryFolder.whyNotLoaded(failure, folder, SETTING);
  }

  @Test
  void whyNotLoaded_libraryMissing_isAnotherCause() {
    Error failure = new UnsatisfiedLinkError("libcuda.so.1: cannot open shared object file");

    assertThat(TemporaryFolder.whyNotLoaded(failure, folder, SETTING)).isNull();
  }
}
