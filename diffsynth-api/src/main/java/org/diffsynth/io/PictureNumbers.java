package org.diffsynth.io;

import java.math.BigInteger;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.diffsynth.internal.text.Text;

/** Finds gaps and mixtures in the file names of the frames of a video. */
final class PictureNumbers {

  private static final Pattern DIGITS = Pattern.compile("[0-9]+");

  private PictureNumbers() {}

  /**
   * Returns what is odd about the names, as the rest of a sentence about their folder.
   *
   * @param pictures pictures in natural order
   */
  static Optional<String> oddity(List<Path> pictures) {
    Map<String, List<Path>> kinds = new LinkedHashMap<>();
    for (Path picture : pictures) {
      String kind = DIGITS.matcher(PictureFolder.stem(picture)).replaceAll("#");
      kinds.computeIfAbsent(kind, key -> new ArrayList<>()).add(picture);
    }
    boolean isNumbered = kinds.values().stream().anyMatch(group -> group.size() > 1);
    if (kinds.size() > 1 && isNumbered) {
      List<Path> smallest = pictures;
      for (List<Path> group : kinds.values()) {
        smallest = group.size() <= smallest.size() ? group : smallest;
      }
      return Optional.of(
          Text.format(
                  "holds pictures with names of %d kinds, such as %s and %s; all are used, in the order of",
                  kinds.size(), largest(kinds).get(0).getFileName(), smallest.get(0).getFileName())
              + " their names");
    }
    return kinds.size() == 1 ? gap(pictures) : Optional.empty();
  }

  private static List<Path> largest(Map<String, List<Path>> kinds) {
    List<Path> largest = List.of();
    for (List<Path> group : kinds.values()) {
      largest = group.size() > largest.size() ? group : largest;
    }
    return largest;
  }

  /** Returns the gap in the only number that counts; frames in regular steps have no gap. */
  private static Optional<String> gap(List<Path> pictures) {
    List<List<BigInteger>> numbers = pictures.stream().map(PictureNumbers::numbers).toList();
    List<BigInteger> first = numbers.get(0);
    int counting = -1;
    for (int i = 0; i < first.size(); i++) {
      int place = i;
      if (numbers.stream().anyMatch(list -> !list.get(place).equals(first.get(place)))) {
        if (counting >= 0) {
          return Optional.empty();
        }
        counting = i;
      }
    }
    if (counting < 0) {
      return Optional.empty();
    }
    BigInteger step = null;
    for (int i = 1; i < numbers.size(); i++) {
      BigInteger difference = difference(numbers, i, counting);
      step = step == null || difference.compareTo(step) < 0 ? difference : step;
    }
    BigInteger missing = BigInteger.ZERO;
    int firstGap = 0;
    int gaps = 0;
    for (int i = 1; i < numbers.size(); i++) {
      if (difference(numbers, i, counting).mod(step).signum() != 0) {
        return Optional.empty(); // numbers in irregular steps, such as times, count no frames
      }
      BigInteger skipped = difference(numbers, i, counting).divide(step).subtract(BigInteger.ONE);
      if (skipped.signum() > 0) {
        firstGap = firstGap == 0 ? i : firstGap;
        gaps++;
        missing = missing.add(skipped);
      }
    }
    // Names with many gaps do not count frames either.
    if (gaps == 0 || gaps > Math.max(1, pictures.size() / 4)) {
      return Optional.empty();
    }
    return Optional.of(
        Text.format(
            "lacks pictures: none between %s and %s, %s missing in all; the others are used without a gap",
            pictures.get(firstGap - 1).getFileName(),
            pictures.get(firstGap).getFileName(),
            missing));
  }

  private static BigInteger difference(List<List<BigInteger>> numbers, int i, int place) {
    return numbers.get(i).get(place).subtract(numbers.get(i - 1).get(place));
  }

  private static List<BigInteger> numbers(Path picture) {
    List<BigInteger> numbers = new ArrayList<>();
    Matcher digits = DIGITS.matcher(PictureFolder.stem(picture));
    while (digits.find()) {
      numbers.add(new BigInteger(digits.group()));
    }
    return numbers;
  }
}
