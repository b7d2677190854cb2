package org.diffsynth.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.diffsynth.Pipeline;
import org.diffsynth.RenderRequest;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.FrameRate;
import org.diffsynth.frame.Video;
import org.diffsynth.onnx.golden.Golden;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A render in a process of its own leaves no trace on the host: ONNX Runtime 1.29 wrote a device id
 * and an event database into the user's cache folder, left logs in the temporary folder, and
 * crashed on long command lines.
 */
class HostTracesTest {

  /** ONNX Runtime 1.29 crashed beyond about 3,700 characters. */
  private static final int LONG_COMMAND_LINE = 8000;

  @TempDir Path folder;

  /** Renders one frame of the tiny model; the program that the tests start. */
  public static final class Render {

    private Render() {}

    /** Takes no arguments that matter. */
    public static void main(String[] arguments) throws IOException {
      Video input =
          Video.of(List.of(Frame.ofRgb8(64, 64, new byte[64 * 64 * 3])), FrameRate.DEFAULT);
      try (Pipeline pipeline = Pipeline.builder().model(Golden.open().model()).build()) {
        Video result =
            pipeline.render(input, RenderRequest.of("winter").withSteps(2).withStrength(0.5));
        System.out.println("rendered " + result.frames().size());
      }
    }
  }

  @Test
  void render_inAnEmptyHome_leavesNoFileBehind() throws Exception {
    Path home = Files.createDirectory(folder.resolve("home"));
    Path temporary = Files.createDirectory(folder.resolve("tmp"));

    assertThat(render(home, temporary, List.of())).contains("rendered 1");

    assertThat(filesIn(home)).isEmpty();
    assertThat(filesIn(temporary)).isEmpty();
  }

  @Test
  void render_withALongCommandLine_succeeds() throws Exception {
    Path home = Files.createDirectory(folder.resolve("home"));
    Path temporary = Files.createDirectory(folder.resolve("tmp"));

    assertThat(render(home, temporary, List.of("x".repeat(LONG_COMMAND_LINE))))
        .contains("rendered 1");
  }

  private static List<Path> filesIn(Path directory) throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      return files.filter(Files::isRegularFile).toList();
    }
  }

  private String render(Path home, Path temporary, List<String> arguments) throws Exception {
    String classPath =
        String.join(
            File.pathSeparator,
            System.getProperty("surefire.real.class.path", System.getProperty("java.class.path")),
            System.getProperty("surefire.test.class.path", ""),
            System.getProperty("jdk.module.path", ""));
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Duser.home=" + home,
                "-Djava.io.tmpdir=" + temporary,
                "-Ddiffsynth.golden=" + System.getProperty("diffsynth.golden", ""),
                "-XX:-UsePerfData",
                Render.class.getName()));
    command.addAll(arguments);
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    Map<String, String> environment = builder.environment();
    environment.put("CLASSPATH", classPath);
    environment.put("HOME", home.toString());
    environment.put("TMPDIR", temporary.toString());
    environment.remove("XDG_CACHE_HOME");
    environment.remove("ORT_DISABLE_TELEMETRY");
    Process process = builder.start();
    String output = new String(process.getInputStream().readAllBytes());
    assertThat(process.waitFor(2, TimeUnit.MINUTES)).isTrue();
    assertThat(process.exitValue()).as(output).isZero();
    return output;
  }
}
