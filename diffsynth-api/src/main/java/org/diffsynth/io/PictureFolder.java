package org.diffsynth.io;

import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.diffsynth.internal.text.Text;

/** Lists the pictures of a folder, or of a pattern such as {@code frames/%05d.png}. */
final class PictureFolder {

  /** Extensions of the formats that the JDK reads. */
  static final Set<String> JDK_PICTURES = Set.of("png", "jpg", "jpeg", "tif", "tiff", "bmp", "gif");

  /** Extensions of the formats that the module diffsynth-video reads. */
  static final Set<String> VIDEO_PICTURES =
      Set.of("webp", "avif", "jp2", "j2k", "ppm", "pgm", "pnm", "tga", "qoi", "dpx", "psd");

  /**
   * Extensions of pictures that need a decoder or cannot be read. In a folder they count as
   * pictures, because a frame that is left out shifts all later ones.
   */
  static final Set<String> MORE_PICTURES =
      Stream.concat(VIDEO_PICTURES.stream(), Stream.of("heic", "heif", "jxl", "exr", "hdr"))
          .collect(Collectors.toUnmodifiableSet());

  private static final Pattern NUMBER_PATTERN = Pattern.compile("%(0?)(\\d*)d");

  private PictureFolder() {}

  /** Returns whether the file name has the extension of a picture format, readable or not. */
  static boolean isPicture(Path file) {
    String extension = FrameFiles.extension(file);
    return JDK_PICTURES.contains(extension) || MORE_PICTURES.contains(extension);
  }

  /** Returns whether a path that does not exist is a pattern for names in its folder. */
  static boolean isPattern(Path path) {
    if (path.getFileName() == null || Files.exists(path)) {
      return false;
    }
    Path parent = path.toAbsolutePath().getParent();
    if (parent == null || !Files.isDirectory(parent)) {
      return false;
    }
    String name = path.getFileName().toString();
    return name.contains("*") || name.contains("?") || NUMBER_PATTERN.matcher(name).find();
  }

  /**
   * Returns the pictures of a folder or a pattern in natural order; for a file, the file itself.
   *
   * @throws IOException if there is no picture, or two pictures have the same place in the order
   */
  static List<Path> list(Path path) throws IOException {
    if (isPattern(path)) {
      Path folder = path.getParent() == null ? Path.of("") : path.getParent();
      return list(folder, path, matching(path.getFileName().toString()));
    }
    return Files.isDirectory(path)
        ? list(path, path, file -> isPicture(file) && !name(file).startsWith("."))
        : List.of(path);
  }

  private static List<Path> list(Path folder, Path asked, Predicate<Path> wanted)
      throws IOException {
    List<Path> pictures = new ArrayList<>();
    Set<String> others = new TreeSet<>();
    try (Stream<Path> entries = Files.list(folder)) {
      for (Path entry : entries.filter(Files::isRegularFile).toList()) {
        if (wanted.test(entry)) {
          pictures.add(entry);
        } else if (!name(entry).startsWith(".") && name(entry).contains(".")) {
          others.add("." + FrameFiles.extension(entry));
        }
      }
    }
    if (pictures.isEmpty()) {
      throw new IOException(
          asked.equals(folder)
              ? Text.format(
                  "the folder %s holds no pictures (PNG, JPEG, TIFF, BMP or GIF)%s",
                  folder, others.isEmpty() ? "" : ", only files ending in " + others)
              : Text.format(
                  "no file of the folder %s fits the pattern %s", folder, asked.getFileName()));
    }
    pictures.sort((a, b) -> NaturalOrder.INSTANCE.compare(name(a), name(b)));
    checkPlaces(pictures);
    return List.copyOf(pictures);
  }

  /** Accepts glob patterns and FFmpeg's {@code %d} and {@code %05d}. */
  private static Predicate<Path> matching(String pattern) {
    Matcher number = NUMBER_PATTERN.matcher(pattern);
    if (!number.find()) {
      var glob = FileSystems.getDefault().getPathMatcher("glob:" + pattern);
      return file ->
          glob.matches(Path.of(name(file)))
              && (!name(file).startsWith(".") || pattern.startsWith("."));
    }
    String digits =
        number.group(1).isEmpty() || number.group(2).isEmpty()
            ? "[0-9]+"
            : Text.format("[0-9]{%s,}", number.group(2));
    Pattern regex =
        Pattern.compile(
            Pattern.quote(pattern.substring(0, number.start()))
                + digits
                + Pattern.quote(pattern.substring(number.end())));
    return file -> regex.matcher(name(file)).matches();
  }

  /** Rejects two pictures whose names differ in the extension or in leading zeros only. */
  private static void checkPlaces(List<Path> pictures) throws IOException {
    Map<String, Path> places = new HashMap<>();
    for (Path picture : pictures) {
      String place = stem(picture).replaceAll("(?<![0-9])0+(?=[0-9])", "");
      Path other = places.put(place, picture);
      if (other != null) {
        throw new IOException(
            Text.format(
                "%s and %s are pictures of one frame; remove one of them, or give a pattern such as %s",
                other, picture, picture.resolveSibling("*" + ending(picture))));
      }
    }
  }

  private static String ending(Path file) {
    return name(file).substring(stem(file).length());
  }

  /** Returns the file name without its extension. */
  static String stem(Path file) {
    String name = name(file);
    int dot = name.lastIndexOf('.');
    return dot <= 0 ? name : name.substring(0, dot);
  }

  private static String name(Path file) {
    return file.getFileName().toString();
  }
}
