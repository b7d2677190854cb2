package org.diffsynth.diffusion;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * Which frames the self-attention of a frame attends to. Attention to the prompt is never changed.
 *
 * <pre>{@code
 * CrossFrameAttention.pattern(FrameRef.FIRST, FrameRef.PREVIOUS, FrameRef.SELF, FrameRef.NEXT)
 * }</pre>
 *
 * @param mode how keys and values of the named frames are combined
 * @param frames the frames that a frame attends to; empty for {@link Mode#NONE}, only references
 *     for {@link Mode#JOINT}
 * @param window number of frames that are evaluated together in {@link Mode#JOINT}; 0 in the other
 *     modes
 * @param stride distance between the first frames of two windows in {@link Mode#JOINT}, in [1,
 *     window]; 0 in the other modes
 * @param inControlNets whether the ControlNets attend across frames as the UNet does; default true
 */
public record CrossFrameAttention(
    Mode mode, List<FrameRef> frames, int window, int stride, boolean inControlNets) {

  /** How keys and values of the named frames are combined. */
  public enum Mode {
    /** Every frame attends to itself only. */
    NONE,
    /**
     * Keys and values of a frame are those of the named frames, concatenated in the given order.
     * Each frame is evaluated once per step. The number of frames in a model call does not change
     * the result.
     */
    GATHER,
    /**
     * Attention of the released code of the DiffSynth paper. The frames named around each frame are
     * evaluated together, each attends to all of them, and only the result of the frame itself is
     * kept. With n named frames a step costs n times a step of {@link #NONE}. The number of frames
     * in a model call does not change the result.
     */
    GROUP,
    /**
     * Attention of the later library of the DiffSynth authors. All frames of a window attend to
     * each other, and the predictions of overlapping windows are averaged with triangular weights.
     * A window is evaluated in one model call.
     */
    JOINT
  }

  /**
   * A frame named relative to the frame that is evaluated, the first frame of the clip, or a
   * reference picture.
   *
   * @param kind what {@code number} counts
   * @param number for {@link Kind#OFFSET} the distance in frames, in [-100000, 100000], negative
   *     for earlier frames; offsets beyond an end of the clip name the frame at that end. For
   *     {@link Kind#REFERENCE} the number of the reference picture, in [0, 999]. 0 for {@link
   *     Kind#FIRST}
   */
  public record FrameRef(Kind kind, int number) {

    /** The ways to name a frame. */
    public enum Kind {
      /** The first frame of the clip. */
      FIRST,
      /** A frame by its distance from the frame that is evaluated. */
      OFFSET,
      /**
       * A reference picture of the request: a finished picture from outside the clip, noised to the
       * current timestep with the noise that all frames share.
       */
      REFERENCE
    }

    /** The first frame of the clip. */
    public static final FrameRef FIRST = new FrameRef(Kind.FIRST, 0);

    /** The frame that is evaluated. */
    public static final FrameRef SELF = offset(0);

    /** The frame before the frame that is evaluated. */
    public static final FrameRef PREVIOUS = offset(-1);

    /** The frame after the frame that is evaluated. */
    public static final FrameRef NEXT = offset(1);

    private static final int MAX_OFFSET = 100_000;
    private static final int MAX_REFERENCES = 1000;

    /**
     * Creates a {@code FrameRef} from its components.
     *
     * @throws IllegalArgumentException if a component is outside its documented range
     */
    public FrameRef {
      Objects.requireNonNull(kind, "kind");
      switch (kind) {
        case FIRST -> check(number == 0, "the number of FIRST must be 0, but was ", number);
        case OFFSET ->
            check(
                Math.abs((long) number) <= MAX_OFFSET,
                "offset must be in [-100000, 100000], but was ",
                number);
        case REFERENCE ->
            check(
                number >= 0 && number < MAX_REFERENCES,
                "reference must be in [0, 999], but was ",
                number);
      }
    }

    /** Names the frame at a distance, in frames; negative for earlier frames. */
    public static FrameRef offset(int frames) {
      return new FrameRef(Kind.OFFSET, frames);
    }

    /** Names reference picture {@code number} of the request, counted from 0. */
    public static FrameRef reference(int number) {
      return new FrameRef(Kind.REFERENCE, number);
    }

    /** Returns {@code "first"}, {@code "-1"} or {@code "reference 0"}. */
    @Override
    public String toString() {
      return switch (kind) {
        case FIRST -> "first";
        case OFFSET -> Integer.toString(number);
        case REFERENCE -> "reference " + number;
      };
    }
  }

  /** Every frame attends to itself only. */
  public static final CrossFrameAttention NONE =
      new CrossFrameAttention(Mode.NONE, List.of(), 0, 0, true);

  /** Every frame attends to the first frame, as in Text2Video-Zero. */
  public static final CrossFrameAttention FIRST_FRAME = gather(FrameRef.FIRST);

  /** Every frame attends to the first frame and to the previous frame. */
  public static final CrossFrameAttention FIRST_AND_PREVIOUS =
      gather(FrameRef.FIRST, FrameRef.PREVIOUS);

  /** Checks which frames the mode supports. */
  public CrossFrameAttention {
    Objects.requireNonNull(mode, "mode");
    frames = List.copyOf(frames);
    switch (mode) {
      case NONE -> check(frames.isEmpty(), "frames must be empty for NONE, but was ", frames);
      case GATHER -> {
        check(!frames.isEmpty(), "frames must not be empty for GATHER, but was ", frames);
        for (FrameRef frame : frames) {
          check(
              frame.kind() != FrameRef.Kind.OFFSET || frame.number() == 0 || frame.number() == -1,
              "frames must be first, 0, -1 or references for GATHER, but one was ",
              frame);
        }
      }
      case GROUP ->
          check(
              frames.contains(FrameRef.SELF),
              "frames must contain 0, the frame itself, for GROUP, but was ",
              frames);
      case JOINT -> {
        for (FrameRef frame : frames) {
          check(
              frame.kind() == FrameRef.Kind.REFERENCE,
              "frames must be references for JOINT, but one was ",
              frame);
        }
        check(
            window >= 1 && stride >= 1 && stride <= window,
            "window must be at least 1 and stride in [1, window], but were ",
            List.of(window, stride));
      }
    }
    check(
        mode == Mode.JOINT || window == 0 && stride == 0,
        "window and stride must be 0 except for JOINT, but were ",
        List.of(window, stride));
  }

  private static void check(boolean condition, String rule, Object value) {
    if (!condition) {
      throw new IllegalArgumentException(rule + value);
    }
  }

  /**
   * Creates attention of {@link Mode#GATHER} to the given frames, in this order: {@link
   * FrameRef#FIRST}, {@link FrameRef#SELF}, {@link FrameRef#PREVIOUS} and references.
   */
  public static CrossFrameAttention gather(FrameRef... frames) {
    return new CrossFrameAttention(Mode.GATHER, List.of(frames), 0, 0, true);
  }

  /**
   * Creates attention of {@link Mode#GROUP} to the given frames, which must contain {@link
   * FrameRef#SELF}.
   */
  public static CrossFrameAttention pattern(FrameRef... frames) {
    return new CrossFrameAttention(Mode.GROUP, List.of(frames), 0, 0, true);
  }

  /**
   * Creates attention of {@link Mode#JOINT}.
   *
   * @param window number of frames that are evaluated together, at least 1; the authors of
   *     DiffSynth use 16
   * @param stride distance between the first frames of two windows, in [1, window]; the authors use
   *     8
   */
  public static CrossFrameAttention joint(int window, int stride) {
    return new CrossFrameAttention(Mode.JOINT, List.of(), window, stride, true);
  }

  /** Returns a copy of this attention that attends to further frames as well. */
  public CrossFrameAttention withFrames(FrameRef... more) {
    List<FrameRef> all = new ArrayList<>(frames);
    all.addAll(List.of(more));
    return new CrossFrameAttention(mode, all, window, stride, inControlNets);
  }

  /**
   * Returns a copy of this attention whose ControlNets attend across frames, or attend within each
   * frame as they were trained.
   */
  public CrossFrameAttention withInControlNets(boolean across) {
    return new CrossFrameAttention(mode, frames, window, stride, across);
  }

  /**
   * Returns whether a model call after the first needs keys and values of the last frame of the
   * call before it; see {@code KeyValueRows.CACHED} in the SPI.
   */
  public boolean carries() {
    return mode == Mode.GATHER && frames.contains(FrameRef.PREVIOUS);
  }

  /** Returns the number of reference pictures that a request must bring. */
  public int references() {
    return frames.stream()
        .filter(frame -> frame.kind() == FrameRef.Kind.REFERENCE)
        .mapToInt(frame -> frame.number() + 1)
        .max()
        .orElse(0);
  }

  /** Returns for example {@code "GATHER[first, -1]"}. */
  @Override
  public String toString() {
    return mode
        + frames.toString()
        + (mode == Mode.JOINT ? " in windows of " + window + " every " + stride : "")
        + (inControlNets ? "" : " in the UNet only");
  }
}
