package org.diffsynth.app.settings;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.diffsynth.Preset;
import org.diffsynth.app.terminal.Versions;
import org.diffsynth.deflicker.BlendMode;
import org.diffsynth.deflicker.FramePull;
import org.diffsynth.frame.VideoFormat;

/**
 * Everything that decides what a command renders, as it is written beside a result and read back by
 * {@code --settings}. What is null is the preset's, or not for this task.
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
@JsonIgnoreProperties({"madeBy", "modelFiles"})
public final class RenderSettings {

  /** Name of the command. */
  public String task;

  public String model;
  public String input;
  public Preset preset;
  public String prompt;
  public String negativePrompt;
  public Integer steps;
  public Double guidanceScale;
  public Double strength;
  public Long seed;
  public Integer width;
  public Integer height;

  /** Scales of LoRAs by file. */
  public Map<String, Double> loras = new LinkedHashMap<>();

  public String attention;
  public Solver scheduler;
  public Integer clipSkip;
  public String vaeTile;
  public Integer deflickerEvery;
  public List<Integer> deflickerSteps;
  public Integer deflickerExceptLast;
  public BlendMode deflickerMode;
  public Integer deflickerWindow;
  public Float deflickerContrast;
  public Float deflickerSharpness;
  public Boolean deflickerEnd;
  public List<Control> controls = new ArrayList<>();
  public Integer keyframeEvery;
  public Float contrast;
  public Float sharpness;

  /** What the input shows, for its inversion. */
  public String sourcePrompt;

  public Double sourceGuidance;
  public Integer inversionRefinement;
  public String motionWarp;
  public FramePull.Toward pull;
  public Double pullWeight;
  public Double pullUntil;
  public String imagePrompt;
  public String imageEncoder;
  public Float imageScale;

  /** The picture that frames look at: a garment, or a style. */
  public String reference;

  public String poses;
  public Integer poseWidth;
  public Integer poseHeight;
  public Integer poseWindow;
  public Integer scale;
  public Damage damage;
  public Double near;
  public Double far;

  /** How a run goes from noise to picture, and what web interfaces call it. */
  public enum Solver {
    /** As diffusers runs it. */
    DDIM("DDIM"),
    /** As the paper's released code: 999, 999 - 1000/steps, and so on; the presets' of tasks. */
    DDIM_PAPER("DDIM"),
    /** As the authors' later library: from 999 to 0, both included. */
    DDIM_AUTHORS("DDIM"),
    EULER("Euler"),
    DPM("DPM++ 2M");

    private final String words;

    Solver(String words) {
      this.words = words;
    }
  }

  /** A ControlNet. */
  public static final class Control {
    public String name;
    public String folder;
    public Double scale;

    /** When it works, as shares of the steps: {@code "0-0.5"}. */
    public String part;

    public String video;

    /** Its picture for the reference. */
    public String reference;
  }

  /** The ControlNet of this name; a new one if there is none yet. */
  public Control control(String name) {
    return controls.stream()
        .filter(control -> control.name.equals(name))
        .findFirst()
        .orElseGet(
            () -> {
              Control control = new Control();
              control.name = name;
              controls.add(control);
              return control;
            });
  }

  private static ObjectMapper mapper() {
    return new ObjectMapper()
        .enable(SerializationFeature.INDENT_OUTPUT)
        .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);
  }

  public static RenderSettings read(Path file) throws IOException {
    try {
      return mapper().readValue(Files.readString(file), RenderSettings.class);
    } catch (JsonProcessingException e) {
      throw new IOException(file + " holds no settings: " + reason(e), e);
    }
  }

  private static String reason(JsonProcessingException failure) {
    if (failure instanceof UnrecognizedPropertyException unknown) {
      return "there is no setting '%s'".formatted(unknown.getPropertyName());
    }
    if (failure instanceof MismatchedInputException mismatch) {
      String key =
          mismatch.getPath().stream()
              .map(JsonMappingException.Reference::getFieldName)
              .filter(Objects::nonNull)
              .collect(Collectors.joining("."));
      return key.isEmpty()
          ? "it must be one JSON object"
          : "'%s' has a value of another kind".formatted(key);
    }
    return "no JSON: " + failure.getOriginalMessage();
  }

  /**
   * Writes the settings, and beside them what made the result.
   *
   * @param modelFiles SHA-256 by file name
   */
  public void write(Path file, Map<String, String> modelFiles) throws IOException {
    ObjectMapper mapper = mapper();
    var json = mapper.valueToTree(this);
    var object = (com.fasterxml.jackson.databind.node.ObjectNode) json;
    object.set("madeBy", mapper.valueToTree(Versions.table()));
    object.set("modelFiles", mapper.valueToTree(modelFiles));
    Files.writeString(file, mapper.writeValueAsString(object) + System.lineSeparator());
  }

  /**
   * The settings as pictures carry them: under {@code parameters} in the words of web interfaces,
   * so that their readers show them, and under {@code diffsynth} as JSON for {@code --settings}.
   */
  public Map<String, String> texts(VideoFormat result) throws IOException {
    StringBuilder words = new StringBuilder(prompt);
    if (negativePrompt != null) {
      words.append("\nNegative prompt: ").append(negativePrompt);
    }
    words
        .append("\nSteps: ")
        .append(steps == null ? preset.sampling().steps().orElseThrow() : steps)
        .append(", Sampler: ")
        .append((scheduler == null ? Solver.DDIM : scheduler).words)
        .append(", CFG scale: ")
        .append(guidanceScale == null ? preset.guidanceScale() : guidanceScale)
        .append(", Seed: ")
        .append(seed)
        .append(", Size: ")
        .append(result.size())
        .append(", Model: ")
        .append(Path.of(model).getFileName())
        .append(", Denoising strength: ")
        .append(strength == null ? preset.sampling().strength().orElseThrow() : strength);
    return Map.of("parameters", words.toString(), "diffsynth", mapper().writeValueAsString(this));
  }
}
