package org.diffsynth.deflicker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.FrameSource;
import org.diffsynth.frame.Monitor;
import org.diffsynth.frame.Video;
import org.diffsynth.testkit.TestFrames;
import org.junit.jupiter.api.Test;

class BlindDeflickerTest {

  private static final Video STYLE = TestFrames.pan(5, 24, 16, 1, 0, 40);

  @Test
  void apply_withoutGuide_showsTheStyleToBothReadersInFull() throws IOException {
    List<Frame> guides = new ArrayList<>();
    Deflicker readingGuideFirst =
        (guide, style, sink, monitor) -> {
          assertThat(guide.format()).isEqualTo(style.format());
          for (Frame frame = guide.read(); frame != null; frame = guide.read()) {
            guides.add(frame);
          }
          for (Frame frame = style.read(); frame != null; frame = style.read()) {
            sink.write(frame);
          }
        };
    Video.Collector steady = Video.collector(STYLE.format().frameRate());
    readingGuideFirst.apply(STYLE.open(), steady, Monitor.NONE);
    assertThat(steady.toVideo().frames()).isEqualTo(STYLE.frames());
    assertThat(guides).isEqualTo(STYLE.frames());
    assertThat(readingGuideFirst.apply(STYLE).frames()).isEqualTo(STYLE.frames());
  }

  @Test
  void apply_oneSourceAsGuideAndStyle_isRefusedNamingTheBlindForm() {
    FrameSource source = STYLE.open();
    Video.Collector steady = Video.collector(STYLE.format().frameRate());
    assertThatThrownBy(() -> PatchBlending.DEFAULT.apply(source, source, steady, Monitor.NONE))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("guide and style must be two sources")
        .hasMessageContaining("apply(style, sink, monitor)");
  }
}
