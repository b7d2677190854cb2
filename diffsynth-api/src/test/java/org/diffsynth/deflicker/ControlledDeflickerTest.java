package org.diffsynth.deflicker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.offset;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.diffsynth.compute.ComputeOptions;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.FrameRate;
import org.diffsynth.frame.FrameSink;
import org.diffsynth.frame.FrameSource;
import org.diffsynth.frame.Monitor;
import org.diffsynth.frame.Video;
import org.diffsynth.frame.VideoFormat;
import org.diffsynth.match.FieldCache;
import org.diffsynth.testkit.TestFrames;
import org.junit.jupiter.api.Test;

class ControlledDeflickerTest {

  private static final int WIDTH = 24;
  private static final int HEIGHT = 16;
  private static final Video STYLE = TestFrames.pan(7, WIDTH, HEIGHT, 1, 0, 40);

  /** Writes another picture for each frame, two frames late. */
  private static final Deflicker LATE =
      (guide, style, sink, monitor) -> {
        Queue<Frame> waiting = new ArrayDeque<>();
        for (Frame frame = style.read(); frame != null; frame = style.read()) {
          waiting.add(frame);
          if (waiting.size() > 2) {
            sink.write(changed(waiting.remove()));
          }
        }
        while (!waiting.isEmpty()) {
          sink.write(changed(waiting.remove()));
        }
      };

  /** Returns a picture with other brightness and colours, near the middle of the range. */
  private static Frame changed(Frame frame) {
    short[] samples = frame.toRgb16();
    for (int i = 0; i < samples.length; i++) {
      int value = samples[i] & 0xFFFF;
      samples[i] = (short) (20000 + value / 3 + 1111 * (i % 3) + 37 * (i % 11));
    }
    return Frame.ofRgb16(frame.width(), frame.height(), samples);
  }

  private static Frame muted(Frame frame) {
    short[] samples = frame.toRgb16();
    for (int i = 0; i < samples.length; i++) {
      samples[i] = (short) (24000 + (samples[i] & 0xFFFF) / 4);
    }
    return Frame.ofRgb16(frame.width(), frame.height(), samples);
  }

  private static Video video(List<Frame> frames) {
    return Video.of(frames, FrameRate.DEFAULT);
  }

  private static int luma256(short[] rgb, int i) {
    return 77 * (rgb[i] & 0xFFFF) + 150 * (rgb[i + 1] & 0xFFFF) + 29 * (rgb[i + 2] & 0xFFFF);
  }

  @Test
  void withStrength_zero_returnsTheFramesOfTheInput() {
    Video result = LATE.withStrength(0).apply(STYLE, STYLE);
    assertThat(result.frames()).isEqualTo(STYLE.frames());
  }

  @Test
  void withStrength_one_returnsTheFullResult() {
    Video result = LATE.withStrength(1).apply(STYLE, STYLE);
    assertThat(result.frames()).isEqualTo(LATE.apply(STYLE, STYLE).frames());
  }

  @Test
  void withStrength_between_mixesEachFrameWithItsOwnInput() {
    Video result = LATE.withStrength(0.25).apply(STYLE, STYLE);
    for (int frame = 0; frame < STYLE.size(); frame++) {
      short[] input = STYLE.frame(frame).toRgb16();
      short[] full = changed(STYLE.frame(frame)).toRgb16();
      short[] mixed = result.frame(frame).toRgb16();
      for (int i = 0; i < input.length; i++) {
        int from = input[i] & 0xFFFF;
        assertThat(mixed[i] & 0xFFFF)
            .isEqualTo((int) Math.floor(from + 0.25 * ((full[i] & 0xFFFF) - from) + 0.5));
      }
    }
  }

  @Test
  void withStrength_outsideOfItsRange_isRefused() {
    for (double wrong : new double[] {-0.01, 1.01, Double.NaN}) {
      assertThatThrownBy(() -> LATE.withStrength(wrong))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("strength must be in [0, 1], but was " + wrong);
    }
  }

  @Test
  void controls_setTwice_replaceTheEarlierValue() {
    Video twice = LATE.withStrength(0).withLumaOnly().withColourOnly().withStrength(1).apply(STYLE);
    assertThat(twice.frames()).isEqualTo(LATE.withColourOnly().apply(STYLE).frames());
  }

