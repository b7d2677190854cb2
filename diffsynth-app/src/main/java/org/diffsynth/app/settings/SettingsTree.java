package org.diffsynth.app.settings;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.deser.std.StdDeserializer;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.ser.std.StdSerializer;
import java.io.IOException;
import java.io.Serial;
import java.lang.reflect.Field;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import org.diffsynth.frame.FrameSize;
import org.diffsynth.internal.text.Text;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/**
 * Settings as a JSON tree, in which a value that is not set is absent. Trees are merged by {@link
 * #putAll}: of two values at the same place, the later one wins.
 */
public final class SettingsTree {

  private static final ObjectMapper MAPPER =
      new ObjectMapper()
          .enable(SerializationFeature.INDENT_OUTPUT)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .registerModule(
              new SimpleModule()
                  .addSerializer(new TextWriter<>(Path.class))
                  .addDeserializer(Path.class, new TextReader<>(Path.class, Path::of))
                  .addSerializer(new TextWriter<>(FrameSize.class))
                  .addDeserializer(
                      FrameSize.class, new TextReader<>(FrameSize.class, FrameSize::parse)));

  private final ObjectNode root;
  private final Map<String, String> modelFiles = new LinkedHashMap<>();

  private SettingsTree(ObjectNode root) {
    this.root = root;
  }

  /** Creates a tree without any value. */
  public static SettingsTree empty() {
    return new SettingsTree(MAPPER.createObjectNode());
  }

  /** Creates a tree with the values of the options that the user gave. */
  public static SettingsTree given(ParseResult arguments) {
    SettingsTree tree = empty();
    settings(arguments.commandSpec())
        .forEach(
            (option, place) -> {
              if (arguments.hasMatchedOption(option)) {
                tree.putOption(place, option.getValue());
              }
            });
    return tree;
  }

  /** Creates a tree with the default values of the options that have one. */
  public static SettingsTree defaults(CommandSpec command, ParseResult arguments) {
    SettingsTree tree = empty();
    settings(command)
        .forEach(
            (option, place) -> {
              if (option.defaultValue() != null && !arguments.hasMatchedOption(option)) {
                tree.putOption(place, option.getValue());
              }
            });
    return tree;
  }

  /** Returns the options of a command that belong to the tree, and their places. */
  static Map<OptionSpec, String> settings(CommandSpec command) {
    Map<OptionSpec, String> places = new LinkedHashMap<>();
    for (OptionSpec option : command.options()) {
      if (option.userObject() instanceof Field field && field.isAnnotationPresent(Setting.class)) {
        places.put(option, field.getAnnotation(Setting.class).value());
      }
    }
    return places;
  }

  private void putOption(String place, Object value) {
    if (value instanceof Map<?, ?> map && place.contains("*")) {
      map.forEach((key, entry) -> put(place.split("\\."), String.valueOf(key), entry));
    } else {
      put(place.split("\\."), "", value);
    }
  }

  /** Sets the value at a place such as {@code "sampling.steps"}. */
  public void put(String place, Object value) {
    put(place.split("\\."), "", value);
  }

  private void put(String[] place, String key, Object value) {
    ObjectNode node = root;
    for (int i = 0; i < place.length - 1; i++) {
      String name = place[i].equals("*") ? key : place[i];
      node = node.get(name) instanceof ObjectNode child ? child : node.putObject(name);
    }
    String last = place[place.length - 1];
    node.set(last.equals("*") ? key : last, MAPPER.valueToTree(value));
  }

  /** Returns whether there is a value, or a part of the tree with values, at a place. */
  public boolean has(String place) {
    return !root.at("/" + place.replace('.', '/')).isMissingNode();
  }

  /** Removes the value, or the whole part of the tree, at a place. */
  public void remove(String place) {
    int dot = place.lastIndexOf('.');
    JsonNode parent = dot < 0 ? root : root.at("/" + place.substring(0, dot).replace('.', '/'));
    if (parent instanceof ObjectNode object) {
      object.remove(place.substring(dot + 1));
    }
  }

  /** Copies all values of another tree into this tree. A value of the other tree wins. */
  public SettingsTree putAll(SettingsTree other) {
    putAll(root, other.root);
    return this;
  }

