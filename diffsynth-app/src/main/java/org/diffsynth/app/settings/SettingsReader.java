package org.diffsynth.app.settings;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import org.diffsynth.internal.text.Text;

/** Turns a JSON tree into {@link RenderSettings}, and explains every error in the tree. */
final class SettingsReader {

  private SettingsReader() {}

  static RenderSettings read(ObjectMapper mapper, ObjectNode root) {
    ObjectNode whole = root.deepCopy();
    addMissingParts(whole, RenderSettings.class);
    try {
      return mapper.treeToValue(whole, RenderSettings.class);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(reason(e), e);
    }
  }

  private static void addMissingParts(ObjectNode node, Class<?> type) {
    for (RecordComponent part : type.getRecordComponents()) {
      if (!isTreePart(part.getType())) {
        continue;
      }
      if (!node.has(part.getName())) {
        node.putObject(part.getName());
      }
      if (node.get(part.getName()) instanceof ObjectNode child) {
        addMissingParts(child, part.getType());
      }
    }
  }

  private static boolean isTreePart(Class<?> type) {
    return type.isRecord() && type.getPackage().equals(RenderSettings.class.getPackage());
  }

  private static String reason(JsonProcessingException failure) {
    if (!(failure instanceof JsonMappingException mapping)) {
      return failure.getOriginalMessage();
    }
    String place =
        mapping.getPath().stream()
            .map(JsonMappingException.Reference::getFieldName)
            .filter(Objects::nonNull)
            .collect(Collectors.joining("."));
    if (failure instanceof UnrecognizedPropertyException unknown) {
      List<String> similar = new ArrayList<>();
      collect("", RenderSettings.class, unknown.getPropertyName(), similar);
      return Text.format(
          "there is no setting '%s'%s",
          place, similar.isEmpty() ? "" : "; did you mean " + String.join(" or ", similar) + "?");
    }
    return Text.format(
        "the setting '%s' has a value of the wrong type: %s", place, failure.getOriginalMessage());
  }

  /** Collects the places of all settings with a name, for a name that is at the wrong place. */
  private static void collect(String prefix, Class<?> type, String name, List<String> places) {
    for (RecordComponent part : type.getRecordComponents()) {
      if (part.getName().equalsIgnoreCase(name)) {
        places.add("'" + prefix + part.getName() + "'");
      }
      if (isTreePart(part.getType())) {
        collect(prefix + part.getName() + ".", part.getType(), name, places);
      }
    }
  }
}