  @Test
  void floatFrames_stayFloats_andKeepTheirSamplesWhereTheMaskIsBlack() {
    float[] samples = STYLE.frame(0).toFloat();
    for (int i = 0; i < samples.length; i++) {
      samples[i] = samples[i] * 0.7f + 1e-6f * i;
    }
    Frame input = Frame.ofFloat(WIDTH, HEIGHT, samples);
    Deflicker half = LATE.withMask(DeflickerMask.of(leftHalf()).withFeather(0)).withStrength(0.5);
    Frame result = half.apply(video(List.of(input))).frame(0);
    assertThat(result.depth()).isEqualTo(Frame.Depth.FLOAT);
    float[] mixed = result.toFloat();
    float[] full = changed(input).toFloat();
    for (int i = 0; i < mixed.length; i++) {
      double wanted = samples[i] + 0.5 * ((double) full[i] - samples[i]);
      assertThat(mixed[i]).isEqualTo(isLeft(i) ? (float) wanted : samples[i]);
    }
  }

  @Test
  void withLumaOnly_takesTheResultsLumaAndTheInputsChannelDifferences() {
    List<Frame> inputs = STYLE.frames().stream().map(ControlledDeflickerTest::muted).toList();
    Video result = LATE.withLumaOnly().apply(video(inputs));
    for (int frame = 0; frame < inputs.size(); frame++) {
      assertJoined(
          result.frame(frame).toRgb16(),
          changed(inputs.get(frame)).toRgb16(),
          inputs.get(frame).toRgb16());
    }
  }

  @Test
  void withColourOnly_takesTheInputsLumaAndTheResultsChannelDifferences() {
    List<Frame> inputs = STYLE.frames().stream().map(ControlledDeflickerTest::muted).toList();
    Video result = LATE.withColourOnly().apply(video(inputs));
    for (int frame = 0; frame < inputs.size(); frame++) {
      assertJoined(
          result.frame(frame).toRgb16(),
          inputs.get(frame).toRgb16(),
          changed(inputs.get(frame)).toRgb16());
    }
  }

  private static void assertJoined(short[] joined, short[] tones, short[] colours) {
    for (int i = 0; i < joined.length; i += 3) {
      assertThat(joined[i] - joined[i + 1] & 0xFFFF)
          .isEqualTo(colours[i] - colours[i + 1] & 0xFFFF);
      assertThat(joined[i + 2] - joined[i + 1] & 0xFFFF)
          .isEqualTo(colours[i + 2] - colours[i + 1] & 0xFFFF);
      assertThat(Math.abs(luma256(joined, i) - luma256(tones, i))).isLessThanOrEqualTo(128);
    }
  }

  @Test
  void withLumaOnly_whereAColourWouldClip_keepsLumaAndHueAndGetsPaler() {
    Frame red = Frame.ofRgb8(1, 1, new byte[] {(byte) 250, 20, 10});
    Deflicker brighter =
        (guide, style, sink, monitor) -> {
          style.read();
          sink.write(TestFrames.plain(1, 1, 200));
        };
    short[] joined = brighter.withLumaOnly().apply(video(List.of(red))).frame(0).toRgb16();
    assertThat(joined[0] & 0xFFFF).isEqualTo(65535);
    assertThat(luma256(joined, 0) / 256.0).isBetween(200 * 257 - 1.0, 200 * 257 + 1.0);
    double hue = ((joined[1] & 0xFFFF) - (joined[2] & 0xFFFF)) * 1.0;
    double span = (joined[0] & 0xFFFF) - (joined[2] & 0xFFFF);
    assertThat(hue / span).isCloseTo(10 / 240.0, offset(1e-4));
  }

  @Test
  void withMask_black_keepsTheInputsSamples_white_takesTheResult() {
    Video result = LATE.withMask(DeflickerMask.of(leftHalf()).withFeather(0)).apply(STYLE, STYLE);
    for (int frame = 0; frame < STYLE.size(); frame++) {
      byte[] input = STYLE.frame(frame).toRgb8();
      byte[] full = changed(STYLE.frame(frame)).toRgb8();
      byte[] mixed = result.frame(frame).toRgb8();
      for (int i = 0; i < input.length; i++) {
        assertThat(mixed[i]).isEqualTo(isLeft(i) ? full[i] : input[i]);
      }
    }
  }

