package org.diffsynth.patchmatch;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.diffsynth.KeyframeRendering;
import org.diffsynth.Pipeline;
import org.diffsynth.RenderRequest;
import org.diffsynth.deflicker.LatentDeflicker;
import org.diffsynth.diffusion.CrossFrameAttention;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.Monitor;
import org.diffsynth.frame.Video;
import org.diffsynth.testkit.FakeDiffusionBackend;
import org.diffsynth.testkit.TestFrames;
import org.junit.jupiter.api.Test;

/** Key frames of a clip of two shots are rendered as those of two clips would be. */
class KeyframeShotsTest {

  private static final Video FIRST = TestFrames.pan(5, 64, 48, 1, 0, 40);
  private static final Video SECOND = TestFrames.pan(6, 64, 48, 0, 1, 99);
  private static final RenderRequest REQUEST =
      RenderRequest.of("winter").withSteps(4).withStrength(0.8).withSeed(3);

  private static Video both() {
    List<Frame> frames = new ArrayList<>(FIRST.frames());
    frames.addAll(SECOND.frames());
    return Video.of(frames, FIRST.format().frameRate());
  }

  /** The cut is not found in the key frames, which may be far apart, but in the whole clip. */
  @Test
  void keyframes_ofTwoShots_areRenderedApart() throws IOException {
    List<Frame> apart = new ArrayList<>(keyframes(FIRST));
    apart.addAll(keyframes(SECOND));
    List<Frame> found = keyframes(both());
    for (int key : new int[] {0, 3, 4, 5, 8, 10}) {
      assertThat(found.get(key)).as("frame %d", key).isEqualTo(apart.get(key));
    }
  }

  private static List<Frame> keyframes(Video input) throws IOException {
    try (Pipeline pipeline =
        Pipeline.builder()
            .model(Path.of("fake"))
            .provider(FakeDiffusionBackend.plain().provider())
            .crossFrameAttention(CrossFrameAttention.FIRST_AND_PREVIOUS)
            .deflicker(LatentDeflicker.NONE)
            .build()) {
      return KeyframeRendering.every(3).render(pipeline, input, REQUEST, Monitor.NONE).frames();
    }
  }
}
