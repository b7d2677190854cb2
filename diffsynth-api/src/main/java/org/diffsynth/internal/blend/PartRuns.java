package org.diffsynth.internal.blend;

import java.io.IOException;
import java.util.SortedMap;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.FrameSink;
import org.diffsynth.frame.FrameSource;

/**
 * Computes parts of clips. Sources begin with {@link BlendRun#firstFrame}, sinks receive the frames
 * from the first of the part on, and may get a few more than the part has.
 *
 * <p>If a source fails or ends early, frames whose neighbours could not be read are not written,
 * because they would not be those of the whole clip.
 */
public final class PartRuns {

  private PartRuns() {}

  /**
   * Deflickers a part with a guide.
   *
   * @param run run for which {@link BlendRun#usePart} was called; this method closes it
   * @throws IOException if a source cannot be read or ends early
   */
  public static void deflicker(
      BlendRun<?, ?> run, FrameSource guide, FrameSource style, FrameSink output, PartEnd end)
      throws IOException {
    FramePairs pairs = new FramePairs(run.sized(guide, style.format()), style);
    try (run) {
      run.openForSources(style.format(), output);
      while (!run.endsPart(end)) {
        if (!pairs.advance()) {
          run.part().checkWhole(run.framesRead());
          run.finish();
          return;
        }
        run.push(pairs.guide(), pairs.style());
      }
    }
  }

  /**
   * Computes a part between key frames.
   *
   * @param run run for which {@link CarryRun#useKeys} and {@link BlendRun#usePart} were called;
   *     this method closes it
   * @param keys key frames by their number in the clip
   * @throws IOException if the guide cannot be read or ends early
   */
  public static void interpolate(
      CarryRun run,
      SortedMap<Integer, Frame> keys,
      FrameSource guide,
      FrameSink output,
      PartEnd end)
      throws IOException {
    try (run) {
      run.useOverlap();
      run.open("interpolate", guide.format(), output);
      while (!run.endsPart(end)) {
        Frame frame = guide.read();
        if (frame == null) {
          run.part().checkWhole(run.framesRead());
          run.finish();
          return;
        }
        run.push(frame, keys.get(run.framesRead()));
      }
    }
  }
}
