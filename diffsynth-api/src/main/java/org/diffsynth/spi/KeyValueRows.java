package org.diffsynth.spi;

import java.util.Arrays;

/**
 * Whose keys and values the self-attention of each row of a {@link UnetInput} uses. Immutable.
 *
 * <p>Row {@code b} attends to the keys and values of rows {@code get(b, 0)}, {@code get(b, 1)}, …
 * joined along the sequence in that order; a row named twice counts twice. Rows are counted within
 * one prompt: the same holds for every {@link UnetInput.Conditioning} of the query, and none sees
 * another's rows.
 */
public final class KeyValueRows {

  /**
   * Names the row that an earlier query with {@link #keep} set left behind, under the same kind of
   * conditioning: its keys and values as they were at each place of self-attention.
   */
  public static final int CARRIED = -1;

  /** Ordinary self-attention: every row sees itself. */
  public static final KeyValueRows SELF = new KeyValueRows(new int[0][], -1);

  private final int[][] rows;
  private final int keep;

  private KeyValueRows(int[][] rows, int keep) {
    this.rows = rows;
    this.keep = keep;
  }

  /**
   * Rows to look at.
   *
   * @param rows for each row of the query as many entries, each a row of the query or {@link
   *     #CARRIED}
   * @param keep row whose keys and values the backend keeps for later queries, or -1 for none
   */
  public static KeyValueRows of(int[][] rows, int keep) {
    if (rows.length == 0 || rows[0].length == 0) {
      throw new IllegalArgumentException("every row must look at one row at least, got none");
    }
    if (keep < -1 || keep >= rows.length) {
      throw new IllegalArgumentException(
          "keep must be in [-1, %d), was %d".formatted(rows.length, keep));
    }
    int[][] copy = new int[rows.length][];
    for (int row = 0; row < rows.length; row++) {
      if (rows[row].length != rows[0].length) {
        throw new IllegalArgumentException(
            "all rows must look at as many rows, but row 0 looks at %d and row %d at %d"
                .formatted(rows[0].length, row, rows[row].length));
      }
      for (int seen : rows[row]) {
        if (seen < CARRIED || seen >= rows.length) {
          throw new IllegalArgumentException(
              "row %d must look at rows in [-1, %d), was %d".formatted(row, rows.length, seen));
        }
      }
      copy[row] = rows[row].clone();
    }
    return new KeyValueRows(copy, keep);
  }

  /** Whether this is ordinary self-attention, with nothing to gather. */
  public boolean isSelf() {
    return rows.length == 0;
  }

  /** Number of rows; 0 for {@link #SELF}, which fits any query. */
  public int rows() {
    return rows.length;
  }

  /** How many rows each row looks at; 0 for {@link #SELF}. */
  public int references() {
    return rows.length == 0 ? 0 : rows[0].length;
  }

  /** The row that {@code row} looks at in place {@code reference}, or {@link #CARRIED}. */
  public int get(int row, int reference) {
    return rows[row][reference];
  }

  /** Whether any row looks at {@link #CARRIED}. */
  public boolean usesCarried() {
    return Arrays.stream(rows).flatMapToInt(Arrays::stream).anyMatch(seen -> seen == CARRIED);
  }

  /**
   * The row whose keys and values the backend keeps, replacing what it kept before, or -1 to leave
   * that as it is. A query that fails keeps nothing new.
   */
  public int keep() {
    return keep;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof KeyValueRows that
        && keep == that.keep
        && Arrays.deepEquals(rows, that.rows);
  }

  @Override
  public int hashCode() {
    return 31 * keep + Arrays.deepHashCode(rows);
  }

  @Override
  public String toString() {
    return isSelf() ? "self" : Arrays.deepToString(rows) + (keep < 0 ? "" : ", keep " + keep);
  }
}
