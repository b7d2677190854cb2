package org.diffsynth.onnx.golden;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A folder with a model and arrays that an independent implementation computed for it: {@code
 * model/} in the layout of the exporter, {@code golden/} with {@code manifest.json}, {@code
 * runs.json} and one NPY file per array. The system property {@code diffsynth.golden} names another
 * folder of the same form.
 */
public final class Golden {
  private static final Pattern SHAPE = Pattern.compile("'shape': \\(([^)]*)\\)");
  private static final Pattern DTYPE = Pattern.compile("'descr': '([^']*)'");

  private final Path folder;
  private final JsonNode manifest;

  private Golden(Path folder) {
    this.folder = folder;
    this.manifest = json("manifest.json");
  }

  /**
   * Opens the folder that the property names, or whose golden/ it names; by default the resources.
   */
  public static Golden open() {
    String named = System.getProperty("diffsynth.golden", "");
    if (named.isBlank()) {
      return new Golden(resource("tiny-sd"));
    }
    Path folder = Path.of(named).toAbsolutePath().normalize();
    return new Golden(Files.isDirectory(folder.resolve("golden")) ? folder : folder.getParent());
  }

  /** Returns the folder of the model; it may lack golden arrays. */
  public static Path modelFolder() {
    String named = System.getProperty("diffsynth.golden", "");
    return named.isBlank() || !Files.isDirectory(Path.of(named, "model"))
        ? open().model()
        : Path.of(named, "model").toAbsolutePath();
  }

  /** Returns a folder of the test resources. */
  public static Path resource(String name) {
    try {
      return Path.of(Golden.class.getResource("/" + name).toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Returns the model folder. */
  public Path model() {
    return folder.resolve("model");
  }

  /** Returns the number of frames in the golden clip. */
  public int frames() {
    return manifest.path("F").asInt();
  }

  /** Reads a JSON file of the golden folder. */
  public JsonNode json(String name) {
    try {
      return new ObjectMapper().readTree(folder.resolve("golden").resolve(name).toFile());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Reads a text file of the golden folder. */
  public String text(String name) {
    try {
      return Files.readString(folder.resolve("golden").resolve(name));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Returns the prompts, one for each row of {@code tok_ids}. */
  public List<String> prompts() {
    List<String> prompts = new ArrayList<>();
    json("prompts.json").forEach(p -> prompts.add(p.asText()));
    return prompts;
  }

  /** Escapes a prompt so that brackets are ordinary characters. */
  public static String literal(String prompt) {
    return prompt.replaceAll("[()\\[\\]\\\\]", "\\\\$0");
  }

  /** Returns the names of the arrays that match, in the order of the manifest. */
  public List<String> names(String regex) {
    List<String> names = new ArrayList<>();
    manifest.path("arrays").fieldNames().forEachRemaining(names::add);
    names.removeIf(n -> !n.matches(regex));
    return names;
  }

  /** Reads an array by its name in the manifest. */
  public Array array(String name) {
    JsonNode entry = manifest.path("arrays").path(name);
    if (entry.isMissingNode()) {
      throw new IllegalArgumentException("no golden array " + name);
    }
    try {
      return read(folder.resolve("golden").resolve(entry.path("file").asText()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Reads an NPY file. */
  public static Array file(Path file) {
    try {
      return read(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Array read(Path file) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
    int headerLength = bytes.getShort(8) & 0xFFFF;
    String header = new String(bytes.array(), 10, headerLength, StandardCharsets.ISO_8859_1);
    Matcher shapeText = SHAPE.matcher(header);
    Matcher type = DTYPE.matcher(header);
    if (!shapeText.find() || !type.find() || !header.contains("'fortran_order': False")) {
      throw new IOException(file + ": header not understood: " + header);
    }
    List<Long> dims = new ArrayList<>();
    for (String dim : shapeText.group(1).split(",")) {
      if (!dim.isBlank()) {
        dims.add(Long.parseLong(dim.trim()));
      }
    }
    long[] shape = dims.stream().mapToLong(Long::longValue).toArray();
    int count = 1;
    for (long dim : shape) {
      count = Math.multiplyExact(count, (int) dim);
    }
    double[] values = new double[count];
    bytes.position(10 + headerLength);
    for (int i = 0; i < count; i++) {
      values[i] =
          switch (type.group(1)) {
            case "<f4" -> bytes.getFloat();
            case "<f8" -> bytes.getDouble();
            case "<i8" -> bytes.getLong();
            case "|u1" -> bytes.get() & 255;
            default -> throw new IOException(file + ": type " + type.group(1));
          };
    }
    return new Array(shape, values);
  }

  /**
   * An array.
   *
   * @param shape dimensions
   * @param values samples in C order
   */
  public record Array(long[] shape, double[] values) {
    /** Returns the samples as floats. */
    public float[] floats() {
      float[] floats = new float[values.length];
      for (int i = 0; i < floats.length; i++) {
        floats[i] = (float) values[i];
      }
      return floats;
    }

    /** Returns the samples as longs. */
    public long[] longs() {
      long[] longs = new long[values.length];
      for (int i = 0; i < longs.length; i++) {
        longs[i] = (long) values[i];
      }
      return longs;
    }

    /** Returns the largest absolute difference from other samples. */
    public double distance(float[] others) {
      if (others.length != values.length) {
        throw new AssertionError("expected " + values.length + " samples, got " + others.length);
      }
      double worst = 0;
      for (int i = 0; i < others.length; i++) {
        double difference = Math.abs(values[i] - others[i]);
        worst = difference <= worst ? worst : difference;
        if (Double.isNaN(difference)) {
          return Double.NaN;
        }
      }
      return worst;
    }
  }
}
