package org.diffsynth.patchmatch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.Video;
import org.diffsynth.match.NearestNeighborField;
import org.diffsynth.match.PatchMatchOptions;
import org.diffsynth.match.QuantizedLatents;
import org.diffsynth.spi.AgreementSession;
import org.diffsynth.spi.BlendSession;
import org.diffsynth.spi.MatchSession.MatchRequest;
import org.diffsynth.spi.PatchMatcher;
import org.diffsynth.spi.PatchMatcherProvider;
import org.diffsynth.testkit.TestFrames;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The default blend over an engine that can only match, against the engine's own. */
class AgreementOverSessionTest {

  private static final Video GUIDE = TestFrames.pan(4, 48, 40, 2, 1, 60);
  private static final Video STYLE = TestFrames.flicker(TestFrames.pan(4, 48, 40, 2, 1, 61), 62);

  /** An engine without a session of the default blend. */
  private record MatchingOnly(PatchMatcher matcher) implements PatchMatcher {

    @Override
    public PatchMatchOptions options() {
      return matcher.options();
    }

    @Override
    public NearestNeighborField match(Frame source, Frame target) {
      return matcher.match(source, target);
    }

    @Override
    public NearestNeighborField matchLatents(QuantizedLatents source, QuantizedLatents target) {
      return matcher.matchLatents(source, target);
    }

    @Override
    public Frame remap(Frame picture, NearestNeighborField field) {
      return matcher.remap(picture, field);
    }

    @Override
    public BlendSession openSession(int width, int height) {
      return matcher.openSession(width, height);
    }

    @Override
    public void close() {
      matcher.close();
    }
  }

  private static List<Frame> blend(PatchMatcher opened) {
    List<Frame> frames = new ArrayList<>();
    try (PatchMatcher matcher = opened;
        AgreementSession session = AgreementSession.open(matcher, 48, 40, 2)) {
      List<MatchRequest> all = new ArrayList<>();
      for (int source = 0; source < 4; source++) {
        session.putGuide(source, GUIDE.frame(source));
        session.putStyle(source, STYLE.frame(source));
        for (int target = 0; target < 4; target++) {
          if (source != target) {
            all.add(MatchRequest.fresh(source, target));
          }
        }
      }
      session.match(all);
      for (int frame = 0; frame < 4; frame++) {
        session.agree(frame, 0, 3);
      }
      for (int frame = 0; frame < 4; frame++) {
        frames.add(session.steady(frame, 0, 3));
      }
    }
    return frames;
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void openAgreement_engineThatOnlyMatches_givesTheSameBytes(boolean published) {
    PatchMatchOptions options = published ? PatchMatchOptions.PUBLISHED : PatchMatchOptions.DEFAULT;
    PatchMatcher own = PatchMatcherProvider.choose("cpu").open(options, 2);
    PatchMatcher other = new MatchingOnly(PatchMatcherProvider.choose("cpu").open(options, 2));

    assertThat(blend(other)).isEqualTo(blend(own)).doesNotHaveDuplicates();
  }

  @Test
  void agree_somethingMissing_saysWhat() {
    for (boolean own : new boolean[] {true, false}) {
      PatchMatcher cpu = PatchMatcherProvider.choose("cpu").open(PatchMatchOptions.DEFAULT, 1);
      try (PatchMatcher matcher = own ? cpu : new MatchingOnly(cpu);
          AgreementSession session = AgreementSession.open(matcher, 48, 40, 1)) {
        session.putGuide(0, GUIDE.frame(0));
        assertThatThrownBy(() -> session.agree(0, 0, 0))
            .isInstanceOf(IllegalStateException.class)
            .hasMessage("this session holds no style of frame 0");
        session.putStyle(0, STYLE.frame(0));
        session.putGuide(1, GUIDE.frame(1));
        session.putStyle(1, STYLE.frame(1));
        assertThatThrownBy(() -> session.agree(0, 0, 1))
            .isInstanceOf(IllegalStateException.class)
            .hasMessage("this session holds no field from frame 1 to 0");
        assertThatThrownBy(() -> session.steady(0, 0, 1))
            .isInstanceOf(IllegalStateException.class)
            .hasMessage("this session holds no agreed picture of frame 0");
        session.dropFrame(0);
        assertThatThrownBy(() -> session.match(List.of(MatchRequest.fresh(0, 1))))
            .isInstanceOf(IllegalStateException.class)
            .hasMessage("this session holds no guide of frame 0");
        assertThatThrownBy(() -> session.putGuide(2, TestFrames.plain(8, 8, 0)))
            .isInstanceOf(IllegalArgumentException.class)
            .hasMessage("guide 2 must be 48x40, but was 8x8");
      }
    }
  }
}
