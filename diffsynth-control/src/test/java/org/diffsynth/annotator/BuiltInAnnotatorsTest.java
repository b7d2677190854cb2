package org.diffsynth.annotator;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.diffsynth.control.ControlNet;
import org.diffsynth.control.ControlSignal;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.FrameSize;
import org.diffsynth.testkit.TestFrames;
import org.junit.jupiter.api.Test;

class BuiltInAnnotatorsTest {

  @Test
  void signals_thatNeedNoModel_haveAnAnnotator() {
    Frame frame = TestFrames.texture(16, 16, 1);
    for (ControlSignal signal : ControlSignal.values()) {
      boolean needsMore =
          signal == ControlSignal.DEPTH
              || signal == ControlSignal.POSE
              || signal == ControlSignal.NORMALS;
      assertThat(signal.annotator().isEmpty()).as(signal.name()).isEqualTo(needsMore);
      signal
          .annotator()
          .ifPresent(it -> assertThat(it.annotate(frame).size()).isEqualTo(new FrameSize(16, 16)));
    }
  }

  @Test
  void controlNet_namedLikeItsSignal_hasTheBuiltInAnnotator() {
    assertThat(ControlNet.of("softedge", Path.of("x")).annotator()).contains(SoftEdges.DEFAULT);
    assertThat(ControlNet.of("canny", Path.of("x")).annotator()).contains(CannyEdges.DEFAULT);
    assertThat(ControlNet.of("lineart", Path.of("x")).annotator()).isPresent();
    assertThat(ControlNet.of("shuffle", Path.of("x")).annotator()).isEmpty();
  }
}
