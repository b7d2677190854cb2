package org.diffsynth.cuda;

import org.diffsynth.compute.OutOfDeviceMemoryException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Room for a batch of pairs to be searched at once: two fields and two costs each, and where the
 * schedule needs it texels of the voted picture; and for the table that describes the pairs.
 *
 * <p>It is taken when first needed, as large as memory allows, and is the first thing given up.
 */
final class SearchBuffers {

  private static final Logger LOG = LoggerFactory.getLogger(SearchBuffers.class);

  private final DeviceMemory memory;
  private final String device;
  private final long planeBytes;
  private final int planes;
  private final Runnable onRelease;
  private int mostPairs;
  private int pairs;
  private long base;
  private long table;
  private boolean said;

  /** Where one pair works. */
  record Slot(long base, long planeBytes) {

    long field(int number) {
      return base + number * planeBytes;
    }

    long cost(int number) {
      return base + (2 + number) * planeBytes;
    }

    /** Texels of the voted picture; only with the published schedule. */
    long voted() {
      return base + 4 * planeBytes;
    }
  }

  /**
   * Room that is not taken yet.
   *
   * @param pixels of the finest level
   * @param withVotes whether pairs need texels of a voted picture
   * @param mostPairs pairs of a batch when there is memory enough
   * @param onRelease called before addresses of this room stop being its own
   */
  SearchBuffers(
      DeviceMemory memory,
      String device,
      int pixels,
      boolean withVotes,
      int mostPairs,
      Runnable onRelease) {
    this.onRelease = onRelease;
    this.memory = memory;
    this.device = device;
    this.planeBytes = (4L * pixels + 255) / 256 * 256;
    this.planes = withVotes ? 5 : 4;
    this.mostPairs = mostPairs;
  }

  /** Makes room for at least one of {@code wanted} pairs and returns for how many. */
  int require(int wanted) {
    int goal = Math.min(wanted, mostPairs);
    if (pairs >= goal) {
      return goal;
    }
    release();
    while (true) {
      try {
        table = memory.tryAllocate("the table of " + goal + " pairs", PairTable.bytesFor(goal));
        base = memory.tryAllocate("work on " + goal + " pairs", goal * planes * planeBytes);
        pairs = goal;
        return goal;
      } catch (OutOfDeviceMemoryException e) {
        release();
        if (goal == 1) {
          throw e;
        }
        goal = (goal + 1) / 2;
        mostPairs = goal;
        sayOnce();
      }
    }
  }

  /** Gives the room back for something that cannot wait, and asks for less from now on. */
  boolean giveUp() {
    if (pairs == 0) {
      return false;
    }
    mostPairs = Math.max(1, (pairs + 1) / 2);
    release();
    sayOnce();
    return true;
  }

  private void sayOnce() {
    if (!said) {
      LOG.warn("{} is short of memory: batches become smaller, results stay the same", device);
      said = true;
    }
  }

  private void release() {
    onRelease.run();
    memory.free(base);
    memory.free(table);
    base = 0;
    table = 0;
    pairs = 0;
  }

  Slot slot(int number) {
    return new Slot(base + number * planes * planeBytes, planeBytes);
  }

  /** Address of the table. */
  long table() {
    return table;
  }
}
