package org.diffsynth.onnx.vision;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;

/**
 * How a model is used as an annotator: what lies in a small JSON file beside the model.
 *
 * <p>The file names a convention, a known export, and says what differs from it; or it names a kind
 * and says everything that is not the default. {@code docs/annotators.md} lists keys and
 * conventions.
 *
 * <pre>{@code
 * {"convention": "depth-anything", "input": {"width": 392, "height": 392}}
 * }</pre>
 *
 * @param kind what the model makes
 * @param model file name of the model, in the folder of the JSON file
 * @param input how a frame becomes the input
 * @param output how the outputs become a picture
 * @param pose what decoding a pose needs; not read for other kinds
 * @param heat how heat maps of hands and faces are read; not read for other kinds
 * @param detector for SimCC: file name of a YOLOX model that finds people, in the same folder;
 *     empty for one person who fills the frame, or boxes that are handed in
 * @param hand for poses: file name of a model of OpenPose's hand network, in the same folder, that
 *     is run for both hands; what describes it lies beside it, or it follows the convention {@code
 *     openpose-hand}. Empty for none
 * @param face for poses: the same for the face, with the convention {@code openpose-face}
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

  /** What a model makes of a picture. */
  public enum Kind {
    /** Inverse depth of unknown scale and shift, or distances. */
    DEPTH,
    /** Grey edges, white on black. */
    SOFT_EDGE,
    /** Lines, white on black. */
    LINE_ART,
    /** Surface normals. */
    NORMAL,
    /** Heat maps and part affinity fields of OpenPose's body network. */
    OPENPOSE,
    /** Scores over columns and rows for each key point of one person: DWPose, RTMPose. */
    SIMCC,
    /** Heat maps of the points of one hand or one face; named by the JSON file of a body model. */
    HEAT_MAPS,
    /** A vector of features; for metrics, no annotator. */
    FEATURES
  }

  /** Name of the file that describes the model of a folder. */
  public static final String FILE_NAME = "annotator.json";

  /** Checks what must be there. */
  public VisionModelSpec {
    Objects.requireNonNull(
        kind, "kind must be given, or a convention that has one: depth, soft_edge, …");
    Objects.requireNonNull(model, "model");
    Objects.requireNonNull(input, "input");
    Objects.requireNonNull(output, "output");
    Objects.requireNonNull(pose, "pose");
    Objects.requireNonNull(heat, "heat");
    Objects.requireNonNull(detector, "detector");
    Objects.requireNonNull(hand, "hand");
    Objects.requireNonNull(face, "face");
    boolean pointing = kind == Kind.OPENPOSE || kind == Kind.SIMCC;
    if (!(hand + face).isEmpty() && !pointing) {
      throw new IllegalArgumentException(
          "hand and face are for openpose and simcc only, were '%s' and '%s'"
              .formatted(hand, face));
    }
    if (!detector.isEmpty() && kind != Kind.SIMCC) {
      throw new IllegalArgumentException("detector is for simcc only, was '" + detector + "'");
    }
    boolean single =
        switch (kind) {
          case DEPTH, NORMAL, FEATURES, HEAT_MAPS -> true;
          case SOFT_EDGE, LINE_ART, OPENPOSE, SIMCC -> false;
        };
    if (single && output.tensors().size() > 1) {
      throw new IllegalArgumentException(
          "output.tensors must name one output, was " + output.tensors());
    }
    if (kind == Kind.SIMCC && input.fit() != InputSpec.Fit.STRETCH) {
      throw new IllegalArgumentException(
          "input.fit must be stretch for simcc, whose boxes have the input's proportions, was "
              + input.fit());
    }
  }

  /**
   * Reads the file that describes a model.
   *
   * @throws IOException if it is missing, no JSON, or has an unknown key or a value out of range,
   *     naming file, key and what is allowed
   */
  public static VisionModelSpec read(Path json) throws IOException {
    return SpecJson.read(json);
  }

  /**
   * A known export by name.
   *
   * @throws IllegalArgumentException if there is none of this name, listing all
   */
  public static VisionModelSpec convention(String name) {
    return SpecJson.convention(name);
  }

  /** The names of all known exports. */
  public static List<String> conventions() {
    return SpecJson.conventions();
  }

  /** The same with another input. */
  public VisionModelSpec withInput(InputSpec newInput) {
    return new VisionModelSpec(kind, model, newInput, output, pose, heat, detector, hand, face);
  }

  /** The same with another output. */
  public VisionModelSpec withOutput(OutputSpec newOutput) {
    return new VisionModelSpec(kind, model, input, newOutput, pose, heat, detector, hand, face);
  }

  /** The same with other settings of poses. */
  public VisionModelSpec withPose(PoseSpec newPose) {
    return new VisionModelSpec(kind, model, input, output, newPose, heat, detector, hand, face);
  }

  /** The same with another detector. */
  public VisionModelSpec withDetector(String newDetector) {
    return new VisionModelSpec(kind, model, input, output, pose, heat, newDetector, hand, face);
  }

  /** The same with networks for hands and face; empty for none. */
  public VisionModelSpec withParts(String newHand, String newFace) {
    return new VisionModelSpec(kind, model, input, output, pose, heat, detector, newHand, newFace);
  }
}
