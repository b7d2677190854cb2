package org.diffsynth.onnx.vision;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.exc.InvalidFormatException;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import com.fasterxml.jackson.databind.exc.ValueInstantiationException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.diffsynth.internal.text.Text;

/**
 * Reads descriptions of vision models from JSON. The keys of a file override the keys of its
 * convention, which override the keys of its kind, which override the defaults.
 */
final class SpecJson {

  private static final String DEFAULTS = "plain";
  private static final String KINDS = "kinds";
  private static final String KIND = "kind";
  private static final String CONVENTION = "convention";

  private static final ObjectMapper MAPPER =
      JsonMapper.builder()
          .enable(MapperFeature.ACCEPT_CASE_INSENSITIVE_ENUMS)
          .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private SpecJson() {}

  private static JsonNode known() {
    try (InputStream in = VisionModelSpec.class.getResourceAsStream("conventions.json")) {
      return MAPPER.readTree(in);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static List<String> conventions() {
    List<String> names = new ArrayList<>();
    known().fieldNames().forEachRemaining(names::add);
    names.removeAll(List.of(DEFAULTS, KINDS));
    return List.copyOf(names);
  }

  static VisionModelSpec convention(String name) {
    ObjectNode json = MAPPER.createObjectNode().put(CONVENTION, name);
    try {
      return bind(json);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("convention " + name, e);
    }
  }

  static VisionModelSpec read(Path file) throws IOException {
    if (!Files.isRegularFile(file)) {
      throw new IOException(
          Text.format(
                  "%s is missing; it must describe the model, such as {\"convention\": \"midas\"}; known",
                  file)
              + " conventions are "
              + String.join(", ", conventions()));
    }
    try {
      JsonNode json = MAPPER.readTree(Files.readString(file));
      if (!(json instanceof ObjectNode object)) {
        throw new IOException(file + " must contain one JSON object");
      }
      return bind(object);
    } catch (JsonProcessingException e) {
      throw new IOException(file + ": " + message(e), e);
    } catch (IllegalArgumentException e) {
      throw new IOException(file + ": " + e.getMessage(), e);
    }
  }

  private static VisionModelSpec bind(ObjectNode json) throws JsonProcessingException {
    JsonNode known = known();
    ObjectNode result = known.get(DEFAULTS).deepCopy();
    ObjectNode convention = MAPPER.createObjectNode();
    ObjectNode own = json.deepCopy();
    JsonNode name = own.remove(CONVENTION);
    if (name != null) {
      if (!name.isTextual() || !conventions().contains(name.textValue())) {
        throw new IllegalArgumentException(
            Text.format(
                "convention must be one of %s, but was %s",
                String.join(", ", conventions()), name));
      }
      convention = (ObjectNode) known.get(name.textValue());
    }
    String kind = own.path(KIND).asText(convention.path(KIND).asText());
    if (known.get(KINDS).get(kind.toLowerCase(Locale.ROOT)) instanceof ObjectNode kindDefaults) {
      merge(result, kindDefaults);
    }
    merge(result, convention);
    merge(result, own);
    if (!result.hasNonNull(KIND)) {
      throw new IllegalArgumentException(
          "a convention or a kind must be given; kinds are " + names(VisionModelSpec.Kind.class));
    }
    return MAPPER.treeToValue(result, VisionModelSpec.class);
  }

  /** Merges objects key by key; other values are replaced. */
  private static void merge(ObjectNode target, ObjectNode source) {
    for (Map.Entry<String, JsonNode> entry : source.properties()) {
      if (entry.getValue() instanceof ObjectNode from
          && target.get(entry.getKey()) instanceof ObjectNode to) {
        merge(to, from);
      } else {
        target.set(entry.getKey(), entry.getValue());
      }
    }
  }

  private static String message(JsonProcessingException failure) {
    if (!(failure instanceof JsonMappingException mapping)) {
      return "not valid JSON: " + failure.getOriginalMessage();
    }
    String key =
        mapping.getPath().stream()
            .map(
                reference ->
                    reference.getFieldName() == null
                        ? Integer.toString(reference.getIndex())
                        : reference.getFieldName())
            .collect(Collectors.joining("."));
    if (failure instanceof UnrecognizedPropertyException unknown) {
      return Text.format(
          "unknown key '%s'; known keys are %s",
          key,
          unknown.getKnownPropertyIds().stream()
              .map(Object::toString)
              .sorted()
              .collect(Collectors.joining(", ")));
    }
    if (failure instanceof ValueInstantiationException && failure.getCause() != null) {
      return (key.isEmpty() ? "" : key + ": ") + failure.getCause().getMessage();
    }
    if (failure instanceof InvalidFormatException format && format.getTargetType().isEnum()) {
      return Text.format(
          "%s must be one of %s, but was %s",
          key, names(format.getTargetType()), format.getValue());
    }
    return key + ": " + failure.getOriginalMessage();
  }

  private static String names(Class<?> type) {
    return Arrays.stream(type.getEnumConstants())
        .map(constant -> constant.toString().toLowerCase(Locale.ROOT))
        .collect(Collectors.joining(", "));
  }
}
