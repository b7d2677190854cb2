package org.diffsynth.app.options;

import java.io.IOException;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.diffsynth.deflicker.Shots;
import org.diffsynth.frame.FrameRate;

/**
 * Lists of shots in text files. Each line names the first frame of a shot, as a number counted from
 * 0 or as a timecode such as {@code 00:01:02.480}; {@code #} begins a comment. The scene list that
 * PySceneDetect writes ({@code list-scenes}, CSV) is read too; it counts frames from 1.
 */
final class CutList {

  private static final Pattern NUMBER = Pattern.compile("\\d{1,9}");
  private static final Pattern TIMECODE =
      Pattern.compile("(?:(\\d{1,3}):)?(\\d{1,2}):(\\d{1,2}(?:[.,]\\d{1,9})?)");

  private CutList() {}

  /**
   * Reads a list.
   *
   * @param rate frame rate of the video, for timecodes
   * @throws IOException naming the file and the line that is not understood
   */
  static Shots read(Path file, FrameRate rate) throws IOException {
    List<String> lines;
    try {
      lines = Files.readAllLines(file);
    } catch (CharacterCodingException e) {
      throw new IOException(file + " is not a text file in UTF-8; --cuts needs one", e);
    }
    int header = sceneHeader(lines);
    return Shots.startingAt(
        header < 0 ? plainList(file, lines, rate) : sceneList(file, lines, header));
  }

  private static List<Integer> plainList(Path file, List<String> lines, FrameRate rate)
      throws IOException {
    List<Integer> starts = new ArrayList<>();
    for (int i = 0; i < lines.size(); i++) {
      String text = lines.get(i).replaceFirst("^\uFEFF", "").replaceFirst("#.*", "").strip();
      if (!text.isEmpty()) {
        Matcher time = TIMECODE.matcher(text);
        if (time.matches()) {
          starts.add(frame(time, rate));
        } else {
          starts.add(number(file, i, text));
        }
      }
    }
    return starts;
  }

  private static int number(Path file, int line, String text) throws IOException {
    if (!NUMBER.matcher(text).matches()) {
      throw new IOException(
          file
              + ", line "
              + (line + 1)
              + ": '"
              + text
              + "' is neither a frame number, such as 120, nor a timecode, such as 00:00:04.800");
    }
    return Integer.parseInt(text);
  }

  private static int frame(Matcher time, FrameRate rate) {
    BigDecimal hours = new BigDecimal(time.group(1) == null ? "0" : time.group(1));
    BigDecimal minutes = new BigDecimal(time.group(2));
    BigDecimal seconds =
        new BigDecimal(time.group(3).replace(',', '.'))
            .add(hours.multiply(BigDecimal.valueOf(60)).add(minutes).multiply(new BigDecimal(60)));
    return seconds
        .multiply(BigDecimal.valueOf(rate.numerator()))
        .divide(BigDecimal.valueOf(rate.denominator()), 0, RoundingMode.HALF_UP)
        .intValueExact();
  }

  private static int sceneHeader(List<String> lines) {
    for (int i = 0; i < Math.min(2, lines.size()); i++) {
      if (columns(lines.get(i)).contains("start frame")) {
        return i;
      }
    }
    return -1;
  }

  private static List<String> columns(String line) {
    return Arrays.stream(line.split(",")).map(c -> c.strip().toLowerCase(Locale.ROOT)).toList();
  }

  private static List<Integer> sceneList(Path file, List<String> lines, int header)
      throws IOException {
    int column = columns(lines.get(header)).indexOf("start frame");
    List<Integer> starts = new ArrayList<>();
    for (int i = header + 1; i < lines.size(); i++) {
      if (!lines.get(i).isBlank()) {
        List<String> cells = columns(lines.get(i));
        int start = number(file, i, cells.size() > column ? cells.get(column) : "");
        if (start < 1) {
          throw new IOException(file + ", line " + (i + 1) + ": scene lists count frames from 1");
        }
        starts.add(start - 1);
      }
    }
    return starts;
  }

  /** Returns a list as text, one frame number a line. */
  static String text(List<Integer> starts) {
    return "# First frames of shots, counted from 0. The first shot begins with frame 0.\n"
        + starts.stream().map(start -> start + "\n").collect(Collectors.joining());
  }
}
