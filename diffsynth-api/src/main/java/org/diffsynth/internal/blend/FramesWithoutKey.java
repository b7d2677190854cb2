package org.diffsynth.internal.blend;

import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Frames of an interpolation whose shot has no key frame, and the warning that names them. */
final class FramesWithoutKey {

  private static final Logger LOG = LoggerFactory.getLogger(FramesWithoutKey.class);

  private final Deque<Range> ranges = new ArrayDeque<>();

  private record Range(int first, int last) {

    @Override
    public String toString() {
      return first == last ? Integer.toString(first) : first + " to " + last;
    }
  }

  /** Finds the frames in shots that are known before the work. */
  static FramesWithoutKey of(Collection<Integer> starts, SortedSet<Integer> keys, long frames) {
    FramesWithoutKey found = new FramesWithoutKey();
    SortedSet<Integer> ends = new TreeSet<>(starts);
    ends.removeIf(end -> end >= frames);
    ends.add((int) frames);
    int start = 0;
    for (int end : ends) {
      if (end > start && keys.subSet(start, end).isEmpty()) {
        found.ranges.add(new Range(start, end - 1));
      }
      start = end;
    }
    return found;
  }

  /** Adds the next frame. */
  void add(int frame) {
    int first = frame;
    if (!ranges.isEmpty() && ranges.getLast().last == frame - 1) {
      first = ranges.removeLast().first;
    }
    ranges.add(new Range(first, frame));
  }

  /** Logs one warning that names all frames, if there are any. */
  void warn() {
    if (!ranges.isEmpty()) {
      LOG.warn(
          "no key frame lies in the shots of these frames, for which the guide is written unchanged:"
              + " {}; add a key frame to each shot, or correct the list of cuts",
          ranges.stream().map(Range::toString).collect(Collectors.joining(", ")));
    }
  }
}
