package org.diffsynth.cuda;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The descriptions of a batch of pairs as the kernels read them: struct Pair of matching.cuh,
 * followed by struct SumGroup of blend.cu, in 8-byte slots.
 */
final class PairTable {

  /** Bytes of one struct Pair. */
  static final int PAIR_BYTES = 14 * Long.BYTES;

  /** Bytes of one struct SumGroup. */
  static final int GROUP_BYTES = 3 * Long.BYTES;

  private final ByteBuffer bytes;

  PairTable(ByteBuffer bytes) {
    this.bytes = bytes.order(ByteOrder.LITTLE_ENDIAN).clear();
  }

  /** Bytes that {@code pairs} pairs need, each perhaps in a group of its own. */
  static int bytesFor(int pairs) {
    return pairs * (PAIR_BYTES + GROUP_BYTES);
  }

  /** One remap: addresses on the device, 0 for null, and the numbers its probes depend on. */
  record Pair(
      long source,
      long target,
      SearchBuffers.Slot work,
      long style,
      long agreed,
      long picture,
      long start,
      long middle,
      int sourceFrame,
      int targetFrame,
      int weight) {}

  /**
   * The pairs that are added to one sum, which follow each other.
   *
   * @param sum its address
   * @param first number of the first of them
   * @param count how many
   */
  record Group(long sum, int first, int count) {}

  void add(Pair pair) {
    bytes.putLong(pair.source()).putLong(pair.target());
    bytes.putLong(pair.work().field(0)).putLong(pair.work().field(1));
    bytes.putLong(pair.work().cost(0)).putLong(pair.work().cost(1));
    bytes.putLong(pair.style()).putLong(pair.agreed()).putLong(pair.picture());
    bytes.putLong(pair.start()).putLong(pair.middle());
    bytes.putLong(pair.sourceFrame()).putLong(pair.targetFrame()).putLong(pair.weight());
  }

  void add(Group group) {
    bytes.putLong(group.sum()).putLong(group.first()).putLong(group.count());
  }

  /** Bytes written so far. */
  int size() {
    return bytes.position();
  }
}
