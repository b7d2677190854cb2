package org.diffsynth.request;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;
import javax.imageio.ImageIO;
import javax.imageio.stream.ImageOutputStream;
import javax.imageio.stream.MemoryCacheImageInputStream;
import javax.imageio.stream.MemoryCacheImageOutputStream;
import org.diffsynth.frame.Frame;
import org.diffsynth.internal.host.PartName;
import org.diffsynth.internal.text.Text;
import org.diffsynth.io.FrameFiles;
import org.diffsynth.io.Palette;
import org.diffsynth.request.Conditioning.ReferencePicture;
import org.diffsynth.request.StyleState.ColourChange;

/**
 * The file of a style state, a ZIP:
 *
 * <pre>
 * style.txt                lines "name = value": version, seed, references, and by name
 *                          before.mean, before.covariance, after.mean, after.covariance
 * reference-0.png          the first reference
 * reference-0-depth.png    its control picture for the ControlNet of that name
 * </pre>
 */
final class StyleFile {

  static final int MOST_REFERENCES = 100;

  private static final String VERSION = "1";
  private static final String TEXT = "style.txt";
  private static final String PICTURE = "reference-";
  private static final String ENDING = ".png";
  private static final int LONGEST = 1 << 28;

  private StyleFile() {}

  static void write(StyleState state, Path file) throws IOException {
    Map<String, String> values = new LinkedHashMap<>();
    values.put("version", VERSION);
    values.put("seed", Long.toString(state.seed()));
    values.put("references", Integer.toString(state.references().size()));
    state
        .colours()
        .ifPresent(
            change -> {
              change.before().ifPresent(palette -> put(values, "before", palette));
              put(values, "after", change.after());
            });
    PartName part = PartName.of(file);
    try {
      try (OutputStream out = Files.newOutputStream(part.path());
          ZipOutputStream zip = new ZipOutputStream(out)) {
        add(zip, TEXT, text(values).getBytes(StandardCharsets.UTF_8));
        for (int i = 0; i < state.references().size(); i++) {
          ReferencePicture reference = state.references().get(i);
          add(zip, PICTURE + i + ENDING, png(reference.picture()));
          for (Map.Entry<String, Frame> control :
              new TreeMap<>(reference.controlPictures()).entrySet()) {
            add(zip, PICTURE + i + "-" + control.getKey() + ENDING, png(control.getValue()));
          }
        }
      }
      Files.move(part.path(), file, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      part.delete();
    }
  }

  private static void put(Map<String, String> values, String name, Palette palette) {
    values.put(name + ".mean", numbers(palette.mean()));
    values.put(name + ".covariance", numbers(palette.covariance()));
  }

  private static String numbers(double[] values) {
    return Arrays.stream(values).mapToObj(Double::toString).collect(Collectors.joining(" "));
  }

  private static String text(Map<String, String> values) {
    return values.entrySet().stream()
        .map(entry -> entry.getKey() + " = " + entry.getValue() + "\n")
        .collect(Collectors.joining());
  }

  /** Adds a file without a date, so that equal states have equal bytes. */
  private static void add(ZipOutputStream zip, String name, byte[] content) throws IOException {
    ZipEntry entry = new ZipEntry(name);
    entry.setTime(0);
    zip.putNextEntry(entry);
    zip.write(content);
    zip.closeEntry();
  }

  private static byte[] png(Frame frame) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ImageOutputStream out = new MemoryCacheImageOutputStream(bytes)) {
      ImageIO.write(FrameFiles.toImage(frame, Frame.Depth.UINT8), "png", out);
    }
    return bytes.toByteArray();
  }

  static StyleState read(Path file) throws IOException {
    Map<String, byte[]> files = unzipped(file);
    byte[] text = files.get(TEXT);
    if (text == null) {
      throw new IOException(
          Text.format(
              "%s is not a style state: it has no %s; write one with --style-state or"
                  + " StyleState.write",
              file, TEXT));
    }
    Map<String, String> values = values(new String(text, StandardCharsets.UTF_8));
    if (!VERSION.equals(values.get("version"))) {
      throw new IOException(
          Text.format(
              "%s has version %s of style states, but this program reads version %s: write it"
                  + " again",
              file, values.get("version"), VERSION));
    }
    try {
      return new StyleState(
          Long.parseLong(values.getOrDefault("seed", "")),
          references(files, Integer.parseInt(values.getOrDefault("references", ""))),
          colours(values));
    } catch (IllegalArgumentException e) {
      throw new IOException(Text.format("%s is damaged: %s", file, e.getMessage()), e);
    }
  }

  private static Map<String, byte[]> unzipped(Path file) throws IOException {
    Map<String, byte[]> files = new TreeMap<>();
    try (ZipInputStream zip = new ZipInputStream(Files.newInputStream(file))) {
      long total = 0;
      for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
        byte[] content = zip.readNBytes(LONGEST);
        total += content.length;
        if (content.length == LONGEST || total > 8L * LONGEST) {
          throw new IOException(Text.format("%s is too large for a style state", file));
        }
        files.put(entry.getName(), content);
      }
    } catch (ZipException e) {
      throw new IOException(Text.format("%s is damaged: %s", file, e.getMessage()), e);
    }
    return files;
  }

  private static Map<String, String> values(String text) {
    Map<String, String> values = new TreeMap<>();
    for (String line : text.split("\\R")) {
      int equals = line.indexOf('=');
      if (equals > 0) {
        values.put(line.substring(0, equals).strip(), line.substring(equals + 1).strip());
      }
    }
    return values;
  }

  private static List<ReferencePicture> references(Map<String, byte[]> files, int count)
      throws IOException {
    if (count < 0 || count > MOST_REFERENCES) {
      throw new IllegalArgumentException("references must be in [0, 100], but was " + count);
    }
    List<ReferencePicture> references = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      Map<String, Frame> controls = new TreeMap<>();
      String prefix = PICTURE + i + "-";
      for (Map.Entry<String, byte[]> entry : files.entrySet()) {
        String name = entry.getKey();
        if (name.startsWith(prefix) && name.endsWith(ENDING)) {
          controls.put(
              name.substring(prefix.length(), name.length() - ENDING.length()),
              picture(name, entry.getValue()));
        }
      }
      String name = PICTURE + i + ENDING;
      references.add(new ReferencePicture(picture(name, files.get(name)), controls));
    }
    return references;
  }

  private static Frame picture(String name, byte[] content) throws IOException {
    if (content == null) {
      throw new IllegalArgumentException(name + " is missing");
    }
    // Closes the stream unless the picture is not one.
    BufferedImage image =
        ImageIO.read(new MemoryCacheImageInputStream(new ByteArrayInputStream(content)));
    if (image == null) {
      throw new IllegalArgumentException(name + " is not a picture");
    }
    return FrameFiles.fromImage(image);
  }

  private static Optional<ColourChange> colours(Map<String, String> values) {
    return palette(values, "after")
        .map(after -> new ColourChange(palette(values, "before"), after));
  }

  private static Optional<Palette> palette(Map<String, String> values, String name) {
    String mean = values.get(name + ".mean");
    String covariance = values.get(name + ".covariance");
    if (mean == null || covariance == null) {
      return Optional.empty();
    }
    return Optional.of(Palette.of(numbers(mean), numbers(covariance)));
  }

  private static double[] numbers(String text) {
    return Arrays.stream(text.split(" ")).mapToDouble(Double::parseDouble).toArray();
  }
}
