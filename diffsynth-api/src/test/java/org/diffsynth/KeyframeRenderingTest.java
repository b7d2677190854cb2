package org.diffsynth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.diffsynth.control.ControlNet;
import org.diffsynth.deflicker.Shots;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.FrameRate;
import org.diffsynth.frame.FrameSource;
import org.diffsynth.frame.Monitor;
import org.diffsynth.frame.Video;
import org.diffsynth.spi.DiffusionSettings;
import org.diffsynth.testkit.FakeDiffusionBackend;
import org.diffsynth.testkit.TestFrames;
import org.junit.jupiter.api.Test;

/** Which frames are rendered and that these come out untouched. */
class KeyframeRenderingTest {

  private static final ControlNet NET = ControlNet.of("net", Path.of("net"));
  private static final RenderRequest REQUEST =
      RenderRequest.of("winter").withSteps(2).withStrength(0.5);

  private static Pipeline pipeline(FakeDiffusionBackend backend) throws IOException {
    return Pipeline.builder()
        .model(Path.of("fake"))
        .provider(backend.provider())
        .controlNet(NET)
        .build();
  }

  private static FakeDiffusionBackend backend() {
    return new FakeDiffusionBackend(
        DiffusionSettings.of(Path.of("fake")).withControlNets(List.of(NET)));
  }

  private static Video pick(Video video, int... frames) {
    List<Frame> picked = new ArrayList<>();
    for (int frame : frames) {
      picked.add(video.frame(frame));
    }
    return Video.of(picked, video.format().frameRate());
  }

  private static List<Frame> keysOf(Video video, int every) throws IOException {
    FrameSource keys = KeyframeRendering.every(every).keys(video.open());
    List<Frame> frames = Video.readAll(keys).frames();
    assertThat(keys.format().frameCount()).isEqualTo(frames.size());
    assertThat(keys.read()).isNull();
    return frames;
  }

  @Test
  void keys_areEveryKthFrameAndTheLast() throws IOException {
    Video clip = TestFrames.pan(8, 24, 16, 1, 0, 1);
    assertThat(keysOf(clip, 3)).isEqualTo(pick(clip, 0, 3, 6, 7).frames());
    assertThat(keysOf(clip, 7)).isEqualTo(pick(clip, 0, 7).frames());
    assertThat(keysOf(clip, 100)).isEqualTo(pick(clip, 0, 7).frames());
    assertThat(keysOf(clip, 1)).isEqualTo(clip.frames());
    assertThat(keysOf(pick(clip, 2), 5)).isEqualTo(pick(clip, 2).frames());
  }

  @Test
  void keys_ofAClipWithACut_lieInEachShot() throws IOException {
    List<Frame> frames = new ArrayList<>(TestFrames.pan(8, 48, 40, 1, 0, 1).frames());
    frames.addAll(TestFrames.pan(5, 48, 40, 1, 0, 2).frames());
    Video clip = Video.of(frames, FrameRate.DEFAULT);
    KeyframeRendering rendering = KeyframeRendering.every(3);

    assertThat(Video.readAll(rendering.keys(clip.open())).frames())
        .isEqualTo(pick(clip, 0, 3, 6, 7, 8, 11, 12).frames());
    KeyframeRendering known = rendering.withShotsOf(clip::open, Monitor.NONE);
    assertThat(known.interpolation().shots()).isEqualTo(Shots.startingAt(List.of(8)));
    FrameSource keys = known.keys(clip.open());
    assertThat(keys.format().frameCount()).isEqualTo(7);
    assertThat(Video.readAll(keys).frames()).isEqualTo(pick(clip, 0, 3, 6, 7, 8, 11, 12).frames());
    assertThat(rendering.withShots(Shots.NONE).withShotsOf(clip::open, Monitor.NONE))
        .isEqualTo(rendering.withShots(Shots.NONE));
  }

  @Test
  void render_everyFrame_isThePipelines() throws IOException {
    Video clip = TestFrames.pan(3, 24, 16, 1, 0, 1);
    RenderRequest request = REQUEST.withControlVideos(Map.of("net", clip));
    try (Pipeline pipeline = pipeline(backend())) {
      assertThat(KeyframeRendering.every(1).render(pipeline, clip, request, Monitor.NONE).frames())
          .isEqualTo(pipeline.render(clip, request).frames());
    }
  }

  @Test
  void render_ofControlVideosOfAnotherLength_isAnError() throws IOException {
    Video clip = TestFrames.pan(4, 24, 16, 1, 0, 1);
    RenderRequest request = REQUEST.withControlVideos(Map.of("net", pick(clip, 0, 1)));
    try (Pipeline pipeline = pipeline(backend())) {
      assertThatThrownBy(
              () -> KeyframeRendering.every(2).render(pipeline, clip, request, Monitor.NONE))
          .hasMessageContaining("4 frames as the clip, but had 2");
    }
    assertThatThrownBy(() -> KeyframeRendering.every(0)).hasMessageContaining("was 0");
  }
}
