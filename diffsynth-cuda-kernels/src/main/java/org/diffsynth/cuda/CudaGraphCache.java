package org.diffsynth.cuda;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.IntSupplier;
import org.diffsynth.compute.Closer;

/**
 * Keeps the kernel launches of batches as CUDA graphs, one for each shape of batch that occurred at
 * least twice.
 *
 * <p>A batch needs about eighty launches. For a small batch, launching them one by one takes the
 * CPU longer than the kernels take on the GPU; a graph is launched with one call. Everything that
 * differs between batches of one shape is in the table of pairs. A graph contains the address of
 * that table, so all graphs must be dropped when the table moves.
 *
 * <p>The system property {@code diffsynth.cuda.graphs=false} turns graphs off.
 */
final class CudaGraphCache {

  /** Largest number of shapes to remember; the least recently used one is dropped first. */
  static final int MOST_SHAPES = 32;

  private static final long NOT_RECORDED = 0;
  private static final boolean ENABLED =
      !System.getProperty("diffsynth.cuda.graphs", "true").equals("false")
          && !JCudaDevice.CHECKED; // checking each kernel needs separate launches

  private final GpuDevice device;
  private final Map<Shape, Recorded> shapes = new LinkedHashMap<>(16, 0.75f, true);

  /**
   * Everything that the launches of a batch depend on, except the contents of the table of pairs.
   *
   * @param length length of the searches
   * @param pairs number of pairs of the batch
   * @param groups number of sums that the batch adds to
   */
  record Shape(PairBatchRunner.Length length, int pairs, int groups) {}

  private record Recorded(long recording, int result) {}

  /** Creates an empty cache of CUDA graphs for a device. */
  CudaGraphCache(GpuDevice device) {
    this.device = device;
  }

  /**
   * Queues the launches of a batch.
   *
   * @param launches queues the launches one by one, and returns a number that depends on the shape
   *     only
   * @return the number that {@code launches} returns for this shape
   */
  int run(Shape shape, IntSupplier launches) {
    Recorded known = shapes.get(shape);
    if (known == null || !ENABLED) {
      int result = launches.getAsInt();
      remember(shape, new Recorded(NOT_RECORDED, result));
      return result;
    }
    if (known.recording() == NOT_RECORDED) {
      known = new Recorded(device.record(launches::getAsInt), known.result());
      shapes.put(shape, known);
    }
    device.replay(known.recording());
    return known.result();
  }

  private void remember(Shape shape, Recorded recorded) {
    shapes.put(shape, recorded);
    if (shapes.size() > MOST_SHAPES) {
      Iterator<Recorded> oldest = shapes.values().iterator();
      forget(oldest.next());
      oldest.remove();
    }
  }

  /** Destroys all graphs. To be called before the memory that they work on is freed. */
  void clear() {
    Closer closer = new Closer();
    shapes.values().forEach(recorded -> closer.add(recorded, this::forget));
    shapes.clear();
    closer.close();
  }

  private void forget(Recorded recorded) {
    if (recorded.recording() != NOT_RECORDED) {
      device.forget(recorded.recording());
    }
  }
}
