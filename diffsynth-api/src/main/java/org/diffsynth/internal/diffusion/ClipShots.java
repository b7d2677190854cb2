package org.diffsynth.internal.diffusion;

import java.io.IOException;
import java.util.List;
import java.util.NavigableSet;
import java.util.TreeSet;
import org.diffsynth.deflicker.Shots;
import org.diffsynth.frame.FrameSource;

/** The shots of a clip of known length. */
final class ClipShots {

  private final NavigableSet<Integer> starts = new TreeSet<>();
  private final int frames;

  private ClipShots(List<Integer> starts, int frames) {
    this.frames = frames;
    this.starts.add(0);
    starts.stream().filter(start -> start < frames).forEach(this.starts::add);
  }

  /** Creates a clip of one shot. */
  static ClipShots one(int frames) {
    return new ClipShots(List.of(), frames);
  }

  /** Creates shots that begin with frame 0 and with the given frames of the clip. */
  static ClipShots of(List<Integer> starts, int frames) {
    return new ClipShots(starts, frames);
  }

  /**
   * Returns the shots that the settings name, or finds them in the input.
   *
   * @param input the input, or null without one, which is one shot
   */
  static ClipShots of(Shots shots, RunSetup run, FrameStore input, int frames) throws IOException {
    if (shots.starts().isPresent() || input == null) {
      return new ClipShots(shots.starts().orElse(List.of()), frames);
    }
    try (FrameSource source = input.open(run.plan().output().frameRate())) {
      return new ClipShots(Shots.detect(source, run.monitor()).starts().orElseThrow(), frames);
    }
  }

  /** Returns whether a frame begins a shot. */
  boolean isStart(int frame) {
    return starts.contains(frame);
  }

  /** Returns the first frames of all shots, in order. */
  List<Integer> starts() {
    return List.copyOf(starts);
  }

  /** Returns the first frame of the shot of a frame. */
  int start(int frame) {
    return starts.floor(frame);
  }

  /** Returns the frame after the last frame of the shot of a frame. */
  int end(int frame) {
    Integer next = starts.higher(frame);
    return next == null ? frames : next;
  }

  int frames() {
    return frames;
  }
}