  @Test
  void withMask_feathered_growsEvenlyFromTheBlackPixelsAndKeepsThem() {
    Frame input = TestFrames.plain(WIDTH, HEIGHT, 0);
    Deflicker whitening =
        (guide, style, sink, monitor) -> {
          style.read();
          sink.write(TestFrames.plain(WIDTH, HEIGHT, 255));
        };
    DeflickerMask mask = DeflickerMask.of(leftHalf()).withFeather(3);
    short[] samples = whitening.withMask(mask).apply(video(List.of(input))).frame(0).toRgb16();
    for (int y = 0; y < HEIGHT; y++) {
      for (int x = 0; x < WIDTH; x++) {
        double share = Math.min(Math.max(WIDTH / 2 - x, 0) / 4.0, 1);
        assertThat(samples[(y * WIDTH + x) * 3] & 0xFFFF)
            .isEqualTo((int) Math.floor(share * 65535 + 0.5));
      }
    }
  }

  @Test
  void maskShares_featheredRandomMask_haveTheDistanceToTheNearestBlackPixel() {
    int width = 31;
    int height = 23;
    byte[] rgb = new byte[width * height * 3];
    boolean[] black = new boolean[width * height];
    Random random = new Random(5);
    for (int i = 0; i < black.length; i++) {
      black[i] = random.nextInt(40) == 0;
      for (int c = 0; c < 3; c++) {
        rgb[3 * i + c] = (byte) (black[i] ? random.nextInt(17) : 255 - random.nextInt(17));
      }
    }
    Frame mask = Frame.ofRgb8(width, height, rgb);
    float[] shares = MaskShares.of(mask, mask.size(), 6);
    for (int i = 0; i < black.length; i++) {
      double nearest = Double.POSITIVE_INFINITY;
      for (int j = 0; j < black.length; j++) {
        if (black[j]) {
          nearest = Math.min(nearest, Math.hypot(i % width - j % width, i / width - j / width));
        }
      }
      assertThat(shares[i]).isCloseTo((float) Math.min(nearest / 7, 1), offset(1e-6f));
    }
  }

  @Test
  void maskShares_withoutBlackPixels_areFull() {
    Frame white = TestFrames.plain(9, 7, 255);
    assertThat(MaskShares.of(white, white.size(), 6)).containsOnly(1f);
  }

  @Test
  void withMask_ofAnotherSize_isScaled() {
    Frame small = leftHalf(WIDTH / 2, HEIGHT / 2);
    Video result = LATE.withMask(DeflickerMask.of(small).withFeather(0)).apply(STYLE, STYLE);
    byte[] input = STYLE.frame(3).toRgb8();
    byte[] full = changed(STYLE.frame(3)).toRgb8();
    byte[] mixed = result.frame(3).toRgb8();
    for (int i = 0; i < input.length; i++) {
      int x = i / 3 % WIDTH;
      if (x < WIDTH / 2 - 2) {
        assertThat(mixed[i]).isEqualTo(full[i]);
      } else if (x >= WIDTH / 2 + 2) {
        assertThat(mixed[i]).isEqualTo(input[i]);
      }
    }
  }

  @Test
  void withMask_ofOtherProportions_isRefusedWithBothSizes() {
    Deflicker masked = LATE.withMask(DeflickerMask.of(leftHalf(16, 16)));
    assertThatThrownBy(() -> masked.apply(STYLE, STYLE))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("16x16")
        .hasMessageContaining("24x16");
  }

  @Test
  void withMask_onePictureForEachFrame_appliesThemInOrder() {
    List<Frame> masks = new ArrayList<>();
    for (int frame = 0; frame < STYLE.size(); frame++) {
      masks.add(TestFrames.plain(WIDTH, HEIGHT, frame % 2 == 0 ? 255 : 0));
    }
    List<Frame> full = LATE.apply(STYLE, STYLE).frames();
    List<Frame> mixed = LATE.withMask(DeflickerMask.of(video(masks))).apply(STYLE, STYLE).frames();
    for (int frame = 0; frame < STYLE.size(); frame++) {
      Frame wanted = frame % 2 == 0 ? full.get(frame) : STYLE.frame(frame);
      assertThat(mixed.get(frame).toRgb16()).isEqualTo(wanted.toRgb16());
    }
  }

  @Test
  void withMask_ofAnotherLength_isRefusedWithBothCountsBeforeAnythingIsRead() {
    AtomicInteger runs = new AtomicInteger();
    Deflicker counting = (guide, style, sink, monitor) -> runs.incrementAndGet();
    Deflicker masked = counting.withMask(DeflickerMask.of(video(STYLE.frames().subList(0, 5))));
    assertThatThrownBy(() -> masked.apply(STYLE, STYLE))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("mask must have 1 picture or 7, one for each frame of the video, but had 5");
    assertThat(runs).hasValue(0);
  }

