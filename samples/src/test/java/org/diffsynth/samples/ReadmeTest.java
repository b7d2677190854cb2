package org.diffsynth.samples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.diffsynth.frame.FrameSource;
import org.diffsynth.frame.Monitor;
import org.diffsynth.frame.Video;
import org.diffsynth.testkit.scene.MovingScene;
import org.diffsynth.video.VideoCodec;
import org.diffsynth.video.VideoFiles;
import org.diffsynth.video.VideoSettings;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Tests that the programs in the README and the docs are compiled code that runs, and that links
 * lead to files.
 */
class ReadmeTest {

  private static final Path ROOT = Path.of("..");
  private static final Path TINY_SD =
      ROOT.resolve("diffsynth-onnx/src/test/resources/tiny-sd/model");

  @TempDir Path folder;

  private static String withoutIndent(String code) {
    return code.lines().map(String::strip).filter(line -> !line.isEmpty()).toList().toString();
  }

  @ParameterizedTest
  @CsvSource({
    "README.md, main, SteadyVideo, steady video",
    "docs/getting-started.md, main, StylizedVideo, stylized video",
    "docs/tasks.md, test, DocsSnippets, preset",
    "docs/annotators.md, test, DocsSnippets, annotator",
    "docs/extending.md, main, OwnBackend, own backend",
    "docs/extending.md, main, OwnDeflicker, own deflicker",
    "docs/extending.md, main, OwnScheduler, own scheduler",
    "docs/extending.md, main, OwnAnnotator, own annotator",
    "docs/extending.md, main, OwnFrameSource, own source"
  })
  void snippet_isARegionOfCompiledCode(String page, String root, String type, String name)
      throws IOException {
    String code =
        Files.readString(
            Path.of("src", root, "java", "org", "diffsynth", "samples", type + ".java"));
    String region = code.split("// README: " + name)[1].split("// README: end")[0];
    assertThat(javaBlocks(Files.readString(ROOT.resolve(page))))
        .extracting(ReadmeTest::withoutIndent)
        .contains(withoutIndent(region));
  }

  private static List<String> javaBlocks(String readme) {
    return Pattern.compile("```java\\R(.*?)```", Pattern.DOTALL)
        .matcher(readme)
        .results()
        .map(result -> result.group(1))
        .toList();
  }

  @Test
  void readme_andDocs_haveLinks() throws IOException {
    assertThat(Files.readString(ROOT.resolve("README.md"))).contains("](docs/getting-started.md");
    assertThat(Files.readString(ROOT.resolve("docs/README.md"))).contains("](getting-started.md");
  }

  @Test
  void sample_onTheScene_writesASteadyVideo() throws IOException {
    MovingScene scene = MovingScene.DEFAULT.withSize(96, 64).withFrames(5);
    Path guide = folder.resolve("guide.mkv");
    Path style = folder.resolve("style.mkv");
    write(scene.guide(), guide);
    write(scene.flickering(), style);
    SteadyVideo.main(
        new String[] {guide.toString(), style.toString(), folder.resolve("out.mp4").toString()});
    try (FrameSource out = VideoFiles.open(folder.resolve("out.mp4"))) {
      assertThat(Video.readAll(out).size()).isEqualTo(5);
    }
  }

  @Test
  void stylizedSample_onATinyModel_writesAVideo() throws IOException {
    Path input = folder.resolve("input.mkv");
    write(MovingScene.DEFAULT.withSize(64, 64).withFrames(3).guide(), input);
    Path out = folder.resolve("out.mkv");
    StylizedVideo.main(new String[] {TINY_SD.toString(), input.toString(), out.toString()});
    try (FrameSource rendered = VideoFiles.open(out)) {
      assertThat(Video.readAll(rendered).size()).isEqualTo(3);
    }
  }

  private static void write(FrameSource frames, Path file) throws IOException {
    try (frames;
        var sink = VideoFiles.create(file, VideoSettings.DEFAULT.withCodec(VideoCodec.FFV1))) {
      for (var frame : Video.readAll(frames)) {
        Monitor.NONE.checkCancelled();
        sink.write(frame);
      }
      sink.commit();
    }
  }

  @ParameterizedTest
  @MethodSource("pages")
  void links_pointToFilesThatExist(Path page) throws IOException {
    Pattern link = Pattern.compile("\\]\\(([^)#:]+)(#[^)]*)?\\)");
    Path pageFolder = page.toAbsolutePath().getParent();
    assertThat(link.matcher(Files.readString(page)).results())
        .allSatisfy(result -> assertThat(pageFolder.resolve(result.group(1))).exists());
  }

  static List<Path> pages() throws IOException {
    try (Stream<Path> docs = Files.list(ROOT.resolve("docs"))) {
      Stream<Path> root =
          Stream.of("README.md", "CONTRIBUTING.md", "CHANGELOG.md").map(ROOT::resolve);
      List<Path> pages =
          Stream.concat(root, docs.filter(file -> file.toString().endsWith(".md"))).toList();
      assertThat(pages).hasSizeGreaterThan(3);
      return pages;
    }
  }
}
