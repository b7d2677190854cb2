package org.diffsynth.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The CUDA engine changes nothing in the application that uses it. */
class HostApplicationTest {

  private static final String NO_DRIVER = "there is no NVIDIA driver";

  @TempDir private Path temporary;

  @Test
  void probe_noDriver_changesNoPropertyAndLeavesNoFile() throws Exception {
    assumeThat(CudaDriver.find().missing()).isNotNull();

    String output = run("");

    assertThat(output).contains(NO_DRIVER);
    assertUnchanged(output);
    assertThat(temporary).isEmptyDirectory();
  }

  @Test
  void probeAndOpen_driver_changeNoPropertyAndLeaveNoFile() throws Exception {
    assumeThat(ShimLibrary.missing()).isNull();

    String output = run(ShimLibrary.fakeDriver().toString());

    assertThat(output).contains("Ready[");
    assertUnchanged(output);
    assertThat(temporary).isEmptyDirectory();
  }

  private void assertUnchanged(String output) {
    assertThat(output)
        .contains("temporary folders: [" + temporary + "]")
        .contains("properties changed: false")
        .contains("temporary file: created");
  }

  /** Another user may have put a file where JCuda would look for its own. */
  @Test
  void probe_foreignLibraryInSharedFolder_isNotLoaded() throws Exception {
    assumeThat(ShimLibrary.missing()).isNull();
    Path foreign = temporary.resolve(System.mapLibraryName("JCudaDriver-12.6.0-linux-x86_64"));
    Files.writeString(foreign, "not a library");

    assertThat(run("")).contains(NO_DRIVER);
    assertThat(run(ShimLibrary.fakeDriver().toString())).contains("Ready[");
    assertThat(foreign).hasContent("not a library");
  }

  @Test
  void probe_temporaryFolderCannotBeWritten_isNamedWithTheSetting() throws Exception {
    Path missing = temporary.resolve("missing");

    assertThat(runIn(missing, ""))
        .contains(
            "the folder " + missing + " cannot be written (it does not exist)", "-Djava.io.tmpdir");
  }

  private String run(String libraryPath) throws IOException, InterruptedException {
    return runIn(temporary, libraryPath);
  }

  private static String runIn(Path temporary, String libraryPath)
      throws IOException, InterruptedException {
    ProcessBuilder builder =
        new ProcessBuilder(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:-UsePerfData",
                "-Djava.io.tmpdir=" + temporary,
                "-cp",
                System.getProperty("java.class.path"),
                HostApplication.class.getName()));
    builder.environment().put("LD_LIBRARY_PATH", libraryPath);
    Process process = builder.redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    process.waitFor();
    return output;
  }
}