  @Test
  void withMask_ofUnknownLength_isCheckedWhenItEnds() {
    assertThatThrownBy(() -> runWithMaskOfUnknownLength(5))
        .hasMessageContaining("ended after 5 pictures");
    assertThatThrownBy(() -> runWithMaskOfUnknownLength(9))
        .hasMessage("mask must have 1 picture or 7, one for each frame of the video, but had 9");
    assertThat(runWithMaskOfUnknownLength(7).size()).isEqualTo(7);
    assertThat(runWithMaskOfUnknownLength(1).size()).isEqualTo(7);
  }

  private static Video runWithMaskOfUnknownLength(int pictures) {
    Video masks = TestFrames.pan(pictures, WIDTH, HEIGHT, 1, 0, 3);
    AtomicInteger closed = new AtomicInteger();
    DeflickerMask mask =
        DeflickerMask.of(
            () -> {
              FrameSource open = masks.open();
              return new FrameSource() {
                @Override
                public VideoFormat format() {
                  return open.format().withFrameCount(VideoFormat.UNKNOWN_COUNT);
                }

                @Override
                public Frame read() throws IOException {
                  return open.read();
                }

                @Override
                public void close() {
                  closed.incrementAndGet();
                }
              };
            });
    try {
      return LATE.withMask(mask).apply(STYLE, STYLE);
    } finally {
      assertThat(closed).hasValue(1);
    }
  }

  @Test
  void everyFormOfApply_reachesTheDeflickerInItsOwnForm() throws IOException {
    List<String> calls = new ArrayList<>();
    Deflicker recording =
        new Deflicker() {
          @Override
          public void apply(FrameSource guide, FrameSource style, FrameSink sink, Monitor monitor)
              throws IOException {
            calls.add(guide == style ? "one object" : "guided");
            UNCHANGED.apply(guide, style, sink, monitor);
          }

          @Override
          public void apply(
              FrameSource guide,
              FrameSource style,
              FrameSink sink,
              Monitor monitor,
              FieldCache fields)
              throws IOException {
            calls.add("cached");
            UNCHANGED.apply(guide, style, sink, monitor);
          }

          @Override
          public void apply(FrameSource style, FrameSink sink, Monitor monitor) throws IOException {
            calls.add("blind");
            UNCHANGED.apply(style, style, sink, monitor);
          }

          @Override
          public Deflicker withDefaultCompute(ComputeOptions defaults) {
            calls.add("compute");
            return this;
          }
        };
    Deflicker controlled = recording.withStrength(0.5).withDefaultCompute(ComputeOptions.AUTO);
    Video.Collector sink = Video.collector(FrameRate.DEFAULT);
    FrameSource style = STYLE.open();
    controlled.apply(STYLE.open(), style, sink, Monitor.NONE);
    controlled.apply(style, style, sink, Monitor.NONE);
    controlled.apply(STYLE.open(), STYLE.open(), sink, Monitor.NONE, FieldCache.ofBytes(0));
    controlled.apply(STYLE.open(), sink, Monitor.NONE);
    assertThat(calls).containsExactly("compute", "guided", "one object", "cached", "blind");
  }

  @Test
  void aDeflickerThatWritesTooFewFrames_isAnError() {
    Deflicker lazy = (guide, style, sink, monitor) -> style.read();
    assertThatThrownBy(() -> lazy.withStrength(0.5).apply(STYLE))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("must write as many frames as it reads");
  }

  @Test
  void mask_featherOutsideOfItsRange_isRefused() {
    DeflickerMask mask = DeflickerMask.of(leftHalf());
    assertThat(mask.feather()).isEqualTo(DeflickerMask.DEFAULT_FEATHER);
    assertThatThrownBy(() -> mask.withFeather(-1))
        .hasMessage("feather must be in [0, 10000], but was -1");
  }

  private static boolean isLeft(int sample) {
    return sample / 3 % WIDTH < WIDTH / 2;
  }

  private static Frame leftHalf() {
    return leftHalf(WIDTH, HEIGHT);
  }

  private static Frame leftHalf(int width, int height) {
    byte[] rgb = new byte[width * height * 3];
    for (int i = 0; i < rgb.length; i++) {
      rgb[i] = (byte) (i / 3 % width < width / 2 ? 255 : 0);
    }
    return Frame.ofRgb8(width, height, rgb);
  }
}
