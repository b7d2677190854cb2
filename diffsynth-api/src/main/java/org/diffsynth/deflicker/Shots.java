package org.diffsynth.deflicker;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeSet;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.FrameSource;
import org.diffsynth.frame.Monitor;
import org.diffsynth.internal.shots.ShotAnalysis;

/**
 * Where the shots of a video begin. Nothing is blended, carried or interpolated from one shot to
 * another: a window ends at a cut, and a frame gets the key frames of its own shot only.
 *
 * <p>{@link #AUTO} finds hard cuts in the guide while the frames stream through, 3 frames ahead.
 * Fades, dissolves, flashes, flicker and fast motion are not cuts. To correct or reuse the result,
 * find the cuts first and give the list:
 *
 * <pre>{@code
 * Shots found = Shots.detect(guide, Monitor.NONE);
 * PatchBlending blending = PatchBlending.DEFAULT.withShots(found);
 * }</pre>
 *
 * <p>Shots are immutable values.
 */
public final class Shots {

  /** Finds the cuts in the guide while it is read: the default. */
  public static final Shots AUTO = new Shots(null);

  /** Treats the whole video as one shot. */
  public static final Shots NONE = new Shots(List.of());

  private final List<Integer> starts;

  private Shots(List<Integer> starts) {
    this.starts = starts;
  }

  /**
   * Returns shots that begin with the given frames. The first shot begins with frame 0, which may
   * be left out.
   *
   * @param frames numbers of the frames, counted from 0, in any order
   * @throws IllegalArgumentException if a number is negative
   */
  public static Shots startingAt(Collection<Integer> frames) {
    TreeSet<Integer> sorted = new TreeSet<>(frames);
    if (!sorted.isEmpty() && sorted.first() < 0) {
      throw new IllegalArgumentException(
          "frames that begin a shot must be at least 0, but were " + frames);
    }
    sorted.remove(0);
    return new Shots(List.copyOf(sorted));
  }

  /**
   * Finds the shots of a video in the way of {@link #AUTO}. Compares thumbnails only.
   *
   * @param video read to its end; the caller closes it
   * @param monitor is asked before every frame whether to cancel
   */
  public static Shots detect(FrameSource video, Monitor monitor) throws IOException {
    ShotAnalysis analysis = ShotAnalysis.automatic();
    List<Integer> starts = new ArrayList<>();
    int frame = 0;
    for (Frame next = video.read(); next != null || analysis.isWaiting(); ) {
      monitor.checkCancelled();
      if (next != null) {
        analysis.push(next);
        next = video.read();
      }
      while (analysis.isReady() || next == null && analysis.isWaiting()) {
        if (analysis.next().kind() == ShotAnalysis.Kind.STARTS && frame > 0) {
          starts.add(frame);
        }
        frame++;
      }
    }
    return new Shots(List.copyOf(starts));
  }

  /**
   * Returns the first frames of all shots but the first, in order; empty for {@link #AUTO}, which
   * finds them while frames are read.
   */
  public Optional<List<Integer>> starts() {
    return Optional.ofNullable(starts);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Shots that && Objects.equals(starts, that.starts);
  }

  @Override
  public int hashCode() {
    return Objects.hashCode(starts);
  }

  @Override
  public String toString() {
    return starts == null ? "Shots.AUTO" : "Shots" + starts;
  }
}
