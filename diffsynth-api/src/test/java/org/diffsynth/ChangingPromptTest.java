package org.diffsynth;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.diffsynth.frame.Video;
import org.diffsynth.testkit.FakeDiffusionBackend;
import org.diffsynth.testkit.TestFrames;
import org.junit.jupiter.api.Test;

/** Prompts that change from step to step. */
class ChangingPromptTest {
  private static final Video INPUT = TestFrames.pan(3, 24, 16, 1, 0, 40);

  /** Returns the values of the embeddings of each step; the fake's value is the prompt's length. */
  private static List<List<Float>> embeddings(RenderRequest request) throws IOException {
    FakeDiffusionBackend backend = FakeDiffusionBackend.plain();
    try (Pipeline pipeline =
        Pipeline.builder().model(Path.of("fake")).provider(backend.provider()).build()) {
      pipeline.render(INPUT, request);
    }
    Map<Double, List<Float>> byTimestep = new LinkedHashMap<>();
    for (FakeDiffusionBackend.Call call : backend.calls()) {
      byTimestep.put(
          (double) call.input().timestep(),
          call.input().conditionings().stream()
              .map(conditioning -> conditioning.text().toArray()[0])
              .toList());
    }
    return new ArrayList<>(byTimestep.values());
  }

  @Test
  void render_schedule_changesTheEmbeddingAtTheStep() throws IOException {
    RenderRequest request =
        RenderRequest.of("[winter:ice:0.5]").withNegativePrompt("[a|bcd]").withSteps(4);
    assertThat(embeddings(request))
        .containsExactly(
            List.of(0.1f, 0.6f), List.of(0.3f, 0.6f), List.of(0.1f, 0.3f), List.of(0.3f, 0.3f));
  }

  @Test
  void render_promptEqualToTheNegativeOne_isEncodedOnce() throws IOException {
    RenderRequest request = RenderRequest.of("snow").withNegativePrompt("snow").withSteps(2);
    assertThat(embeddings(request)).containsExactly(List.of(0.4f, 0.4f), List.of(0.4f, 0.4f));
  }
}
