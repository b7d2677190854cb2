package org.diffsynth.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.diffsynth.frame.Frame;
import org.diffsynth.frame.FrameSize;
import org.diffsynth.frame.Video;
import org.diffsynth.testkit.TestFrames;
import org.junit.jupiter.api.Test;

class ControlVideoAnnotatorTest {

  private static final Video PICTURES = TestFrames.pan(2, 44, 28, 1, 0, 1);

  @Test
  void pictures_areGivenInOrder_whateverTheFrameShows() {
    Annotator given = Annotator.ofVideo(PICTURES);
    Frame any = TestFrames.plain(44, 28, 0);
    assertThat(given.annotate(any)).isEqualTo(PICTURES.frame(0));
    assertThat(given.annotate(any)).isEqualTo(PICTURES.frame(1));
    assertThatThrownBy(() -> given.annotate(any))
        .hasMessageContaining("the control video has 2 pictures");
  }

  @Test
  void pictures_forAFrameRoundedToTheModelsSize_areScaled() {
    Frame scaled = Annotator.ofVideo(PICTURES).annotate(TestFrames.plain(48, 32, 0));
    assertThat(scaled.size()).isEqualTo(new FrameSize(48, 32));
  }

  @Test
  void pictures_forAFrameRoundedTo64_areScaled() {
    Annotator given = Annotator.ofVideo(TestFrames.pan(1, 128, 96, 1, 0, 1));
    assertThat(given.annotate(TestFrames.plain(128, 128, 0)).size())
        .isEqualTo(new FrameSize(128, 128));
  }

  @Test
  void pictures_of4To3ForAWideFrame_areAnError() {
    Annotator given = Annotator.ofVideo(TestFrames.pan(1, 512, 384, 1, 0, 1));
    assertThatThrownBy(() -> given.annotate(TestFrames.plain(960, 544, 0)))
        .hasMessageContaining("without distortion");
  }

  @Test
  void pictures_ofOtherProportions_areAnError() {
    assertThatThrownBy(() -> Annotator.ofVideo(PICTURES).annotate(TestFrames.plain(28, 44, 0)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("44x28")
        .hasMessageContaining("28x44");
  }
}
