package org.diffsynth.internal.blend;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Queue;
import java.util.function.Supplier;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.FrameSink;
import org.diffsynth.frame.Monitor;
import org.diffsynth.internal.shots.Exposure;

/** Writes the finished frames of a clip to a sink, in the order of the clip. */
final class FinishedFrames {

  private final FrameSink sink;
  private final Monitor monitor;
  private final Runnable afterEach;
  private final Queue<Computing> computing = new ArrayDeque<>();
  private final Map<Integer, Frame> early = new HashMap<>();
  private int written;

  /**
   * A frame that a session may still compute.
   *
   * @param usual supplies the frame at the usual brightness of the shot
   */
  private record Computing(int inClip, Exposure exposure, Supplier<Frame> usual) {}

  /**
   * Creates an empty queue in front of a sink.
   *
   * @param afterEach called after each frame that was written
   * @param first number in the clip of the first frame to write; frames before it are ignored
   */
  FinishedFrames(FrameSink sink, Monitor monitor, Runnable afterEach, int first) {
    this.written = first;
    this.sink = sink;
    this.monitor = monitor;
    this.afterEach = afterEach;
  }

  /** Adds a frame that a session may still compute. */
  void add(int inClip, Exposure exposure, Supplier<Frame> usual) {
    computing.add(new Computing(inClip, exposure, usual));
  }

  /** Waits for computed frames and writes them, until at most {@code rest} are left. */
  void writeComputed(int rest) throws IOException {
    while (computing.size() > rest) {
      monitor.checkCancelled();
      Computing next = computing.remove();
      write(next.inClip, next.exposure.fromUsual(next.usual.get()));
    }
  }

  /** Writes a frame after all frames before it, which may not be finished yet. */
  void write(int inClip, Frame frame) throws IOException {
    if (inClip < written) {
      return;
    }
    early.put(inClip, frame);
    for (Frame next = early.remove(written); next != null; next = early.remove(written)) {
      sink.write(next);
      written++;
      afterEach.run();
    }
  }

  /** Returns the number in the clip of the next frame to write. */
  int written() {
    return written;
  }

  /** Returns the number in the clip of the first frame that nobody has added. */
  int added() {
    int next = written;
    for (Computing frame : computing) {
      next = afterEarly(next);
      if (frame.inClip == next) {
        next++;
      }
    }
    return afterEarly(next);
  }

  private int afterEarly(int frame) {
    int next = frame;
    while (early.containsKey(next)) {
      next++;
    }
    return next;
  }
}
