package org.diffsynth.job;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.diffsynth.internal.shots.Exposure;
import org.diffsynth.internal.shots.KnownShots;
import org.diffsynth.internal.shots.ShotAnalysis.Kind;
import org.diffsynth.internal.shots.ShotAnalysis.ShotFrame;
import org.diffsynth.internal.text.Text;

/**
 * What a job is about: a text file that is written once, when the job is made, and never changes.
 * Its bytes depend on the work only, so two processes that make one job write the same.
 *
 * @param settings settings that change frames, by name
 * @param inputs fingerprints by the name of the input
 * @param shardFrames greatest number of frames in a shard
 * @param partFrames greatest number of frames in a part
 * @param shots what is known about each frame
 */
record Manifest(
    Map<String, String> settings,
    Map<String, String> inputs,
    int shardFrames,
    int partFrames,
    KnownShots shots) {

  private static final String FIRST = "diffsynth-job 1";

  /** Returns the differences of two jobs, in words; empty if both are the same work. */
  static List<String> differences(
      Map<String, String> madeSettings,
      Map<String, String> madeInputs,
      Map<String, String> settings,
      Map<String, String> inputs) {
    List<String> differences = new ArrayList<>();
    for (String name : names(madeInputs, inputs)) {
      String made = madeInputs.get(name);
      String now = inputs.get(name);
      if (made == null || now == null) {
        differences.add(made == null ? name + " was not given and is now" : name + " is missing");
      } else if (!made.equals(now)) {
        differences.add(name + " has changed (" + made + ", now " + now + ")");
      }
    }
    for (String name : names(madeSettings, settings)) {
      String made = madeSettings.get(name);
      String now = settings.get(name);
      if (!String.valueOf(made).equals(String.valueOf(now))) {
        differences.add(
            Text.format(
                "%s was %s and is %s",
                name, made == null ? "not set" : made, now == null ? "not set" : now));
      }
    }
    return differences;
  }

  private static TreeSet<String> names(Map<String, String> a, Map<String, String> b) {
    TreeSet<String> names = new TreeSet<>(a.keySet());
    names.addAll(b.keySet());
    return names;
  }

  /** Returns the manifest as text. */
  String text() {
    StringBuilder text = new StringBuilder(FIRST).append('\n');
    new TreeMap<>(settings).forEach((name, value) -> line(text, "setting", name, value));
    new TreeMap<>(inputs).forEach((name, value) -> line(text, "input", name, value));
    line(text, "division", Integer.toString(shardFrames), Integer.toString(partFrames));
    line(text, "frames", Integer.toString(shots.size()));
    for (int frame = 0; frame < shots.size(); frame++) {
      ShotFrame found = shots.frame(frame);
      if (found.kind() != Kind.CONTINUES || !found.exposure().isUsual()) {
        line(text, "frame", Integer.toString(frame), found.kind().name(), text(found.exposure()));
      }
    }
    return text + "end\t" + Fingerprint.hex(digest(text.toString())) + "\n";
  }

  private static void line(StringBuilder text, String... words) {
    List<String> escaped = new ArrayList<>();
    for (String word : words) {
      escaped.add(word.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n"));
    }
    text.append(String.join("\t", escaped)).append('\n');
  }

  private static String text(Exposure exposure) {
    if (exposure.isUsual()) {
      return "usual";
    }
    List<String> words = new ArrayList<>();
    for (int c = 0; c < 3; c++) {
      words.add(Float.toHexString(exposure.gain()[c]));
      words.add(Float.toHexString(exposure.offset()[c]));
    }
    return String.join(" ", words);
  }

  private static Exposure exposure(String text) {
    if (text.equals("usual")) {
      return Exposure.USUAL;
    }
    String[] words = text.split(" ");
    float[] gain = new float[3];
    float[] offset = new float[3];
    for (int c = 0; c < 3; c++) {
      gain[c] = Float.parseFloat(words[2 * c]);
      offset[c] = Float.parseFloat(words[2 * c + 1]);
    }
    return new Exposure(gain, offset);
  }

  private static byte[] digest(String text) {
    MessageDigest digest = Fingerprint.sha256();
    return digest.digest(text.getBytes(StandardCharsets.UTF_8));
  }

  /** Returns 32 bytes that identify the job. */
  byte[] id() {
    return digest(text());
  }

  /** Writes the manifest to a new file, and waits until it is on the disk. */
  void write(Path file) throws IOException {
    try (FileChannel out =
        FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      ByteBuffer bytes = ByteBuffer.wrap(text().getBytes(StandardCharsets.UTF_8));
      while (bytes.hasRemaining()) {
        out.write(bytes);
      }
      out.force(true);
    }
  }

  /**
   * Reads a manifest.
   *
   * @throws IOException if the file cannot be read or is damaged
   */
  static Manifest read(Path file) throws IOException {
    String text = Files.readString(file);
    int end = text.lastIndexOf("end\t");
    try {
      if (end < 0
          || !text.startsWith(FIRST + "\n")
          || !text.substring(end + 4)
              .equals(Fingerprint.hex(digest(text.substring(0, end))) + "\n")) {
        throw damaged(file, null);
      }
      return parse(text.substring(FIRST.length() + 1, end));
    } catch (RuntimeException e) {
      throw damaged(file, e);
    }
  }

  private static IOException damaged(Path file, Exception cause) {
    return new IOException(
        file
            + " is damaged, or of another version of this program; delete the folder of the job to"
            + " begin it again",
        cause);
  }

  private static Manifest parse(String lines) {
    Map<String, String> settings = new TreeMap<>();
    Map<String, String> inputs = new TreeMap<>();
    int[] division = new int[2];
    List<ShotFrame> frames = new ArrayList<>();
    for (String line : lines.split("\n")) {
      String[] words = line.split("\t", -1);
      for (int i = 0; i < words.length; i++) {
        words[i] = unescaped(words[i]);
      }
      switch (words[0]) {
        case "setting" -> settings.put(words[1], words[2]);
        case "input" -> inputs.put(words[1], words[2]);
        case "division" -> {
          division[0] = Integer.parseInt(words[1]);
          division[1] = Integer.parseInt(words[2]);
        }
        case "frames" -> {
          ShotFrame usual = new ShotFrame(Kind.CONTINUES, Exposure.USUAL);
          for (int i = Integer.parseInt(words[1]); i > 0; i--) {
            frames.add(usual);
          }
        }
        case "frame" ->
            frames.set(
                Integer.parseInt(words[1]),
                new ShotFrame(Kind.valueOf(words[2]), exposure(words[3])));
        default -> throw new IllegalArgumentException(line);
      }
    }
    return new Manifest(settings, inputs, division[0], division[1], new KnownShots(frames));
  }

  private static String unescaped(String word) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < word.length(); i++) {
      char c = word.charAt(i);
      if (c == '\\') {
        i++;
        c = word.charAt(i) == 't' ? '\t' : word.charAt(i) == 'n' ? '\n' : word.charAt(i);
      }
      text.append(c);
    }
    return text.toString();
  }
}
