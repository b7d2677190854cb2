package org.diffsynth.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.diffsynth.app.measure.CompareCommand;
import org.diffsynth.frame.Monitor;
import org.diffsynth.testkit.scene.MovingScene;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The table of {@code compare}, and what can be tested of its page without a browser. */
class CompareTest {

  @TempDir static Path inputs;
  @TempDir Path folder;

  private static Path guide;
  private static Path style;
  private static Path truth;

  @BeforeAll
  static void paintScene() throws IOException {
    SceneCommand.write(
        MovingScene.DEFAULT.withSize(128, 72).withFrames(4), inputs, false, Monitor.NONE);
    guide = inputs.resolve("guide.mkv");
    style = inputs.resolve("style.mkv");
    truth = inputs.resolve("truth.mkv");
  }

  @Test
  void compare_asJson_givesTheNumbersThatMeasureGives() throws IOException {
    Outcomes.Outcome compared =
        Outcomes.run("compare", style, truth, "--guide", guide, "--truth", truth, "--json", "-q");
    Outcomes.assertDone(compared);
    JsonNode json = new ObjectMapper().readTree(compared.out());
    Outcomes.Outcome measured =
        Outcomes.run(
            "measure", "--guide", guide, "--video", style, "--truth", truth, "--json", "-q");
    JsonNode single = new ObjectMapper().readTree(measured.out());
    for (String key : List.of("e_warp", "pixel_mse", "psnr_truth", "sharpness", "luma_flicker")) {
      double expected = single.get(key).asDouble();
      assertThat(json.get("style.mkv").get(key).asDouble())
          .as(key)
          .isEqualTo(expected, org.assertj.core.api.Assertions.within(1e-5 * Math.abs(expected)));
    }
    assertThat(json.get("truth.mkv").get("sharpness").asDouble()).isEqualTo(1);
    assertThat(json.get("truth.mkv").get("e_warp").asDouble())
        .isLessThan(json.get("style.mkv").get("e_warp").asDouble() / 2);
    assertThat(json.get("truth.mkv").get("psnr_truth").asDouble())
        .isGreaterThan(json.get("style.mkv").get("psnr_truth").asDouble() + 10);
  }

  @Test
  void compare_asText_isATable() {
    Outcomes.Outcome compared = Outcomes.run("compare", style, truth, "--guide", guide, "-q");
    Outcomes.assertDone(compared);
    List<String> lines = compared.out().lines().toList();
    assertThat(lines.get(0)).contains("style.mkv").endsWith("truth.mkv");
    assertThat(lines).anyMatch(line -> line.startsWith("Warping error"));
    assertThat(lines).allMatch(line -> line.length() == lines.get(0).length());
    assertThat(lines).noneMatch(line -> line.contains("PSNR"));
  }

  @Test
  void compare_asPage_holdsEverythingAndShowsNoNameBeforeTheEnd() throws IOException {
    Path page = folder.resolve("new folder/vote.html");
    Outcomes.assertDone(
        Outcomes.run("compare", style, truth, guide, "--guide", guide, "--html", page, "-q"));
    String html = Files.readString(page);
    assertThat(html).doesNotContain("{{", "http:", "https:", "src=\"/");
    assertThat(html.split("data:video/mp4;base64,", -1)).hasSize(4);
    assertThat(html.split("data:image/jpeg;base64,", -1)).hasSize(10);
    String results = html.substring(html.indexOf("const results = ") + 16);
    JsonNode json = new ObjectMapper().readTree(results.substring(0, results.indexOf(";\n")));
    assertThat(json).hasSize(3);
    assertThat(json.get(2).get("name").asText()).isEqualTo("guide.mkv");
    String trial =
        html.substring(
            html.indexOf("<section id=\"trial\""), html.indexOf("<section id=\"result\""));
    assertThat(trial).doesNotContain("style", "truth");
    assertThat(html).contains("<section id=\"result\" hidden>");
  }

  @Test
  void compare_ofDifferentLengthsOrSizes_saysSo() throws IOException {
    Path other = Files.createDirectory(folder.resolve("other"));
    SceneCommand.write(
        MovingScene.DEFAULT.withSize(64, 36).withFrames(4), other, false, Monitor.NONE);
    Path small = other.resolve("style.mkv");
    Outcomes.assertFails(
        Outcomes.run("compare", style, small, "--guide", guide), "64x36", "128x72", "--resize");
    Outcomes.assertDone(Outcomes.run("compare", style, small, "--guide", guide, "--resize", "-q"));
    Path brief = Files.createDirectory(folder.resolve("brief"));
    SceneCommand.write(
        MovingScene.DEFAULT.withSize(128, 72).withFrames(3), brief, false, Monitor.NONE);
    Outcomes.assertFails(
        Outcomes.run("compare", style, brief.resolve("style.mkv"), "--guide", guide),
        "3 frames",
        "has 4");
    Outcomes.assertWrongUse(
        Outcomes.run("compare", style, "--guide", guide), "two or more results");
  }

  @Test
  void names_areAsShortAsTheyCanBe() {
    assertThat(CompareCommand.names(List.of(Path.of("a/x.mp4"), Path.of("b/y.mp4"))))
        .containsExactly("x.mp4", "y.mp4");
    assertThat(CompareCommand.names(List.of(Path.of("a", "x.mp4"), Path.of("b", "x.mp4"))))
        .containsExactly(Path.of("a", "x.mp4").toString(), Path.of("b", "x.mp4").toString());
    assertThat(CompareCommand.names(List.of(Path.of("x"), Path.of("x"))))
        .containsExactly("x (1)", "x (2)");
  }
}
