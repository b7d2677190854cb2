package org.diffsynth.diffusion;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;

/**
 * Which frames the self-attention of a frame looks at. Text attention is never changed.
 *
 * <p>Frames are named by whole numbers: 0 is the frame itself, -1 the one before, +1 the one after,
 * {@link #FIRST} the first of the clip, {@link #reference} a picture from outside it. Numbers that
 * leave the clip are clamped to its ends.
 *
 * @param mode how the frames named are brought together
 * @param frames the frames named; empty for {@link Mode#NONE}, only references for {@link
 *     Mode#JOINT}
 * @param window frames evaluated together in {@link Mode#JOINT}, else 0
 * @param stride distance between the starts of two windows, in [1, window], else 0
 * @param inControlNets whether ControlNets attend across frames as the UNet does; default true
 */
public record CrossFrameAttention(
    Mode mode, List<Integer> frames, int window, int stride, boolean inControlNets) {

  /** How the frames named are brought together. */
  public enum Mode {
    /** Every frame sees itself only. */
    NONE,
    /**
     * Keys and values of a frame are those of the frames named, in order, one after the other. Each
     * frame is evaluated once a step. The same result for any chunk size.
     */
    GATHER,
    /**
     * As the paper's released code: a group of the frames named around each frame is evaluated
     * together, all seeing all, and the frame itself is kept. Costs as many times {@link #NONE} as
     * there are frames named. The same result for any chunk size.
     */
    GROUP,
    /**
     * As the authors' later library: all frames of a window see each other; what overlapping
     * windows predict is averaged with triangular weights. A window is evaluated in one piece.
     */
    JOINT
  }

  /** The first frame of the clip. */
  public static final int FIRST = Integer.MIN_VALUE;

  /** Every frame sees itself only. */
  public static final CrossFrameAttention NONE =
      new CrossFrameAttention(Mode.NONE, List.of(), 0, 0, true);

  /** Every frame sees the first, as in Text2Video-Zero. */
  public static final CrossFrameAttention FIRST_FRAME = gather(FIRST);

  /** Every frame sees the first and the one before. */
  public static final CrossFrameAttention FIRST_AND_PREVIOUS = gather(FIRST, -1);

  private static final int MAX_REFERENCES = 1000;
  private static final int MAX_OFFSET = 100_000;

  /** Checks which frames the mode can take. */
  public CrossFrameAttention {
    Objects.requireNonNull(mode, "mode");
    frames = List.copyOf(frames);
    for (int frame : frames) {
      checkFrame(mode, frame);
    }
    switch (mode) {
      case NONE -> check(frames.isEmpty(), "NONE takes no frames, got", frames);
      case GATHER -> check(!frames.isEmpty(), "GATHER takes at least one frame, got", frames);
      case GROUP ->
          check(frames.contains(0), "a pattern must contain 0, the frame itself, was", frames);
      case JOINT ->
          check(
              window >= 1 && stride >= 1 && stride <= window,
              "window must be at least 1 and stride in [1, window], were",
              List.of(window, stride));
    }
    if (mode != Mode.JOINT) {
      check(window == 0 && stride == 0, "only JOINT has a window, got", List.of(window, stride));
    }
  }

  private static void checkFrame(Mode mode, int frame) {
    if (frame == FIRST) {
      check(mode != Mode.JOINT, "JOINT takes references only, got", frame);
    } else if (!isReference(frame)) {
      check(Math.abs(frame) <= MAX_OFFSET, "offsets must be in [-100000, 100000], got", frame);
      check(mode != Mode.JOINT, "JOINT takes references only, got", frame);
      check(
          mode != Mode.GATHER || frame == 0 || frame == -1,
          "GATHER takes FIRST, 0, -1 and references, got",
          frame);
    }
  }

  private static void check(boolean condition, String rule, Object value) {
    if (!condition) {
      throw new IllegalArgumentException(rule + " " + value);
    }
  }

  /** {@link Mode#GATHER} from {@link #FIRST}, 0, -1 and references, in this order. */
  public static CrossFrameAttention gather(int... frames) {
    return new CrossFrameAttention(Mode.GATHER, boxed(frames), 0, 0, true);
  }

  /** {@link Mode#GROUP} of these frames, such as {@code pattern(FIRST, -1, 0, +1)}. */
  public static CrossFrameAttention pattern(int... frames) {
    return new CrossFrameAttention(Mode.GROUP, boxed(frames), 0, 0, true);
  }

  /** {@link Mode#JOINT} in windows of so many frames; the authors use 16 and 8. */
  public static CrossFrameAttention joint(int window, int stride) {
    return new CrossFrameAttention(Mode.JOINT, List.of(), window, stride, true);
  }

  /**
   * Reference picture {@code number} of the request, counted from 0: a finished picture from
   * outside the clip, noised to the current timestep with the noise all frames share.
   */
  public static int reference(int number) {
    if (number < 0 || number >= MAX_REFERENCES) {
      throw new IllegalArgumentException(
          "reference must be in [0, %d), was %d".formatted(MAX_REFERENCES, number));
    }
    return Integer.MAX_VALUE - number;
  }

  /** Whether {@code frame} names a reference picture. */
  public static boolean isReference(int frame) {
    return frame > Integer.MAX_VALUE - MAX_REFERENCES;
  }

  /** The number that {@link #reference} was made from. */
  public static int referenceNumber(int frame) {
    return Integer.MAX_VALUE - frame;
  }

  /** The same looking at these frames too. */
  public CrossFrameAttention with(int... more) {
    List<Integer> all = new ArrayList<>(frames);
    all.addAll(boxed(more));
    return new CrossFrameAttention(mode, all, window, stride, inControlNets);
  }

  /** The same with ordinary self-attention in the ControlNets. */
  public CrossFrameAttention inUnetOnly() {
    return new CrossFrameAttention(mode, frames, window, stride, false);
  }

  /** Whether chunks after the first need keys and values of the last frame of the chunk before. */
  public boolean carries() {
    return mode == Mode.GATHER && frames.contains(-1);
  }

  /** How many reference pictures a request must bring. */
  public int references() {
    return frames.stream()
        .filter(CrossFrameAttention::isReference)
        .mapToInt(frame -> referenceNumber(frame) + 1)
        .max()
        .orElse(0);
  }

  private static List<Integer> boxed(int[] frames) {
    return Arrays.stream(frames).boxed().toList();
  }

  /** {@code "GATHER[first, -1]"}, without the names of constants. */
  @Override
  public String toString() {
    String named =
        frames.stream()
            .map(
                frame ->
                    frame == FIRST
                        ? "first"
                        : isReference(frame)
                            ? "reference " + referenceNumber(frame)
                            : Integer.toString(frame))
            .collect(Collectors.joining(", ", "[", "]"));
    return mode
        + named
        + (mode == Mode.JOINT ? " in windows of " + window + " every " + stride : "")
        + (inControlNets ? "" : " in the UNet only");
  }
}
