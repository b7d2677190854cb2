package org.diffsynth.cuda;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.IntSupplier;
import org.diffsynth.compute.Closer;

/**
 * The launches of a chunk as CUDA graphs, one for each shape that has come up twice: queueing
 * eighty kernels one by one takes the CPU longer than a GPU needs for a small batch. What changes
 * from chunk to chunk lies in the table of pairs; a graph holds the table's address, so all graphs
 * go when that does.
 *
 * <p>{@code -Ddiffsynth.cuda.graphs=false} queues every kernel by itself.
 */
final class CudaGraphCache {

  /** Shapes remembered; the one not used for longest goes first. */
  static final int MOST_SHAPES = 32;

  private static final long NOT_RECORDED = 0;
  private static final boolean ENABLED =
      !System.getProperty("diffsynth.cuda.graphs", "true").equals("false")
          && !JCudaDevice.CHECKED; // waiting for each kernel takes queueing each

  private final GpuDevice device;
  private final Map<Shape, Recorded> shapes = new LinkedHashMap<>(16, 0.75f, true);

  /**
   * All that the launches of a chunk depend on, beside what is in the table.
   *
   * @param fresh whether the search starts from nothing
   * @param pairs of the chunk
   * @param groups sums they go to
   */
  record Shape(boolean fresh, int pairs, int groups) {}

  private record Recorded(long recording, int result) {}

  /** None yet. */
  CudaGraphCache(GpuDevice device) {
    this.device = device;
  }

  /**
   * Queues the launches of a chunk.
   *
   * @param launches queues them one by one and returns a number that depends on the shape only
   * @return that number
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

  /** Gives all graphs back, because what they work on is given back. */
  void forgetAll() {
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
