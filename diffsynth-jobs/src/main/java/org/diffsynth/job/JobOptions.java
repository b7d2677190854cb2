package org.diffsynth.job;

import java.time.Duration;
import java.util.Objects;
import org.diffsynth.internal.text.Text;

/**
 * How a job is divided, and when the work of a dead process is continued by others. No option
 * changes the frames. The numbers of frames are fixed when the job is made; a job that is continued
 * keeps those it was made with.
 *
 * @param shardFrames greatest number of frames that a process claims at a time, 1 to 100000;
 *     default 240. Smaller shards divide the work more evenly between processes. One process goes
 *     on from shard to shard without loss; where processes meet, about a window's frames are
 *     computed twice
 * @param partFrames greatest number of frames in a file of finished frames, 1 to {@code
 *     shardFrames}; default 30. An interruption loses at most the part in progress
 * @param lease time after which a process that shows no sign of life loses its shards to others, at
 *     least 100 ms; default 60 seconds. A process that was killed on this machine loses its shards
 *     at once. Clocks of machines are never compared. All processes of a job should use the same
 *     lease
 */
public record JobOptions(int shardFrames, int partFrames, Duration lease) {

  private static final int MOST_FRAMES = 100_000;
  private static final Duration SHORTEST_LEASE = Duration.ofMillis(100);

  /** Shards of 240 frames, parts of 30 frames, a lease of 60 seconds. */
  public static final JobOptions DEFAULT = new JobOptions(240, 30, Duration.ofSeconds(60));

  /** Checks that the options are in their ranges. */
  public JobOptions {
    Objects.requireNonNull(lease, "lease");
    if (shardFrames < 1 || shardFrames > MOST_FRAMES) {
      throw new IllegalArgumentException(
          Text.format("shardFrames must be in [1, %d], but was %d", MOST_FRAMES, shardFrames));
    }
    if (partFrames < 1 || partFrames > shardFrames) {
      throw new IllegalArgumentException(
          Text.format(
              "partFrames must be in [1, shardFrames = %d], but was %d", shardFrames, partFrames));
    }
    if (lease.compareTo(SHORTEST_LEASE) < 0) {
      throw new IllegalArgumentException("lease must be at least 100 ms, but was " + lease);
    }
  }

  /**
   * Returns a copy of these options with the given number of frames in a shard. Parts become
   * smaller if they would be longer than a shard.
   */
  public JobOptions withShardFrames(int frames) {
    return new JobOptions(frames, Math.max(1, Math.min(partFrames, frames)), lease);
  }

  /** Returns a copy of these options with the given number of frames in a part. */
  public JobOptions withPartFrames(int frames) {
    return new JobOptions(shardFrames, frames, lease);
  }

  /** Returns a copy of these options with the given lease. */
  public JobOptions withLease(Duration newLease) {
    return new JobOptions(shardFrames, partFrames, newLease);
  }
}
