package org.diffsynth.frame;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Optional;
import org.diffsynth.frame.Monitor.Phase;
import org.diffsynth.frame.Monitor.Progress;
import org.junit.jupiter.api.Test;

class MonitorTest {

  @Test
  void phase_ofAStage_isTheOneOfThatName() {
    assertThat(new Progress("deflicker", 0, 0, 1, Optional.empty()).phase())
        .isEqualTo(Phase.DEFLICKER);
    assertThat(new Progress("own work", 0, 0, 1, Optional.empty()).phase()).isEqualTo(Phase.OTHER);
  }

  @Test
  void text_ofUnknownLength_countsFramesInsteadOfPercent() {
    Progress live = new Progress("deflicker", 0, 120, VideoFormat.UNKNOWN_COUNT, Optional.empty());
    assertThat(live.hasFraction()).isFalse();
    assertThat(live.toText()).isEqualTo("deflicker 120 frames");
    Progress known = new Progress("deflicker", 0.42, 10, 24, Optional.of(Duration.ofSeconds(72)));
    assertThat(known.toText()).isEqualTo("deflicker  42 %, 10/24 frames, 1:12 left");
    assertThat(known.withFraction(1, Optional.empty()).toText())
        .isEqualTo("deflicker 100 %, 10/24 frames");
  }
}
