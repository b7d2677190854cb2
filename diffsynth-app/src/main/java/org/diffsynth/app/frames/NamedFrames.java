package org.diffsynth.app.frames;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.diffsynth.internal.text.Text;
import org.diffsynth.io.FrameFiles;

/**
 * Files that are the frames of a video, and the number in each of their names.
 *
 * <p>The number is the only one that differs between names which are alike otherwise: 12 in {@code
 * 00012_v2} beside {@code 00013_v2}. In names of different kinds it is the last one.
 *
 * @param files files in the order of the frames
 * @param numbers number in the name of each file; null where a name has none
 */
public record NamedFrames(List<Path> files, List<BigInteger> numbers) {

  private static final Pattern DIGITS = Pattern.compile("[0-9]+");

  /** Finds the numbers in the names of files, of which there is at least one. */
  static NamedFrames of(List<Path> files) {
    List<List<BigInteger>> all = files.stream().map(file -> numbersOf(stem(file))).toList();
    int counting = countingPlace(files, all);
    List<BigInteger> numbers = new ArrayList<>();
    for (List<BigInteger> list : all) {
      numbers.add(list.isEmpty() ? null : list.get(counting < 0 ? list.size() - 1 : counting));
    }
    return new NamedFrames(List.copyOf(files), numbers);
  }

  /** Returns the place of the only number that differs, or -1. */
  private static int countingPlace(List<Path> files, List<List<BigInteger>> all) {
    String kind = kind(files.get(0));
    if (files.size() < 2 || files.stream().anyMatch(file -> !kind(file).equals(kind))) {
      return -1;
    }
    int counting = -1;
    for (int i = 0; i < all.get(0).size(); i++) {
      int place = i;
      BigInteger first = all.get(0).get(i);
      if (all.stream().anyMatch(list -> !list.get(place).equals(first))) {
        if (counting >= 0) {
          return -1;
        }
        counting = i;
      }
    }
    return counting;
  }

  private static String kind(Path file) {
    return DIGITS.matcher(stem(file)).replaceAll("#");
  }

  private static List<BigInteger> numbersOf(String stem) {
    List<BigInteger> numbers = new ArrayList<>();
    Matcher digits = DIGITS.matcher(stem);
    while (digits.find()) {
      numbers.add(new BigInteger(digits.group()));
    }
    return numbers;
  }

  /** Returns the file name without its extension. */
  static String stem(Path file) {
    String name = file.getFileName().toString();
    int dot = name.lastIndexOf('.');
    return dot <= 0 ? name : name.substring(0, dot);
  }

  /**
   * Checks the names of two folders whose files are paired in order: pictures, or pose files.
   *
   * @throws IOException if both number their frames, each with gaps, and the gaps differ: then a
   *     frame of one folder would be used with another frame of the other
   */
  public static void checkPairs(Path one, Path other) throws IOException {
    if (one == null || other == null || !FrameFiles.isFolder(one) || !FrameFiles.isFolder(other)) {
      return;
    }
    NamedFrames first = of(frames(one));
    NamedFrames second = of(frames(other));
    if (first.files.size() != second.files.size() || !first.hasGaps() || !second.hasGaps()) {
      return;
    }
    BigInteger shift = first.numbers.get(0).subtract(second.numbers.get(0));
    for (int i = 1; i < first.files.size(); i++) {
      if (!first.numbers.get(i).subtract(second.numbers.get(i)).equals(shift)) {
        throw new IOException(
            Text.format(
                "%s and %s lack different frames: %s would be used with %s; add the missing files,"
                    + " or number both folders without gaps if they belong together in this order",
                one, other, first.files.get(i).getFileName(), second.files.get(i).getFileName()));
      }
    }
  }

  private boolean hasGaps() {
    if (numbers.contains(null) || new HashSet<>(numbers).size() < numbers.size()) {
      return false;
    }
    Optional<BigInteger> step = Optional.empty();
    for (int i = 1; i < numbers.size(); i++) {
      BigInteger difference = numbers.get(i).subtract(numbers.get(i - 1));
      if (step.isPresent() && !step.get().equals(difference)) {
        return true;
      }
      step = Optional.of(difference);
    }
    return false;
  }

  private static List<Path> frames(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      return FrameFiles.list(folder);
    }
    try (Stream<Path> entries = Files.list(folder)) {
      List<Path> poses =
          entries
              .filter(file -> !file.getFileName().toString().startsWith("."))
              .filter(file -> file.toString().toLowerCase(Locale.ROOT).endsWith(".json"))
              .toList();
      if (poses.isEmpty()) {
        return FrameFiles.list(folder);
      }
      NamedFrames named = of(poses);
      if (named.numbers.contains(null)) {
        return poses.stream().sorted().toList();
      }
      List<Integer> order = new ArrayList<>();
      for (int i = 0; i < poses.size(); i++) {
        order.add(i);
      }
      order.sort(Comparator.comparing(named.numbers::get));
      return order.stream().map(poses::get).toList();
    }
  }
}
