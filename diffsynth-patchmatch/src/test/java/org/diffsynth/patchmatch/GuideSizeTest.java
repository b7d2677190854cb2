package org.diffsynth.patchmatch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import org.diffsynth.compute.ComputeOptions;
import org.diffsynth.deflicker.PatchBlending;
import org.diffsynth.deflicker.PatchBlending.BlendMode;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.FrameSize;
import org.diffsynth.frame.Monitor;
import org.diffsynth.frame.Video;
import org.diffsynth.io.Resampler;
import org.diffsynth.match.FieldCache;
import org.diffsynth.testkit.TestFrames;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Guides that are smaller or larger than the style. */
class GuideSizeTest {

  private static final Video TRUTH = TestFrames.pan(5, 80, 48, 2, 0, 8);
  private static final Video STYLE = TestFrames.flicker(TRUTH, 3);

  private static Video scaled(Video video, FrameSize size) {
    List<Frame> frames =
        video.frames().stream().map(frame -> Resampler.resized(frame, size)).toList();
    return Video.of(frames, video.format().frameRate());
  }

  private static double error(Video video) {
    double sum = 0;
    for (int frame = 0; frame < video.size(); frame++) {
      byte[] a = video.frame(frame).toRgb8();
      byte[] b = TRUTH.frame(frame).toRgb8();
      for (int i = 0; i < a.length; i++) {
        int difference = (a[i] & 0xFF) - (b[i] & 0xFF);
        sum += difference * difference;
      }
    }
    return sum;
  }

  @ParameterizedTest
  @EnumSource(BlendMode.class)
  void apply_smallGuide_steadiesTheStyleAtItsOwnSize(BlendMode mode) {
    Video guide = scaled(TRUTH, new FrameSize(40, 24));
    Video steady = PatchBlending.of(mode, 2).apply(guide, STYLE);
    assertThat(steady.format()).isEqualTo(STYLE.format());
    assertThat(error(steady)).isLessThan(error(STYLE) * 0.8);
  }

  @ParameterizedTest
  @EnumSource(BlendMode.class)
  void apply_smallGuide_givesTheSameBytesOnEveryEngineAndWithACache(BlendMode mode) {
    Video guide = scaled(TRUTH, new FrameSize(53, 32));
    PatchBlending scalar =
        PatchBlending.of(mode, 2).withCompute(ComputeOptions.AUTO.withEngine("cpu-scalar"));
    PatchBlending vector = scalar.withCompute(ComputeOptions.AUTO.withEngine("cpu").withThreads(2));
    List<Frame> frames = scalar.apply(guide, STYLE).frames();
    assertThat(vector.apply(guide, STYLE).frames()).isEqualTo(frames);
    assertThat(cached(vector, guide).frames()).isEqualTo(frames);
  }

  private static Video cached(PatchBlending blending, Video guide) {
    Video.Collector sink = Video.collector(STYLE.format().frameRate());
    try (FieldCache cache = FieldCache.ofBytes(1 << 20)) {
      blending.apply(guide.open(), STYLE.open(), sink, Monitor.NONE, cache);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return sink.toVideo();
  }

  @Test
  void apply_largeGuide_isTheResultWithTheGuideAtTheStylesSize() {
    Video large = scaled(TRUTH, new FrameSize(160, 96));
    Video sized = scaled(large, STYLE.format().size());
    assertThat(PatchBlending.sharp(2).apply(large, STYLE).frames())
        .isEqualTo(PatchBlending.sharp(2).apply(sized, STYLE).frames());
  }

  @Test
  void apply_guideTooSmallForAPatch_isEnlarged() {
    Video tiny = scaled(TRUTH, new FrameSize(5, 3));
    Video sized = scaled(tiny, STYLE.format().size());
    assertThat(PatchBlending.sharp(1).apply(tiny, STYLE).frames())
        .isEqualTo(PatchBlending.sharp(1).apply(sized, STYLE).frames());
  }

  @Test
  void apply_guideOfOtherProportions_isRefusedWithAdvice() {
    Video square = scaled(TRUTH, new FrameSize(48, 48));
    assertThatThrownBy(() -> PatchBlending.DEFAULT.apply(square, STYLE))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("same proportions, but were 48x48 and 80x48")
        .hasMessageContaining("crop or pad");
  }

  @Test
  void controls_ofABlend_workWithASmallGuide() {
    Video guide = scaled(TRUTH, new FrameSize(40, 24));
    Video steady = PatchBlending.fast(2).withStrength(0).apply(guide, STYLE);
    assertThat(steady.frames()).isEqualTo(STYLE.frames());
  }
}
