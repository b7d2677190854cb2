package org.diffsynth.pose;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * OpenPose's JSON files: one file per frame, with x, y and confidence of each point in pixels.
 *
 * <pre>{@code
 * {"version": 1.3, "people": [{"person_id": [-1], "pose_keypoints_2d": [x0, y0, c0, x1, …],
 *   "face_keypoints_2d": […], "hand_left_keypoints_2d": […], "hand_right_keypoints_2d": […]}]}
 * }</pre>
 *
 * <p>Read are those four lists; a list that is absent, null or empty is a part that was not looked
 * for, a confidence of 0 a point that was not found, and other members are ignored. {@code
 * person_id} is not believed, since OpenPose writes -1 or numbers by frame: {@link PoseTrack} finds
 * out who is who.
 *
 * @see <a href="https://github.com/CMU-Perceptual-Computing-Lab/openpose">OpenPose, output format,
 *     version 1.3</a>
 */
public final class PoseJson {

  private static final String BODY = "pose_keypoints_2d";
  private static final String FACE = "face_keypoints_2d";
  private static final String LEFT_HAND = "hand_left_keypoints_2d";
  private static final String RIGHT_HAND = "hand_right_keypoints_2d";

  private PoseJson() {}

  /**
   * Reads one file.
   *
   * @throws IOException if it cannot be read or is not OpenPose's JSON, naming the file
   */
  public static Pose read(Path file) throws IOException {
    try {
      return parse(Files.readString(file));
    } catch (CharacterCodingException e) {
      throw new IOException(file + ": not a text in UTF-8", e);
    } catch (IllegalArgumentException e) {
      throw new IOException(file + ": " + e.getMessage(), e);
    }
  }

  /**
   * Reads all files of a folder whose names end in {@code .json}, one per frame, ordered by the
   * last number in their names, as OpenPose counts frames.
   *
   * @throws IOException if there are none, if a name has no number or two have the same, or if one
   *     cannot be read
   */
  public static List<Pose> readFolder(Path folder) throws IOException {
    List<Pose> poses = new ArrayList<>();
    for (Path file : NumberedPoseFiles.inOrder(folder)) {
      poses.add(read(file));
    }
    return List.copyOf(poses);
  }

  /**
   * The people in a JSON text.
   *
   * @throws IllegalArgumentException if it is not OpenPose's JSON, saying what is wrong
   */
  public static Pose parse(String json) {
    if (!(JsonReader.read(json) instanceof Map<?, ?> root
        && root.get("people") instanceof List<?> people)) {
      throw new IllegalArgumentException("not OpenPose's JSON: an object with a list 'people'");
    }
    List<PosePerson> persons = new ArrayList<>();
    for (int i = 0; i < people.size(); i++) {
      if (!(people.get(i) instanceof Map<?, ?> person)) {
        throw new IllegalArgumentException("people[%d] must be an object".formatted(i));
      }
      try {
        persons.add(
            new PosePerson(
                points(person, BODY),
                points(person, FACE),
                points(person, LEFT_HAND),
                points(person, RIGHT_HAND)));
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException("people[%d]: %s".formatted(i, e.getMessage()), e);
      }
    }
    return new Pose(persons);
  }

  private static List<KeyPoint> points(Map<?, ?> person, String name) {
    Object found = person.get(name);
    if (found == null) {
      return List.of();
    }
    if (!(found instanceof List<?> numbers) || numbers.size() % 3 != 0) {
      throw new IllegalArgumentException(name + " must be a list of x, y, confidence");
    }
    List<KeyPoint> points = new ArrayList<>();
    for (int i = 0; i < numbers.size(); i += 3) {
      if (!(numbers.get(i) instanceof Double x
          && numbers.get(i + 1) instanceof Double y
          && numbers.get(i + 2) instanceof Double confidence)) {
        throw new IllegalArgumentException("%s[%d] must be three numbers".formatted(name, i));
      }
      points.add(confidence == 0 ? KeyPoint.MISSING : new KeyPoint(x, y, confidence));
    }
    return points;
  }

  /** Writes one frame to a file in UTF-8, replacing it. */
  public static void write(Path file, Pose pose) throws IOException {
    Files.writeString(file, format(pose));
  }

  /** The JSON text of one frame; {@link #parse} gives the same pose back, exactly. */
  public static String format(Pose pose) {
    StringBuilder json = new StringBuilder("{\"version\":1.3,\"people\":[");
    String separator = "";
    for (PosePerson person : pose.people()) {
      json.append(separator).append("{\"person_id\":[-1]");
      append(json, BODY, person.body());
      append(json, FACE, person.face());
      append(json, LEFT_HAND, person.leftHand());
      append(json, RIGHT_HAND, person.rightHand());
      json.append('}');
      separator = ",";
    }
    return json.append("]}").toString();
  }

  private static void append(StringBuilder json, String name, List<KeyPoint> points) {
    json.append(",\"").append(name).append("\":[");
    String separator = "";
    for (KeyPoint point : points) {
      KeyPoint written = point.isPresent() ? point : KeyPoint.MISSING;
      json.append(separator).append(written.x()).append(',').append(written.y());
      json.append(',').append(written.confidence());
      separator = ",";
    }
    json.append(']');
  }
}
