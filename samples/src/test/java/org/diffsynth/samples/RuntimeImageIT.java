package org.diffsynth.samples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.spi.ToolProvider;
import javax.tools.JavaCompiler;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Links a Java runtime image of the modules that a deflickering application needs, and runs a
 * program in it that deflickers a clip and writes a video file. Runs in the phase {@code verify},
 * when the jars of the other modules exist.
 */
class RuntimeImageIT {

  /** A program that uses the public API only; it prints how many frames it wrote. */
  private static final String PROGRAM =
      """
      import java.nio.file.Path;
      import java.util.ArrayList;
      import java.util.List;
      import org.diffsynth.deflicker.PatchBlending;
      import org.diffsynth.frame.Frame;
      import org.diffsynth.frame.FrameRate;
      import org.diffsynth.frame.FrameSink;
      import org.diffsynth.frame.Video;
      import org.diffsynth.video.VideoFiles;
      import org.diffsynth.video.VideoSettings;

      public class Program {
        public static void main(String[] arguments) throws Exception {
          List<Frame> frames = new ArrayList<>();
          for (int i = 0; i < 3; i++) {
            byte[] rgb = new byte[48 * 32 * 3];
            for (int k = 0; k < rgb.length; k++) {
              rgb[k] = (byte) ((k * 7 + k / 144 * 31) % 200 + 9 * i);
            }
            frames.add(Frame.ofRgb8(48, 32, rgb));
          }
          Video video = Video.of(frames, FrameRate.of(25));
          Video steady = PatchBlending.DEFAULT.withWindowRadius(1).apply(video, video);
          try (FrameSink sink =
              VideoFiles.create(Path.of(arguments[0]), VideoSettings.DEFAULT)) {
            for (Frame frame : steady.frames()) {
              sink.write(frame);
            }
            sink.commit();
          }
          System.out.println("wrote " + steady.frames().size() + " frames");
        }
      }
      """;

  @TempDir static Path folder;

  private static Path java;

  @BeforeAll
  static void link() throws IOException {
    Path image = folder.resolve("image");
    StringWriter output = new StringWriter();
    PrintWriter writer = new PrintWriter(output);
    int status =
        ToolProvider.findFirst("jlink")
            .orElseThrow()
            .run(
                writer,
                writer,
                "--module-path",
                modulePath(),
                "--add-modules",
                "org.diffsynth.api,org.diffsynth.patchmatch,org.diffsynth.video,"
                    + nativeModules()
                    + ",jdk.incubator.vector",
                "--add-options",
                // Modules that export nothing are not resolved unless they are named.
                " --add-modules=" + nativeModules() + ",jdk.incubator.vector",
                "--output",
                image.toString());
    assertThat(status).as(output.toString()).isZero();
    java = image.resolve("bin").resolve(isWindows() ? "java.exe" : "java");
  }

  /** Every jar on the class path that has a module descriptor and that the three modules need. */
  private static String modulePath() {
    List<String> jars = new ArrayList<>();
    for (String entry : System.getProperty("java.class.path").split(pathSeparator())) {
      String name = Path.of(entry).getFileName().toString();
      if (name.endsWith(".jar")
          && name.matches("(diffsynth-(api|patchmatch|video)|slf4j-api|javacpp|ffmpeg)-.*")) {
        jars.add(entry);
      }
    }
    assertThat(jars).as("jars of the modules; run this test by 'mvn verify'").hasSizeGreaterThan(5);
    return String.join(pathSeparator(), jars);
  }

  /** FFmpeg's natives are modules of their own, one for each platform. */
  private static String nativeModules() {
    String platform = System.getProperty("javacpp.platform").replace('-', '.');
    return String.format(
        Locale.ROOT, "org.bytedeco.javacpp.%1$s,org.bytedeco.ffmpeg.%1$s", platform);
  }

  private static boolean isWindows() {
    return System.getProperty("os.name").startsWith("Windows");
  }

  private static String pathSeparator() {
    return System.getProperty("path.separator");
  }

  @Test
  void image_ofApiEngineAndVideo_holdsNoOtherModuleOfOurs() throws Exception {
    assertThat(run("--list-modules").lines().filter(line -> line.startsWith("org.diffsynth")))
        .extracting(line -> line.replaceAll("@.*", ""))
        .containsExactlyInAnyOrder(
            "org.diffsynth.api", "org.diffsynth.patchmatch", "org.diffsynth.video");
  }

  @Test
  void program_inTheImage_deflickersAndWritesAVideo() throws Exception {
    Path source = Files.writeString(folder.resolve("Program.java"), PROGRAM);
    JavaCompiler compiler = javax.tools.ToolProvider.getSystemJavaCompiler();
    int status =
        compiler.run(
            null,
            null,
            null,
            "--module-path",
            modulePath(),
            "--add-modules",
            "org.diffsynth.api,org.diffsynth.video",
            "-d",
            folder.toString(),
            source.toString());
    assertThat(status).isZero();
    Path video = folder.resolve("steady.mp4");

    // With this property the engine fails if it cannot use vectors.
    String output =
        run("-Ddiffsynth.cpu=vector", "-cp", folder.toString(), "Program", video.toString());

    assertThat(output).contains("wrote 3 frames");
    assertThat(video).isNotEmptyFile();
  }

  private static String run(String... arguments) throws Exception {
    List<String> command = new ArrayList<>(List.of(java.toString()));
    command.addAll(List.of(arguments));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes());
    assertThat(process.waitFor()).as(output).isZero();
    return output;
  }
}
