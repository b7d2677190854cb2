package org.diffsynth;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.diffsynth.testkit.FakeDiffusionBackend;
import org.diffsynth.testkit.TestFrames;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A recording of JDK Flight Recorder shows what a render does. */
class FlightRecorderTest {

  @Test
  void render_recorded_hasAnEventPerCallWithSizesAndBackend(@TempDir Path folder) throws Exception {
    Path file = folder.resolve("render.jfr");
    try (Recording recording = new Recording()) {
      recording.start();
      try (Pipeline pipeline =
          Pipeline.builder()
              .model(Path.of("fake"))
              .provider(FakeDiffusionBackend.plain().provider())
              .build()) {
        pipeline.render(
            TestFrames.pan(4, 24, 16, 1, 0, 40), RenderRequest.of("winter").withSteps(3));
      }
      recording.stop();
      recording.dump(file);
    }
    List<RecordedEvent> calls =
        RecordingFile.readAllEvents(file).stream()
            .filter(event -> event.getEventType().getName().startsWith("org.diffsynth."))
            .toList();
    assertThat(calls)
        .extracting(event -> event.getEventType().getName().substring(14))
        .contains("OpenModel", "Encode", "ModelCall", "Decode");
    RecordedEvent call =
        calls.stream()
            .filter(event -> event.getEventType().getName().endsWith("ModelCall"))
            .findFirst()
            .orElseThrow();
    assertThat(call.getString("operation")).isEqualTo("predict");
    assertThat(call.getString("engine")).isNotBlank();
    assertThat(call.getInt("width")).isPositive();
    assertThat(call.getInt("count")).isPositive();
  }
}
