package org.diffsynth.cuda;

import org.diffsynth.compute.BackendException.OutOfDeviceMemoryException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Device memory in which a batch of pairs is searched: two fields and two cost planes for each
 * pair, the texels of the voted picture if the schedule needs them, and the table that describes
 * the pairs.
 *
 * <p>The memory is allocated when a batch first needs it, for as many pairs as fit, and it is the
 * first memory that a session frees when it runs short.
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
  private boolean warned;

  /**
   * The buffers of one pair.
   *
   * @param base device address of the first plane
   * @param planeBytes distance between two planes in bytes
   */
  record Slot(long base, long planeBytes) {

    /** Returns the address of work field 0 or 1. */
    long field(int number) {
      return base + number * planeBytes;
    }

    /** Returns the address of cost plane 0 or 1. */
    long cost(int number) {
      return base + (2 + number) * planeBytes;
    }

    /** Returns the address of the voted texels; only the published schedule has them. */
    long voted() {
      return base + 4 * planeBytes;
    }
  }

  /**
   * Creates buffers without allocating memory.
   *
   * @param memory memory of the session, from which the buffers are allocated
   * @param device name of the device, for the log
   * @param pixels number of pixels of the finest level
   * @param withVotes whether a pair needs texels of a voted picture
   * @param mostPairs largest number of pairs of a batch; at least 1
   * @param onRelease called before buffers are freed, while their addresses are still valid
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

  /**
   * Allocates buffers for a batch.
   *
   * @param wanted number of pairs that wait
   * @return number of pairs that the buffers have room for; at least 1 and at most {@code wanted}
   * @throws OutOfDeviceMemoryException if there is no room for a single pair
   */
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
        warnOnce();
      }
    }
  }

  /**
   * Frees the buffers, and halves the size of later batches.
   *
   * @return whether there was anything to free
   */
  boolean shrink() {
    if (pairs == 0) {
      return false;
    }
    mostPairs = Math.max(1, (pairs + 1) / 2);
    release();
    warnOnce();
    return true;
  }

  private void warnOnce() {
    if (!warned) {
      LOG.warn("{} is short of memory: batches become smaller, results stay the same", device);
      warned = true;
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

  /** Returns the buffers of one pair of the batch. */
  Slot slot(int number) {
    return new Slot(base + number * planes * planeBytes, planeBytes);
  }

  /** Returns the address of the table of pairs. */
  long table() {
    return table;
  }
}
