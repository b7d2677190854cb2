package org.diffsynth.cuda;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Writes the table that describes a batch to the kernels, little-endian with 8 bytes for each
 * member: all {@code struct Pair} of matching.cuh, followed by all {@code struct SumGroup} of
 * blend.cu.
 */
final class PairTable {

  /** Size of one struct Pair in bytes. */
  static final int PAIR_BYTES = 14 * Long.BYTES;

  /** Size of one struct SumGroup in bytes. */
  static final int GROUP_BYTES = 3 * Long.BYTES;

  private final ByteBuffer bytes;

  /** Creates an empty table that is written to the beginning of a buffer. */
  PairTable(ByteBuffer bytes) {
    this.bytes = bytes.order(ByteOrder.LITTLE_ENDIAN).clear();
  }

  /** Returns the size of the table of {@code pairs} pairs in bytes, with a group for each pair. */
  static int bytesFor(int pairs) {
    return pairs * (PAIR_BYTES + GROUP_BYTES);
  }

  /**
   * One pair of frames. Addresses are those of the device, 0 for null.
   *
   * @param source pyramid of texels of the source guide
   * @param target pyramid of texels of the target guide
   * @param work fields and costs of the search
   * @param style texels of the carried picture, or 0 to compare the guides only
   * @param agreed texels with which the carried picture is compared at the target, or 0
   * @param picture the carried picture, or 0 if only the field is wanted
   * @param start field at which the search starts, or 0
   * @param middle field from the target to a middle frame, to which {@code start} is applied; or 0
   * @param sourceFrame number of the source frame; random probes depend on it
   * @param targetFrame number of the target frame; random probes depend on it
   * @param weight factor of the carried picture in its sum
   */
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
   * The pairs whose pictures are added to one sum. They are adjacent in the table.
   *
   * @param sum device address of the sum
   * @param first index of the first pair
   * @param count number of pairs
   */
  record Group(long sum, int first, int count) {}

  /** Appends a pair; all pairs come before all groups. */
  void add(Pair pair) {
    bytes.putLong(pair.source()).putLong(pair.target());
    bytes.putLong(pair.work().field(0)).putLong(pair.work().field(1));
    bytes.putLong(pair.work().cost(0)).putLong(pair.work().cost(1));
    bytes.putLong(pair.style()).putLong(pair.agreed()).putLong(pair.picture());
    bytes.putLong(pair.start()).putLong(pair.middle());
    bytes.putLong(pair.sourceFrame()).putLong(pair.targetFrame()).putLong(pair.weight());
  }

  /** Appends a group to the table. */
  void add(Group group) {
    bytes.putLong(group.sum()).putLong(group.first()).putLong(group.count());
  }

  /** Returns the number of bytes written so far. */
  int size() {
    return bytes.position();
  }
}
