package org.diffsynth.pose.internal;

import java.util.Arrays;

/**
 * Solves the linear assignment problem: pairs rows with columns so that the total cost of the pairs
 * is smallest.
 *
 * <p>This is the Hungarian method with potentials. It finds one shortest augmenting path per row;
 * the cost is O(rows² · columns).
 *
 * @see <a href="https://doi.org/10.1007/BF02278710">Jonker and Volgenant 1987, A shortest
 *     augmenting path algorithm for dense and sparse linear assignment problems</a>
 */
public final class Assignment {

  /** Cost of a forbidden pair; larger than any sum of permitted costs. */
  public static final double FORBIDDEN = 1e12;

  private Assignment() {}

  /**
   * Finds the assignment with the smallest total cost.
   *
   * @param cost {@code (rows, columns)}: finite cost of each pair, {@link #FORBIDDEN} for a
   *     forbidden pair. The numbers of rows and columns may differ
   * @return for each row the index of its column, or -1 for a row without a column
   */
  public static int[] minimal(double[][] cost) {
    int rows = cost.length;
    int columns = rows == 0 ? 0 : cost[0].length;
    if (rows > columns) {
      // pair() needs at least one column per row: add columns whose pairs are all forbidden.
      double[][] padded = new double[rows][];
      for (int i = 0; i < rows; i++) {
        padded[i] = Arrays.copyOf(cost[i], rows);
        Arrays.fill(padded[i], columns, rows, FORBIDDEN);
      }
      return minimal(padded);
    }
    int[] rowOfColumn = pair(cost, rows, columns);
    int[] columnOfRow = new int[rows];
    Arrays.fill(columnOfRow, -1);
    for (int j = 1; j <= columns; j++) {
      int row = rowOfColumn[j] - 1;
      if (row >= 0 && cost[row][j - 1] < FORBIDDEN) {
        columnOfRow[row] = j - 1;
      }
    }
    return columnOfRow;
  }

  /** Returns the row of each column, both counted from 1; 0 for a column without a row. */
  private static int[] pair(double[][] cost, int rows, int columns) {
    double[] rowPotential = new double[rows + 1];
    double[] columnPotential = new double[columns + 1];
    int[] rowOfColumn = new int[columns + 1];
    int[] previous = new int[columns + 1];
    for (int row = 1; row <= rows; row++) {
      rowOfColumn[0] = row;
      int column = 0;
      double[] slack = new double[columns + 1];
      Arrays.fill(slack, Double.POSITIVE_INFINITY);
      boolean[] reached = new boolean[columns + 1];
      do {
        reached[column] = true;
        int at = rowOfColumn[column];
        double step = Double.POSITIVE_INFINITY;
        int next = 0;
        for (int j = 1; j <= columns; j++) {
          if (reached[j]) {
            continue;
          }
          double reduced = cost[at - 1][j - 1] - rowPotential[at] - columnPotential[j];
          if (reduced < slack[j]) {
            slack[j] = reduced;
            previous[j] = column;
          }
          if (slack[j] < step) {
            step = slack[j];
            next = j;
          }
        }
        for (int j = 0; j <= columns; j++) {
          if (reached[j]) {
            rowPotential[rowOfColumn[j]] += step;
            columnPotential[j] -= step;
          } else {
            slack[j] -= step;
          }
        }
        column = next;
      } while (rowOfColumn[column] != 0);
      for (; column != 0; column = previous[column]) {
        rowOfColumn[column] = rowOfColumn[previous[column]];
      }
    }
    return rowOfColumn;
  }
}
