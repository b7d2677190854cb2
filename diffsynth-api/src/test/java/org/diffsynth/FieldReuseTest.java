package org.diffsynth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.diffsynth.compute.ComputeOptions;
import org.diffsynth.deflicker.Deflicker;
import org.diffsynth.deflicker.LatentDeflicker;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.FrameSink;
import org.diffsynth.frame.FrameSource;
import org.diffsynth.frame.Monitor;
import org.diffsynth.frame.Video;
import org.diffsynth.match.FieldCache;
import org.diffsynth.match.NearestNeighborField;
import org.diffsynth.testkit.FakeDiffusionBackend;
import org.diffsynth.testkit.TestFrames;
import org.junit.jupiter.api.Test;

/** Deflickering in the loop keeps its fields from pass to pass, and no longer. */
class FieldReuseTest {

  private static final Video INPUT = TestFrames.pan(3, 24, 16, 1, 0, 40);
  private static final RenderRequest REQUEST = RenderRequest.of("winter").withSteps(6);
  private static final FieldCache.Key KEY = new FieldCache.Key("test", 0, 1);

  /** Changes nothing, keeps one field, and tells what it was given. */
  private static final class Recording implements Deflicker {

    private final List<FieldCache> given = new ArrayList<>();
    private final List<Boolean> found = new ArrayList<>();
    private int without;

    @Override
    public void apply(FrameSource guide, FrameSource style, FrameSink sink, Monitor monitor)
        throws IOException {
      without++;
      pass(style, sink);
    }

    @Override
    public void apply(
        FrameSource guide, FrameSource style, FrameSink sink, Monitor monitor, FieldCache fields)
        throws IOException {
      Optional<NearestNeighborField> kept = fields.get(KEY);
      found.add(kept.isPresent());
      fields.put(KEY, NearestNeighborField.identity(24, 16));
      given.add(fields);
      pass(style, sink);
    }

    private static void pass(FrameSource style, FrameSink sink) throws IOException {
      for (Frame frame = style.read(); frame != null; frame = style.read()) {
        sink.write(frame);
      }
    }
  }

  private static Recording render(LatentDeflicker.Steps steps, boolean atEnd, long budget)
      throws IOException {
    Recording recording = new Recording();
    LatentDeflicker deflicker = steps.then(recording);
    try (Pipeline pipeline =
        Pipeline.builder()
            .model(Path.of("fake"))
            .provider(FakeDiffusionBackend.plain().provider())
            .deflicker(atEnd ? deflicker.withFinalPass() : deflicker)
            .compute(ComputeOptions.AUTO.withFieldCache(budget))
            .build()) {
      pipeline.render(INPUT, REQUEST);
    }
    return recording;
  }

  @Test
  void render_severalPasses_shareOneCacheThatEndsWithTheRun() throws IOException {
    Recording recording = render(LatentDeflicker.atSteps(1, 3), true, 10_000);

    assertThat(recording.found).containsExactly(false, true, true);
    assertThat(recording.given.get(1)).isSameAs(recording.given.get(0));
    assertThat(recording.given.get(2)).isSameAs(recording.given.get(0));
    assertThat(recording.given.get(0).get(KEY)).isEmpty();
    assertThat(recording.without).isZero();
  }

  @Test
  void render_onePassOrNoBudget_keepsNothing() throws IOException {
    assertThat(render(LatentDeflicker.atSteps(1), false, 10_000).without).isEqualTo(1);
    assertThat(render(LatentDeflicker.atSteps(1, 3), false, 0).without).isEqualTo(2);
  }

  @Test
  void fieldCache_negative_isRefused() {
    assertThatThrownBy(() -> ComputeOptions.AUTO.withFieldCache(-1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("fieldCache must be at least 0, but was -1");
  }
}
