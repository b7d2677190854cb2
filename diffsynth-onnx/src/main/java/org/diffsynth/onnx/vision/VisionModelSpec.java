package org.diffsynth.onnx.vision;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.diffsynth.internal.text.Text;

/**
 * Describes a vision model: the kind of its output, the conversion of a frame to its input, and the
 * reading of its outputs. The description is stored in a small JSON file beside the model.
 *
 * <p>The file names a convention, which is the description of a known export, and lists the keys
 * that differ from it. Without a convention, the file names a kind and all keys that differ from
 * the defaults. {@code docs/annotators.md} lists the keys and the conventions.
 *
 * <pre>{@code
 * {"convention": "depth-anything", "input": {"width": 392, "height": 392}}
 * }</pre>
 *
 * @param kind what the model computes
 * @param model file name of the model, in the folder of the JSON file
 * @param input how a frame becomes the input tensor
 * @param output how the output tensors become a picture
 * @param pose settings for decoding poses; ignored for other kinds
 * @param heat settings for decoding the heat maps of hands and faces; ignored for other kinds
 * @param detector for {@link Kind#SIMCC}: file name, in the same folder, of a YOLOX model that
 *     detects people. Without a detector (an empty string), one person fills the frame, or the
 *     caller passes boxes
 * @param hand for poses: file name, in the same folder, of a hand network of OpenPose, which is run
 *     for both hands. A JSON file beside that model describes it; without one, it follows the
 *     convention {@code openpose-hand}. An empty string disables hands
 * @param face for poses: file name, in the same folder, of a face network of OpenPose. A JSON file
 *     beside that model describes it; without one, it follows the convention {@code openpose-face}.
 *     An empty string disables faces
 */
public record VisionModelSpec(
    Kind kind,
    String model,
    InputSpec input,
    OutputSpec output,
    PoseSpec pose,
    HeatMapSpec heat,
    String detector,
    String hand,
    String face) {

  /** Kind of output that a vision model computes from a picture. */
  public enum Kind {
    /** Inverse depth of unknown scale and shift, or distances. */
    DEPTH,
    /** Grey edges, white on black. */
    SOFT_EDGE,
    /** Lines, white on black. */
    LINE_ART,
    /** Surface normals as three components for each pixel. */
    NORMAL,
    /** Heat maps and part affinity fields of the OpenPose body network. */
    OPENPOSE,
    /** Scores of columns and rows for each key point of one person: DWPose, RTMPose. */
    SIMCC,
    /**
     * Heat maps of the key points of one hand or one face; used by the description of a body model.
     */
    HEAT_MAPS,
    /** A feature vector; used by metrics. Such a model is not an annotator. */
    FEATURES
  }

  /** Name of the JSON file that describes the model of a folder. */
  public static final String FILE_NAME = "annotator.json";

  /**
   * Checks that the parts of the description are consistent.
   *
   * @throws IllegalArgumentException if a part does not fit the kind of the model
   */
  public VisionModelSpec {
    Objects.requireNonNull(
        kind, "kind must be given, such as depth or soft_edge, or a convention that implies it");
    Objects.requireNonNull(model, "model");
    Objects.requireNonNull(input, "input");
    Objects.requireNonNull(output, "output");
    Objects.requireNonNull(pose, "pose");
    Objects.requireNonNull(heat, "heat");
    Objects.requireNonNull(detector, "detector");
    Objects.requireNonNull(hand, "hand");
    Objects.requireNonNull(face, "face");
    boolean findsPoses = kind == Kind.OPENPOSE || kind == Kind.SIMCC;
    if (!(hand + face).isEmpty() && !findsPoses) {
      throw new IllegalArgumentException(
          Text.format(
              "hand and face must be empty for kinds other than openpose and simcc, but were '%s' and '%s'",
              hand, face));
    }
    if (!detector.isEmpty() && kind != Kind.SIMCC) {
      throw new IllegalArgumentException(
          "detector must be empty for kinds other than simcc, but was '" + detector + "'");
    }
    boolean hasOneOutput =
        switch (kind) {
          case DEPTH, NORMAL, FEATURES, HEAT_MAPS -> true;
          case SOFT_EDGE, LINE_ART, OPENPOSE, SIMCC -> false;
        };
    if (hasOneOutput && output.tensors().size() > 1) {
      throw new IllegalArgumentException(
          "output.tensors must name one output, but was " + output.tensors());
    }
    if (kind == Kind.SIMCC && input.fit() != InputSpec.Fit.STRETCH) {
      throw new IllegalArgumentException(
          "input.fit must be stretch for simcc, because boxes have the proportions of the input, but was "
              + input.fit());
    }
  }

  /**
   * Reads the description of a model from a JSON file.
   *
   * @throws IOException if the file is missing or is not valid JSON, if it has an unknown key, or
   *     if a value is out of range; the message names the file, the key and the permitted values
   */
  public static VisionModelSpec read(Path json) throws IOException {
    return SpecJson.read(json);
  }

  /**
   * Returns the description of a known export.
   *
   * @param name one of {@link #conventions}
   * @throws IllegalArgumentException if there is no such convention; the message lists all names
   */
  public static VisionModelSpec convention(String name) {
    return SpecJson.convention(name);
  }

  /** Returns the names of all conventions, which are descriptions of known exports. */
  public static List<String> conventions() {
    return SpecJson.conventions();
  }

  /** Returns a copy of this description with the given input. */
  public VisionModelSpec withInput(InputSpec newInput) {
    return new VisionModelSpec(kind, model, newInput, output, pose, heat, detector, hand, face);
  }

  /** Returns a copy of this description with the given output. */
  public VisionModelSpec withOutput(OutputSpec newOutput) {
    return new VisionModelSpec(kind, model, input, newOutput, pose, heat, detector, hand, face);
  }

  /** Returns a copy of this description with the given settings for decoding poses. */
  public VisionModelSpec withPose(PoseSpec newPose) {
    return new VisionModelSpec(kind, model, input, output, newPose, heat, detector, hand, face);
  }

  /**
   * Returns a copy of this description with the given detector of people.
   *
   * @param newDetector file name of the detector; an empty string for none
   */
  public VisionModelSpec withDetector(String newDetector) {
    return new VisionModelSpec(kind, model, input, output, pose, heat, newDetector, hand, face);
  }

  /**
   * Returns a copy of this description with the given networks for hands and faces.
   *
   * @param newHand file name of the hand network; an empty string for none
   * @param newFace file name of the face network; an empty string for none
   */
  public VisionModelSpec withHandAndFace(String newHand, String newFace) {
    return new VisionModelSpec(kind, model, input, output, pose, heat, detector, newHand, newFace);
  }
}