  private static void putAll(ObjectNode base, ObjectNode other) {
    other
        .properties()
        .forEach(
            entry -> {
              if (entry.getValue() instanceof ObjectNode from
                  && base.get(entry.getKey()) instanceof ObjectNode into) {
                putAll(into, from);
              } else if (!entry.getValue().isNull()) {
                base.set(entry.getKey(), entry.getValue().deepCopy());
              }
            });
  }

  /**
   * Reads the settings tree of a JSON settings file.
   *
   * @throws IOException naming the file and the mistake, if it does not hold a valid tree
   */
  public static SettingsTree read(Path file) throws IOException {
    if (!Files.isRegularFile(file)) {
      throw new IOException(
          Text.format(
              "the settings file %s does not exist (looked for at %s); each render writes one beside its"
                  + " result",
              file, file.toAbsolutePath()));
    }
    try {
      if (!(MAPPER.readTree(Files.readString(file)) instanceof ObjectNode root)) {
        throw new IOException(file + " is not a settings file: it must be one JSON object");
      }
      root.remove("madeBy");
      JsonNode modelFiles = root.remove("modelFiles");
      SettingsTree tree = new SettingsTree(root);
      if (modelFiles != null) {
        modelFiles
            .properties()
            .forEach(entry -> tree.modelFiles.put(entry.getKey(), entry.getValue().asText()));
      }
      tree.settings(); // reports mistakes
      return tree;
    } catch (JsonProcessingException e) {
      throw new IOException(
          Text.format(
              "%s is not a settings file: it is not valid JSON: %s", file, e.getOriginalMessage()),
          e);
    } catch (IllegalArgumentException e) {
      throw new IOException(Text.format("%s is not a settings file: %s", file, e.getMessage()), e);
    }
  }

  /**
   * Writes a settings file, with information about how the result was made.
   *
   * @param madeBy versions by name
   * @param modelFiles fingerprints of the models by role
   */
  public void write(Path file, Map<String, String> madeBy, Map<String, String> modelFiles)
      throws IOException {
    ObjectNode all = root.deepCopy();
    all.set("madeBy", MAPPER.valueToTree(madeBy));
    all.set("modelFiles", MAPPER.valueToTree(modelFiles));
    Files.writeString(file, MAPPER.writeValueAsString(all) + System.lineSeparator());
  }

  /** Returns the fingerprints of models that a settings file recorded, by role; may be empty. */
  public Map<String, String> modelFiles() {
    return Collections.unmodifiableMap(modelFiles);
  }

  /** Returns the tree as JSON text. */
  public String json() throws IOException {
    return MAPPER.writeValueAsString(root);
  }

  /** Returns all values as text by their place, such as {@code "sampling.steps"}. */
  public Map<String, String> values() {
    Map<String, String> values = new TreeMap<>();
    addValues("", root, values);
    return values;
  }

  private static void addValues(String place, JsonNode node, Map<String, String> values) {
    if (node.isObject()) {
      node.properties()
          .forEach(
              child ->
                  addValues(
                      place.isEmpty() ? child.getKey() : place + "." + child.getKey(),
                      child.getValue(),
                      values));
    } else {
      values.put(place, node.isTextual() ? node.textValue() : node.toString());
    }
  }

  /**
   * Returns the tree as records. Parts without values are records whose components are null.
   *
   * @throws IllegalArgumentException naming the setting that is unknown or has a wrong value
   */
  public RenderSettings settings() {
    return SettingsReader.read(MAPPER, root);
  }

  /** Writes an object as the text of its {@code toString}. */
  private static final class TextWriter<T> extends StdSerializer<T> {

    @Serial private static final long serialVersionUID = 1;

    TextWriter(Class<T> type) {
      super(type);
    }

    @Override
    public void serialize(T value, JsonGenerator json, SerializerProvider provider)
        throws IOException {
      json.writeString(value.toString());
    }
  }

  /** Reads an object from text. */
  private static final class TextReader<T> extends StdDeserializer<T> {

    @Serial private static final long serialVersionUID = 1;

    private final transient Function<String, T> parser;

    TextReader(Class<T> type, Function<String, T> parser) {
      super(type);
      this.parser = parser;
    }

    @Override
    public T deserialize(JsonParser json, DeserializationContext context) throws IOException {
      String text = json.getValueAsString();
      if (text == null) {
        context.reportInputMismatch(this, "must be text");
      }
      try {
        return parser.apply(text);
      } catch (IllegalArgumentException e) {
        return context.reportInputMismatch(this, "%s", e.getMessage());
      }
    }
  }
}
