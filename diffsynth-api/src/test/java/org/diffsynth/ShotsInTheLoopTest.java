package org.diffsynth;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.diffsynth.compute.ComputeOptions;
import org.diffsynth.deflicker.FramePull;
import org.diffsynth.deflicker.LatentDeflicker;
import org.diffsynth.deflicker.Shots;
import org.diffsynth.diffusion.CrossFrameAttention;
import org.diffsynth.diffusion.CrossFrameAttention.FrameRef;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.Video;
import org.diffsynth.testkit.FakeDiffusionBackend;
import org.diffsynth.testkit.TestFrames;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A clip of two shots is rendered as two clips with the same noise would be. */
class ShotsInTheLoopTest {

  private static final Video FIRST = TestFrames.pan(5, 64, 48, 1, 0, 40);
  private static final Video SECOND = TestFrames.pan(6, 64, 48, 0, 1, 99);
  private static final RenderRequest REQUEST =
      RenderRequest.of("winter").withSteps(4).withStrength(0.8).withSeed(3);

  static List<CrossFrameAttention> attentions() {
    return List.of(
        CrossFrameAttention.FIRST_FRAME,
        CrossFrameAttention.FIRST_AND_PREVIOUS,
        CrossFrameAttention.pattern(
            FrameRef.FIRST, FrameRef.PREVIOUS, FrameRef.SELF, FrameRef.NEXT),
        CrossFrameAttention.joint(4, 2));
  }

  private static List<Frame> render(
      CrossFrameAttention attention, Video input, RenderRequest request) throws IOException {
    try (Pipeline pipeline =
        Pipeline.builder()
            .model(Path.of("fake"))
            .provider(FakeDiffusionBackend.plain().provider())
            .crossFrameAttention(attention)
            .deflicker(LatentDeflicker.NONE)
            .compute(ComputeOptions.AUTO.withFramesPerCall(3))
            .build()) {
      return pipeline.render(input, request).frames();
    }
  }

  private static Video both() {
    List<Frame> frames = new ArrayList<>(FIRST.frames());
    frames.addAll(SECOND.frames());
    return Video.of(frames, FIRST.format().frameRate());
  }

  @ParameterizedTest
  @MethodSource("attentions")
  void render_twoShots_areRenderedApart(CrossFrameAttention attention) throws IOException {
    List<Frame> apart = new ArrayList<>(render(attention, FIRST, REQUEST));
    apart.addAll(render(attention, SECOND, REQUEST));

    List<Frame> found = render(attention, both(), REQUEST);
    assertThat(found).isEqualTo(apart);
    assertThat(render(attention, both(), REQUEST.withShots(Shots.startingAt(List.of(5)))))
        .isEqualTo(apart);

    List<Frame> oneShot = render(attention, both(), REQUEST.withShots(Shots.NONE));
    assertThat(oneShot.get(5)).isNotEqualTo(apart.get(5));
  }

  @ParameterizedTest
  @MethodSource("attentions")
  void render_withPull_usesTheShotsOfTheRequest(CrossFrameAttention attention) throws IOException {
    RenderRequest pulled = REQUEST.withFramePull(FramePull.toPrevious().withWeight(5));
    List<Frame> apart = new ArrayList<>(render(attention, FIRST, pulled));
    apart.addAll(render(attention, SECOND, pulled));
    assertThat(render(attention, both(), pulled)).isEqualTo(apart);
    assertThat(render(attention, both(), pulled.withShots(Shots.NONE))).isNotEqualTo(apart);
  }
}
