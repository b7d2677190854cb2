package org.diffsynth.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.diffsynth.app.TaskInputs.FRAMES;
import static org.diffsynth.app.TaskInputs.NET;
import static org.diffsynth.app.TaskInputs.TINY_SD;
import static org.diffsynth.app.TaskInputs.read;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.diffsynth.frame.FrameRate;
import org.diffsynth.frame.FrameSize;
import org.diffsynth.frame.Video;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Command {@code generate} on the tiny random model. */
class GenerateTest {

  @TempDir static Path inputs;
  @TempDir Path folder;

  private static Path guide;

  @BeforeAll
  static void makeInputs() throws IOException {
    guide = TaskInputs.in(inputs).guide();
  }

  private Outcomes.Outcome generate(String out, Object... more) {
    List<Object> all =
        new ArrayList<>(List.of("generate", "--model", TINY_SD, "--prompt", "a fox"));
    all.addAll(List.of("--steps", 5, "--out", folder.resolve(out)));
    Collections.addAll(all, more);
    return Outcomes.run(all.toArray());
  }

  private Video rendered(String name) throws IOException {
    return read(folder.resolve(name));
  }

  @Test
  void generate_prompt_rendersFramesOfTheSizeAndRateAndRepeatsThem() throws IOException {
    Outcomes.assertDone(
        generate(
            "a.mkv",
            "--frames",
            FRAMES,
            "--size",
            "64x96",
            "--motion-warp",
            "12,12",
            "--frame-rate",
            "12"));

    Video out = rendered("a.mkv");
    assertThat(out.size()).isEqualTo(FRAMES);
    assertThat(out.format().size()).isEqualTo(new FrameSize(64, 96));
    assertThat(out.format().frameRate()).isEqualTo(new FrameRate(12, 1));
    assertThat(out.frame(1)).isNotEqualTo(out.frame(0));
    Path json = folder.resolve("a.mkv.json");
    assertThat(Files.readString(json)).contains("\"frames\" : 3", "\"task\" : \"generate\"");
    Outcomes.assertDone(
        Outcomes.run(
            "generate",
            "--settings",
            json,
            "--frame-rate",
            "12",
            "--out",
            folder.resolve("b.mkv")));
    assertThat(rendered("b.mkv").frames()).isEqualTo(out.frames());
  }

  @Test
  void generate_controlVideo_changesTheResult() throws IOException {
    Object[] size = {"--frames", FRAMES, "--size", "64x64"};
    Outcomes.assertDone(generate("a", size));
    Outcomes.assertDone(
        generate(
            "b",
            "--frames",
            FRAMES,
            "--size",
            "64x64",
            "--control",
            "softedge=" + NET,
            "--control-video",
            "softedge=" + guide));

    assertThat(rendered("b").frames()).hasSize(FRAMES).isNotEqualTo(rendered("a").frames());
    Outcomes.assertFails(
        generate(
            "c",
            "--frames",
            5,
            "--size",
            "64x64",
            "--control",
            "softedge=" + NET,
            "--control-video",
            "softedge=" + guide),
        "3 control pictures for softedge",
        "the result has 5 frames");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--size 64x64 | --frames is missing",
        "--frames 3 | --size is missing",
        "--frames 0 --size 64x64 | --frames must be at least 1, but was 0",
        "--frames 3 --size 64x64 --input x.mp4 | diffsynth stylize",
        "--frames 3 --size 64x64 --strength 0.5 | --strength must be 1 without an input video",
        "--frames 3 --size 64x64 --source-prompt x | --source-prompt describes an input video",
        "--frames 3 --size 64x64 --keyframe-every 2 | --keyframe-every needs an input video",
        "--frames 3 --size 64x64 --control tile=x | needs --control-video tile=PATH",
      })
  void generate_wrongSettings_areRefusedBeforeTheWork(String arguments, String message) {
    Outcomes.Outcome outcome = generate("x", (Object[]) arguments.split(" "));

    assertThat(outcome.code()).as(outcome.err()).isEqualTo(2);
    assertThat(outcome.err()).contains(message);
  }
}
