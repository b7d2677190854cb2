package org.diffsynth.pose;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.StreamReadFeature;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads and writes the JSON files of OpenPose: one file per frame, which holds x, y and confidence
 * of each key point, x and y in pixels.
 *
 * <pre>{@code
 * {"version": 1.3, "people": [{"person_id": [-1], "pose_keypoints_2d": [x0, y0, c0, x1, …],
 *   "face_keypoints_2d": […], "hand_left_keypoints_2d": […], "hand_right_keypoints_2d": […]}]}
 * }</pre>
 *
 * <p>Only these four lists of key points are read; all other members are ignored. A list that is
 * absent, null or empty means that the detector did not look for this part of the body. A
 * confidence of 0 means that the detector did not find this point. The member {@code person_id} is
 * ignored because OpenPose writes -1 or numbers that change from frame to frame; {@link PoseTrack}
 * recognises people across frames.
 *
 * <p>All methods may be called by several threads at once.
 *
 * @see <a href="https://github.com/CMU-Perceptual-Computing-Lab/openpose">OpenPose, output format,
 *     version 1.3</a>
 */
public final class PoseJson {

  static final String BODY = "pose_keypoints_2d";
  static final String FACE = "face_keypoints_2d";
  static final String LEFT_HAND = "hand_left_keypoints_2d";
  static final String RIGHT_HAND = "hand_right_keypoints_2d";
  static final String PEOPLE = "people";

  /** Rejects an object that contains the same name twice. */
  static final JsonFactory JSON =
      JsonFactory.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();

  private PoseJson() {}

  /**
   * Reads the people of one frame from a JSON file.
   *
   * @param file a file in UTF-8
   * @throws IOException if the file cannot be read or is not a pose file of OpenPose; the message
   *     names the file and the error
   */
  public static Pose read(Path file) throws IOException {
    try {
      return parse(Files.readString(file));
    } catch (CharacterCodingException e) {
      throw new IOException(file + ": the file is not valid UTF-8 text", e);
    } catch (IllegalArgumentException e) {
      throw new IOException(file + ": " + e.getMessage(), e);
    }
  }

  /**
   * Reads all JSON files of a folder, one per frame. The files are ordered by the last number in
   * their names, which is where OpenPose writes the index of the frame.
   *
   * @param folder folder whose files with the extension {@code .json} are read
   * @return the people of each frame
   * @throws IOException if the folder has no JSON file, if a file name has no number, if two files
   *     have the same number, or if a file cannot be read
   */
  public static List<Pose> readFolder(Path folder) throws IOException {
    List<Pose> poses = new ArrayList<>();
    for (Path file : NumberedPoseFiles.inOrder(folder)) {
      poses.add(read(file));
    }
    return List.copyOf(poses);
  }

  /**
   * Parses the people of one frame from a JSON text.
   *
   * @param json the content of a pose file
   * @throws IllegalArgumentException if the text is not valid JSON or does not have the structure
   *     of a pose file; the message names the place and the error
   */
  public static Pose parse(String json) {
    return PoseJsonParser.parse(json);
  }

  /**
   * Writes the people of one frame to a JSON file in UTF-8. An existing file is replaced.
   *
   * @throws IOException if the file cannot be written
   */
  public static void write(Path file, Pose pose) throws IOException {
    Files.writeString(file, format(pose));
  }

  /**
   * Formats the people of one frame as JSON text.
   *
   * @return a JSON text from which {@link #parse} restores a pose that is equal to {@code pose}
   */
  public static String format(Pose pose) {
    StringWriter text = new StringWriter();
    try (JsonGenerator json = JSON.createGenerator(text)) {
      json.writeStartObject();
      json.writeNumberField("version", 1.3);
      json.writeArrayFieldStart(PEOPLE);
      for (PosePerson person : pose.people()) {
        json.writeStartObject();
        json.writeFieldName("person_id");
        json.writeArray(new int[] {-1}, 0, 1);
        writePoints(json, BODY, person.body());
        writePoints(json, FACE, person.face());
        writePoints(json, LEFT_HAND, person.leftHand());
        writePoints(json, RIGHT_HAND, person.rightHand());
        json.writeEndObject();
      }
      json.writeEndArray();
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write JSON to memory", e);
    }
    return text.toString();
  }

  private static void writePoints(JsonGenerator json, String name, List<KeyPoint> points)
      throws IOException {
    double[] numbers = new double[3 * points.size()];
    for (int i = 0; i < points.size(); i++) {
      KeyPoint point = points.get(i).isPresent() ? points.get(i) : KeyPoint.MISSING;
      numbers[3 * i] = point.x();
      numbers[3 * i + 1] = point.y();
      numbers[3 * i + 2] = point.confidence();
    }
    json.writeFieldName(name);
    json.writeArray(numbers, 0, numbers.length);
  }
}
