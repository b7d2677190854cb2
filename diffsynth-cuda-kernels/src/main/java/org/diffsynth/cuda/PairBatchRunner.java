package org.diffsynth.cuda;

import java.nio.ByteBuffer;
import java.util.List;
import org.diffsynth.compute.Closer;
import org.diffsynth.match.PatchMatchOptions;
import org.diffsynth.match.SearchSchedule;

/**
 * Searches for the fields of several pairs at once, carries their pictures and adds them up, in
 * room that is taken when first needed. Chunks of one shape are queued as one CUDA graph.
 */
final class PairBatchRunner implements AutoCloseable {

  /** Votes of the SWEEP schedule reach this far; see ReferenceVotes. */
  private static final int TENT_RADIUS = 1;

  private final GpuDevice device;
  private final DeviceMemory memory;
  private final PatchMatchOptions options;
  private final PyramidLayout levels;
  private final SearchBuffers work;
  private final CudaGraphCache graphs;
  private final ByteBuffer table;

  /** For at most {@code mostPairs} pairs at once. */
  PairBatchRunner(
      GpuDevice device,
      DeviceMemory memory,
      PatchMatchOptions options,
      PyramidLayout levels,
      int mostPairs) {
    this.device = device;
    this.memory = memory;
    this.options = options;
    this.levels = levels;
    this.graphs = new CudaGraphCache(device);
    this.work =
        new SearchBuffers(
            memory, device.name(), levels.pixels(0), published(), mostPairs, graphs::forgetAll);
    this.table = device.allocateHost(PairTable.bytesFor(mostPairs));
  }

  private boolean published() {
    return options.schedule() == SearchSchedule.PUBLISHED;
  }

  /** See {@link SearchBuffers#giveUp}. */
  boolean giveUp() {
    return work.giveUp();
  }

  /** Makes room for at least one of {@code wanted} pairs and returns for how many. */
  int require(int wanted) {
    return work.require(wanted);
  }

  /** Where pair {@code number} of the next chunk works. */
  SearchBuffers.Slot slot(int number) {
    return work.slot(number);
  }

  /**
   * Queues the search and the sums of pairs that room was made for, and returns, perhaps before it
   * is done.
   *
   * @param fresh whether the pairs start from nothing, rather than from their start fields
   * @param pairs in the order of their slots
   * @return which of the pairs' work fields will hold the result
   */
  int run(boolean fresh, List<PairTable.Pair> pairs, List<PairTable.Group> groups) {
    write(pairs, groups, work.table());
    long groupTable = work.table() + (long) PairTable.PAIR_BYTES * pairs.size();
    return graphs.run(
        new CudaGraphCache.Shape(fresh, pairs.size(), groups.size()),
        () -> {
          FieldSearch search = new FieldSearch(device, options, levels, work.table(), pairs.size());
          if (fresh) {
            search.fresh();
          } else {
            search.fromStart();
          }
          if (!groups.isEmpty()) {
            carry(work.table(), groupTable, search.current(), groups.size());
          }
          return search.current();
        });
  }

  /**
   * Carries one pair's picture along its first work field, which is not searched for, and waits.
   */
  void carry(PairTable.Pair pair, PairTable.Group group) {
    long pairs = memory.allocate("the table of a pair", PairTable.bytesFor(1));
    try {
      write(List.of(pair), List.of(group), pairs);
      carry(pairs, pairs + PairTable.PAIR_BYTES, 0, 1);
      device.synchronize();
    } finally {
      memory.free(pairs);
    }
  }

  private void write(List<PairTable.Pair> pairs, List<PairTable.Group> groups, long to) {
    device.synchronize(); // the table of the chunk before has been read
    PairTable written = new PairTable(table);
    pairs.forEach(written::add);
    groups.forEach(written::add);
    device.upload(table, to, written.size());
  }

  private void carry(long pairs, long groupTable, int current, int groups) {
    device.launch(
        Kernel.CARRY_AND_ADD,
        Grid.pixels(levels.width(0), levels.height(0), groups),
        pairs,
        groupTable,
        current,
        levels.width(0),
        levels.height(0),
        published() ? options.smallestPatch() / 2 : TENT_RADIUS,
        published() ? 0 : 1);
  }

  /** Gives back what lies outside of the session's memory. */
  @Override
  public void close() {
    Closer closer = new Closer();
    closer.add(() -> device.freeHost(table));
    closer.add(graphs::forgetAll);
    closer.close();
  }
}
