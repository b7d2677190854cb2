package org.diffsynth.cuda;

import java.nio.ByteBuffer;
import java.util.List;
import org.diffsynth.compute.Closer;
import org.diffsynth.match.PatchMatchOptions;
import org.diffsynth.match.PatchMatchOptions.SearchSchedule;

/**
 * Runs batches of pairs on one device: searches the fields of all pairs of a batch together,
 * carries their pictures along the fields, and adds the carried pictures to sums.
 *
 * <p>A large batch keeps the GPU busy; its size is limited by {@link SearchBuffers}. Batches of
 * equal shape are launched as one CUDA graph; see {@link CudaGraphCache}.
 */
final class PairBatchRunner implements AutoCloseable {

  /**
   * How long a search is.
   *
   * @param iterations largest number of iterations from the start fields
   * @param probing whether iterations try random candidates
   */
  record Length(int iterations, boolean probing) {

    /** Stands for a search that begins at the coarsest level. */
    static final Length FRESH = new Length(-1, true);
  }

  /** Distance in pixels over which matches vote in the SWEEP schedule; see ReferenceVotes. */
  private static final int TENT_RADIUS = 1;

  private final GpuDevice device;
  private final DeviceMemory memory;
  private final PatchMatchOptions options;
  private final PyramidLayout layout;
  private final SearchBuffers buffers;
  private final CudaGraphCache graphs;
  private final ByteBuffer table;

  /**
   * Creates a runner that holds no search buffers yet.
   *
   * @param mostPairs largest number of pairs of a batch; at least 1
   */
  PairBatchRunner(
      GpuDevice device,
      DeviceMemory memory,
      PatchMatchOptions options,
      PyramidLayout layout,
      int mostPairs) {
    this.device = device;
    this.memory = memory;
    this.options = options;
    this.layout = layout;
    this.graphs = new CudaGraphCache(device);
    this.buffers =
        new SearchBuffers(
            memory, device.name(), layout.pixels(0), published(), mostPairs, graphs::clear);
    this.table = device.allocateHost(PairTable.bytesFor(mostPairs));
  }

  private boolean published() {
    return options.schedule() == SearchSchedule.PUBLISHED;
  }

  /** Frees the search buffers; see {@link SearchBuffers#shrink}. */
  boolean shrink() {
    return buffers.shrink();
  }

  /** Allocates search buffers and returns their number; see {@link SearchBuffers#require}. */
  int require(int wanted) {
    return buffers.require(wanted);
  }

  /** Returns the buffers of pair {@code number} of the next batch. */
  SearchBuffers.Slot slot(int number) {
    return buffers.slot(number);
  }

  /**
   * Queues the search of a batch and the sums of its pictures, and returns, perhaps before the work
   * is done. {@link #require} must have returned at least the number of pairs.
   *
   * @param length length of the searches from the start fields, or {@link Length#FRESH} for
   *     searches that begin at the coarsest level
   * @param pairs pairs in the order of their slots
   * @param groups the pairs that are added to each sum; empty if only fields are wanted
   * @return number of the work field, 0 or 1, that will hold the results of all pairs
   */
  int run(Length length, List<PairTable.Pair> pairs, List<PairTable.Group> groups) {
    write(pairs, groups, buffers.table());
    long groupTable = buffers.table() + (long) PairTable.PAIR_BYTES * pairs.size();
    return graphs.run(
        new CudaGraphCache.Shape(length, pairs.size(), groups.size()),
        () -> {
          FieldSearch search =
              new FieldSearch(device, options, layout, buffers.table(), pairs.size());
          if (length.equals(Length.FRESH)) {
            search.fresh();
          } else {
            search.fromStart(length);
          }
          if (!groups.isEmpty()) {
            carry(buffers.table(), groupTable, search.current(), groups.size());
          }
          return search.current();
        });
  }

  /** Carries the picture of one pair along its work field 0 without a search, and waits. */
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
    device.synchronize(); // until the previous batch has read the table
    PairTable written = new PairTable(table);
    pairs.forEach(written::add);
    groups.forEach(written::add);
    device.upload(table, to, written.size());
  }

  private void carry(long pairs, long groupTable, int current, int groups) {
    device.launch(
        Kernel.CARRY_AND_ADD,
        Grid.pixels(layout.width(0), layout.height(0), groups),
        pairs,
        groupTable,
        current,
        layout.width(0),
        layout.height(0),
        published() ? options.smallestPatch() / 2 : TENT_RADIUS,
        published() ? 0 : 1);
  }

  /** Frees the graphs and the host memory; the session frees its device memory itself. */
  @Override
  public void close() {
    Closer closer = new Closer();
    closer.add(() -> device.freeHost(table));
    closer.add(graphs::clear);
    closer.close();
  }
}
