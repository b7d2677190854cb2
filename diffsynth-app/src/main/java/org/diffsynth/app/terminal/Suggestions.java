package org.diffsynth.app.terminal;

import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;

/** Finds the name that a mistyped one was meant to be. */
public final class Suggestions {

  private static final int MAX_EDITS = 3;

  private Suggestions() {}

  /**
   * Returns the name with the smallest edit distance, if that is at most 3 and less than half of
   * the name's length.
   */
  public static Optional<String> nearest(String typed, Collection<String> names) {
    return names.stream()
        .filter(name -> edits(typed, name) <= MAX_EDITS && 2 * edits(typed, name) < name.length())
        .min(
            Comparator.comparingInt((String name) -> edits(typed, name))
                .thenComparing(name -> name));
  }

  /** Returns the Levenshtein distance: insertions, deletions and replacements of characters. */
  private static int edits(String a, String b) {
    int[] row = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      row[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int replaced = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(replaced, 1 + Math.min(row[j], row[j - 1]));
      }
    }
    return row[b.length()];
  }
}
