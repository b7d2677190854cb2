package org.diffsynth.app.frames;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.SortedMap;
import java.util.StringJoiner;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.diffsynth.frame.FrameRate;
import org.diffsynth.internal.text.Text;
import org.diffsynth.io.FrameFiles;

/**
 * Finds the frame of the guide that each picture in a folder of key frames belongs to.
 *
 * <p>Where the guide is a folder of pictures, a key frame belongs to the guide picture of its name,
 * or else of the number in its name. Where the guide is a video, the number in the name is the
 * number of the frame, counted from 0 or from a number that the user gives.
 */
public final class KeyPictures {

  private static final int MOST_LISTED = 12;

  private final SortedMap<Integer, Path> pictures;

  private KeyPictures(SortedMap<Integer, Path> pictures) {
    this.pictures = pictures;
  }

  /**
   * Matches the pictures of a folder with the frames of a guide.
   *
   * @param keys folder of key frames, a pattern, or one picture
   * @param guide video file or folder of pictures
   * @param frames number of frames of the guide
   * @param from number of the guide's first frame in the names of the key frames; null to match by
   *     the guide's own names, or from 0 where the guide is a video
   * @throws IOException naming the file that belongs to no frame or to the frame of another file
   */
  public static KeyPictures match(Path keys, Path guide, long frames, Integer from)
      throws IOException {
    NamedFrames named = NamedFrames.of(FrameFiles.list(keys));
    boolean byName = from == null && FrameFiles.isFolder(guide);
    Map<Path, Integer> places =
        byName
            ? byName(named, guide, NamedFrames.of(FrameFiles.list(guide)))
            : byNumber(named, frames, from == null ? 0 : from);
    SortedMap<Integer, Path> pictures = new TreeMap<>();
    for (Path file : named.files()) {
      Path other = pictures.put(places.get(file), file);
      if (other != null) {
        throw new IOException(
            Text.format(
                "%s and %s are both key frames for frame %d; remove one of them",
                other, file, places.get(file)));
      }
    }
    return new KeyPictures(pictures);
  }

  private static Map<Path, Integer> byName(NamedFrames keys, Path folder, NamedFrames guide)
      throws IOException {
    Map<String, Integer> stems = new HashMap<>();
    Map<BigInteger, Integer> numbers = new HashMap<>();
    for (int i = 0; i < guide.files().size(); i++) {
      stems.put(NamedFrames.stem(guide.files().get(i)), i);
      if (guide.numbers().get(i) != null) {
        numbers.merge(guide.numbers().get(i), i, (a, b) -> -1);
      }
    }
    Map<Path, Integer> places = new HashMap<>();
    for (int i = 0; i < keys.files().size(); i++) {
      Path key = keys.files().get(i);
      Integer place = stems.get(NamedFrames.stem(key));
      place = place == null ? containing(NamedFrames.stem(key), stems) : place;
      place = place == null ? numbers.get(keys.numbers().get(i)) : place;
      if (place == null || place < 0) {
        throw new IOException(
            Text.format(
                "the key frame %s belongs to no picture of the guide %s, which has %s to %s; name it"
                    + " after its guide picture, or count from the first with --keyframes-from 0",
                key,
                folder,
                guide.files().get(0).getFileName(),
                guide.files().get(guide.files().size() - 1).getFileName()));
      }
      places.put(key, place);
    }
    return places;
  }

  /**
   * Returns the place of the only guide picture whose name is a part of the key's name, or null.
   */
  private static Integer containing(String key, Map<String, Integer> stems) {
    Integer found = null;
    for (Map.Entry<String, Integer> stem : stems.entrySet()) {
      Pattern whole =
          Pattern.compile("(?<![0-9A-Za-z])" + Pattern.quote(stem.getKey()) + "(?![0-9A-Za-z])");
      if (key.contains(stem.getKey()) && whole.matcher(key).find()) {
        if (found != null) {
          return null;
        }
        found = stem.getValue();
      }
    }
    return found;
  }

  private static Map<Path, Integer> byNumber(NamedFrames keys, long frames, int from)
      throws IOException {
    Map<Path, Integer> places = new HashMap<>();
    for (int i = 0; i < keys.files().size(); i++) {
      Path key = keys.files().get(i);
      BigInteger number = keys.numbers().get(i);
      if (number == null) {
        throw new IOException(
            key + " has no frame number in its name, such as key-00012.png for frame 12");
      }
      BigInteger place = number.subtract(BigInteger.valueOf(from));
      if (place.signum() < 0 || place.compareTo(BigInteger.valueOf(frames)) >= 0) {
        boolean oneTooFar = from == 0 && number.equals(BigInteger.valueOf(frames));
        throw new IOException(
            Text.format(
                "%s: there is no key frame %s in the guide, which has %d frames, numbered %d to %d%s",
                key,
                number,
                frames,
                from,
                from + frames - 1,
                oneTooFar
                    ? "; if the first is number 1, as ffmpeg counts, add --keyframes-from 1"
                    : ""));
      }
      places.put(key, place.intValue());
    }
    return places;
  }

  /** Returns the files by the number of their frame, counted from 0. */
  public SortedMap<Integer, Path> files() {
    return pictures;
  }

  /** Returns one line that says which frame each file is used for. */
  public String summary(FrameRate rate) {
    StringJoiner list = new StringJoiner(", ");
    int listed = 0;
    for (Map.Entry<Integer, Path> key : pictures.entrySet()) {
      if (listed++ == MOST_LISTED) {
        list.add("and " + (pictures.size() - MOST_LISTED) + " more");
        break;
      }
      double seconds = key.getKey() / rate.framesPerSecond();
      list.add(
          Text.format(
              "%s -> frame %d (%.2f s)", key.getValue().getFileName(), key.getKey(), seconds));
    }
    return "key frames, counted from 0: " + list;
  }
}
