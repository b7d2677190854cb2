package org.diffsynth.job;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.FrameSink;
import org.diffsynth.internal.blend.PartEnd;
import org.diffsynth.job.JobPlan.Part;

/**
 * Divides the frames of a run into parts, and decides how far the run goes: to the next part that
 * is finished already, or to the next shard that another process has claimed.
 */
final class PartSink implements FrameSink, PartEnd {

  private final PartFiles files;
  private final Frame.Depth depth;
  private final Parts parts;
  private final Runnable afterEach;
  private int next;
  private int limit;
  private boolean ended;
  private final Deque<Part> claimed = new ArrayDeque<>();
  private PartFiles.Writer writer;

  /** Says which parts a run may compute. */
  interface Parts {

    /** Returns the part that begins with a frame and that this process may compute, or null. */
    Part claimed(int frame) throws IOException;
  }

  /**
   * Creates a sink for a run that begins with a part.
   *
   * @param first part that was claimed for the run
   * @param depth depth of the stored frames, or null to keep theirs
   * @param afterEach called after each frame
   */
  PartSink(PartFiles files, Part first, Frame.Depth depth, Parts parts, Runnable afterEach) {
    this.files = files;
    this.depth = depth;
    this.parts = parts;
    this.afterEach = afterEach;
    claimed.add(first);
    this.next = first.first();
    this.limit = first.end();
  }

  /** Returns whether the run ends before a frame; claims the next part when a run gets there. */
  @Override
  public boolean isBefore(int frame) throws IOException {
    while (frame >= limit && !ended) {
      Part following = parts.claimed(limit);
      if (following == null) {
        ended = true;
      } else {
        claimed.add(following);
        limit = following.end();
      }
    }
    return frame >= limit;
  }

  @Override
  public void write(Frame frame) throws IOException {
    if (isBefore(next)) {
      return;
    }
    if (writer == null) {
      writer = files.write(claimed.element());
    }
    writer.write(depth == null ? frame : frame.as(depth));
    next++;
    if (next == claimed.element().end()) {
      writer.commit();
      writer = null;
      claimed.remove();
    }
    afterEach.run();
  }

  @Override
  public void commit() {}

  /** Deletes a part that is not whole. */
  @Override
  public void close() throws IOException {
    if (writer != null) {
      writer.close();
      writer = null;
    }
  }
}
