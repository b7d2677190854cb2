package org.diffsynth.video;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.bytedeco.ffmpeg.global.avutil.AV_LOG_FATAL;
import static org.bytedeco.ffmpeg.global.avutil.AV_LOG_VERBOSE;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.bytedeco.ffmpeg.global.avutil;
import org.bytedeco.javacpp.Loader;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.FrameSource;
import org.diffsynth.testkit.TestFrames;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A process that also uses FFmpeg by itself: this module changes none of its settings, prints
 * nothing, and says what is wrong if FFmpeg's libraries cannot be loaded.
 */
class HostProcessTest {

  @TempDir private Path folder;

  /** The program that the tests start. */
  public static final class Host {

    private Host() {}

    /**
     * Writes and reads videos of every kind.
     *
     * @param arguments a folder, then what the host does to FFmpeg's level: {@code keep}, {@code
     *     verbose} or {@code mute}
     */
    public static void main(String[] arguments) throws IOException {
      if (arguments[1].equals("verbose")) {
        Loader.load(avutil.class);
        avutil.av_log_set_level(AV_LOG_VERBOSE);
      }
      if (arguments[1].equals("mute")) {
        VideoFiles.muteFfmpeg();
      }
      for (String name : List.of("a.mp4", "b.webm", "c.mkv", "d.mov", "e.avi", "f.gif")) {
        Path file = Path.of(arguments[0], name);
        VideoFiles.write(
            file,
            VideoSettings.DEFAULT,
            sink -> {
              for (Frame frame : TestFrames.pan(5, 64, 48, 1, 1, 3).frames()) {
                sink.write(frame);
              }
            });
        try (FrameSource source = VideoFiles.open(file)) {
          int frames = 0;
          while (source.read() != null) {
            frames++;
          }
          System.out.println(name + " " + frames);
        }
      }
      System.out.println("level " + avutil.av_log_get_level());
    }
  }

  @Test
  void writeAndRead_everyKind_keepsTheLevelAndPrintsNothing() throws Exception {
    String output = run("keep", List.of());

    assertThat(output.lines())
        .containsExactly(
            "a.mp4 5",
            "b.webm 5",
            "c.mkv 5",
            "d.mov 5",
            "e.avi 5",
            "f.gif 5",
            "level " + avutil.AV_LOG_INFO);
  }

  @Test
  void writeAndRead_verboseHost_keepsTheLevel() throws Exception {
    assertThat(run("verbose", List.of())).contains("level " + AV_LOG_VERBOSE);
  }

  @Test
  void muteFfmpeg_beforeLoading_isDoneWhenLoading() throws Exception {
    assertThat(run("mute", List.of()).lines()).hasSize(7).contains("level " + AV_LOG_FATAL);
  }

  @Test
  void open_noFolderForTheLibraries_namesBothAndTheSetting() throws Exception {
    assertThat(run("keep", settings(folder.resolve("file/no"))))
        .contains("can be written: start java with -Dorg.bytedeco.javacpp.cachedir=FOLDER");
  }

  @Test
  void open_folderWithoutPrograms_saysSoAndNamesTheSetting() throws Exception {
    Optional<Path> noexec = noexec();
    assumeThat(noexec).as("a folder that is mounted with noexec").isPresent();
    Path cache = Files.createTempDirectory(noexec.get(), "diffsynth-test");

    String output = run("keep", settings(cache));

    delete(cache);
    assertThat(output)
        .contains("native libraries cannot be loaded from " + cache.resolve("home"))
        .contains("noexec")
        .contains("start java with -Dorg.bytedeco.javacpp.cachedir=FOLDER");
  }

  @Test
  void nativesMissing_onEitherPath_namesWhatToAdd() {
    String platform = Loader.getPlatform();

    assertThat(Ffmpeg.nativesMissing(true))
        .contains("the classifier " + platform + " to the module path")
        .endsWith(
            "--add-modules org.bytedeco.ffmpeg.%1$s,org.bytedeco.javacpp.%1$s"
                .formatted(platform.replace('-', '.')));
    assertThat(Ffmpeg.nativesMissing(false))
        .contains("the classifier " + platform + " to the class path")
        .doesNotContain("--add-modules");
  }

  private static List<String> settings(Path parent) {
    return List.of("-Duser.home=" + parent + "/home", "-Djava.io.tmpdir=" + parent + "/tmp");
  }

  private static Optional<Path> noexec() throws IOException {
    Path mounts = Path.of("/proc/mounts");
    if (!Files.exists(mounts)) {
      return Optional.empty();
    }
    try (Stream<String> lines = Files.lines(mounts)) {
      return lines
          .map(line -> line.split(" "))
          .filter(mount -> mount[2].equals("tmpfs") && mount[3].contains("noexec"))
          .map(mount -> Path.of(mount[1]))
          .filter(Files::isWritable)
          .findFirst();
    }
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted((a, b) -> b.compareTo(a)).toList()) {
        Files.delete(file);
      }
    }
  }

  private String run(String level, List<String> settings) throws Exception {
    Files.writeString(folder.resolve("file"), "not a folder");
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    if (Runtime.version().feature() >= 24) { // which warns of native libraries otherwise
      command.add("--enable-native-access=ALL-UNNAMED");
    }
    command.addAll(settings);
    command.addAll(List.of("-XX:-UsePerfData", Host.class.getName(), folder.toString(), level));
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder
        .environment()
        .put(
            "CLASSPATH",
            String.join(
                File.pathSeparator,
                System.getProperty("surefire.test.class.path", ""),
                System.getProperty("java.class.path"),
                System.getProperty("jdk.module.path", "")));
    Process process = builder.start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    process.waitFor();
    return output;
  }
}
