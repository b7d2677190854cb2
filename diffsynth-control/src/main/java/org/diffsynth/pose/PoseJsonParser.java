package org.diffsynth.pose;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import org.diffsynth.internal.text.Text;

/**
 * Parses a pose file of OpenPose from a stream of JSON tokens.
 *
 * <p>The text is read twice. The first pass checks the JSON syntax of the whole text, so that a
 * syntax error is always reported as a syntax error, wherever it is. The second pass reads the key
 * points.
 */
final class PoseJsonParser {

  private final JsonParser json;

  private PoseJsonParser(JsonParser json) {
    this.json = json;
  }

  /**
   * Parses the people of one frame.
   *
   * @throws IllegalArgumentException if the text is not valid JSON or does not have the structure
   *     of a pose file
   */
  static Pose parse(String text) {
    try {
      checkSyntax(text);
      try (JsonParser json = PoseJson.JSON.createParser(text)) {
        return new PoseJsonParser(json).pose();
      }
    } catch (JsonProcessingException e) {
      throw notJson(e.getLocation(), e.getOriginalMessage(), e);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read JSON from memory", e);
    }
  }

  private static void checkSyntax(String text) throws IOException {
    try (JsonParser json = PoseJson.JSON.createParser(text)) {
      if (json.nextToken() == null) {
        throw notJson(json.currentLocation(), "the text is empty", null);
      }
      json.skipChildren();
      if (json.nextToken() != null) {
        throw notJson(json.currentTokenLocation(), "expected the end of the text", null);
      }
    }
  }

  private static IllegalArgumentException notJson(JsonLocation at, String error, Exception cause) {
    // Jackson reports no place for a text that exceeds its limits, such as the nesting depth.
    String place =
        at == null ? "" : Text.format(" at line %d, column %d", at.getLineNr(), at.getColumnNr());
    return new IllegalArgumentException(Text.format("not valid JSON%s: %s", place, error), cause);
  }

  private Pose pose() throws IOException {
    Pose pose = null;
    if (json.nextToken() == JsonToken.START_OBJECT) {
      while (json.nextToken() != JsonToken.END_OBJECT) {
        String name = json.currentName();
        if (json.nextToken() == JsonToken.START_ARRAY && name.equals(PoseJson.PEOPLE)) {
          pose = people();
        } else {
          json.skipChildren();
        }
      }
    }
    if (pose == null) {
      throw new IllegalArgumentException(
          "not a pose file of OpenPose: expected an object with a list 'people'");
    }
    return pose;
  }

  private Pose people() throws IOException {
    List<PosePerson> people = new ArrayList<>();
    while (json.nextToken() != JsonToken.END_ARRAY) {
      if (json.currentToken() != JsonToken.START_OBJECT) {
        throw new IllegalArgumentException(
            Text.format("people[%d] must be an object", people.size()));
      }
      try {
        people.add(person());
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException(
            Text.format("people[%d]: %s", people.size(), e.getMessage()), e);
      }
    }
    return new Pose(people);
  }

  private PosePerson person() throws IOException {
    List<KeyPoint> body = List.of();
    List<KeyPoint> face = List.of();
    List<KeyPoint> leftHand = List.of();
    List<KeyPoint> rightHand = List.of();
    while (json.nextToken() != JsonToken.END_OBJECT) {
      String name = json.currentName();
      json.nextToken();
      switch (name) {
        case PoseJson.BODY -> body = points(name);
        case PoseJson.FACE -> face = points(name);
        case PoseJson.LEFT_HAND -> leftHand = points(name);
        case PoseJson.RIGHT_HAND -> rightHand = points(name);
        default -> json.skipChildren();
      }
    }
    return new PosePerson(body, face, leftHand, rightHand);
  }

  private List<KeyPoint> points(String name) throws IOException {
    if (json.currentToken() == JsonToken.VALUE_NULL) {
      return List.of();
    }
    List<Double> numbers = numbers(name);
    List<KeyPoint> points = new ArrayList<>();
    for (int i = 0; i < numbers.size(); i += 3) {
      double confidence = numbers.get(i + 2);
      try {
        points.add(
            confidence == 0
                ? KeyPoint.MISSING
                : new KeyPoint(numbers.get(i), numbers.get(i + 1), confidence));
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException(Text.format("%s[%d]: %s", name, i, e.getMessage()), e);
      }
    }
    return points;
  }

  private List<Double> numbers(String name) throws IOException {
    List<Double> numbers = new ArrayList<>();
    if (json.currentToken() == JsonToken.START_ARRAY) {
      while (json.nextToken() != JsonToken.END_ARRAY) {
        if (!json.currentToken().isNumeric()) {
          int first = numbers.size() - numbers.size() % 3;
          throw new IllegalArgumentException(
              Text.format("%s[%d] must be three numbers", name, first));
        }
        numbers.add(json.getDoubleValue());
      }
    }
    if (json.currentToken() != JsonToken.END_ARRAY || numbers.size() % 3 != 0) {
      throw new IllegalArgumentException(name + " must be a list of x, y, confidence");
    }
    return numbers;
  }
}
