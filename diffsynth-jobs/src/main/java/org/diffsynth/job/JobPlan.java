package org.diffsynth.job;

import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.diffsynth.internal.shots.KnownShots;
import org.diffsynth.internal.text.Text;

/**
 * The shards and parts of a clip. A shard is what a process claims: whole shots, as many as fit, or
 * an even share of a shot that is too long. A part is what one file of finished frames holds: an
 * even share of a shard.
 *
 * <pre>
 *   shots   |------------------------------|-----|---|--------|
 *   shards  |---------|---------|----------|---------|--------|
 *   parts   |----|----|----|----|----|-----|----|----|---|----|
 * </pre>
 */
final class JobPlan {

  private final List<Shard> shards = new ArrayList<>();
  private final NavigableMap<Integer, Part> parts = new TreeMap<>();

  /** Frames from {@code first} to {@code end}, excluded, which one process computes. */
  record Shard(int number, int first, int end) {}

  /** Frames from {@code first} to {@code end}, excluded, in one file. */
  record Part(int shard, int first, int end) {

    int frames() {
      return end - first;
    }

    String fileName() {
      return Text.format("%08d-%08d.frames", first, end - 1);
    }
  }

  JobPlan(KnownShots shots, int shardFrames, int partFrames) {
    int first = 0;
    int end = 0;
    while (end < shots.size()) {
      int shotEnd = shots.shotEnd(end);
      if (shotEnd - first > shardFrames) {
        addShards(first, end, shardFrames, partFrames); // shots that fit, if there are any
        first = end;
      }
      if (shotEnd - first > shardFrames) {
        addShards(first, shotEnd, shardFrames, partFrames);
        first = shotEnd;
      }
      end = shotEnd;
    }
    addShards(first, end, shardFrames, partFrames);
  }

  private void addShards(int first, int end, int most, int partFrames) {
    for (int[] shard : evenly(first, end, most)) {
      for (int[] part : evenly(shard[0], shard[1], partFrames)) {
        parts.put(part[0], new Part(shards.size(), part[0], part[1]));
      }
      shards.add(new Shard(shards.size(), shard[0], shard[1]));
    }
  }

  /** Divides frames into the fewest ranges of at most {@code most} frames, of even length. */
  private static List<int[]> evenly(int first, int end, int most) {
    int count = (end - first + most - 1) / most;
    List<int[]> ranges = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      long length = end - first;
      ranges.add(
          new int[] {first + (int) (length * i / count), first + (int) (length * (i + 1) / count)});
    }
    return ranges;
  }

  List<Shard> shards() {
    return shards;
  }

  /** Returns all parts in order. */
  Iterable<Part> parts() {
    return parts.values();
  }

  /** Returns the parts of a shard in order. */
  Iterable<Part> parts(Shard shard) {
    return parts.subMap(shard.first, shard.end).values();
  }

  /** Returns the part that begins with a frame, or null. */
  Part partAt(int frame) {
    return parts.get(frame);
  }
}
