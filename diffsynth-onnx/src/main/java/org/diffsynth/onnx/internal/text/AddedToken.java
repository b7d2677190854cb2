package org.diffsynth.onnx.internal.text;

import java.util.Arrays;

/**
 * A token that is recognised as a whole before byte-pair encoding, such as the placeholder of a
 * textual inversion. Callers must not change the array.
 *
 * @param text the text that stands for the token in a prompt
 * @param ids the ids that take its place; several for a textual inversion of several vectors
 * @param normalized whether the text is compared in Unicode NFC and lower case
 * @param wholeWord whether a letter, digit or underscore beside the text prevents a match, where
 *     the text itself begins or ends with one
 */
record AddedToken(String text, int[] ids, boolean normalized, boolean wholeWord) {

  /** Returns the largest id. */
  int largestId() {
    return Arrays.stream(ids).max().orElse(-1);
  }

  /** Returns whether the text stands alone at a position of {@code content}. */
  boolean standsAlone(String content, int from, int to) {
    return !wholeWord
        || !(joins(content, from - 1) && joins(content, from)
            || joins(content, to - 1) && joins(content, to));
  }

  private static boolean joins(String content, int at) {
    if (at < 0 || at >= content.length()) {
      return false;
    }
    char c = content.charAt(at);
    return Character.isLetterOrDigit(c) || c == '_';
  }
}
