package org.diffsynth.request;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.UnaryOperator;
import org.diffsynth.control.Annotator;
import org.diffsynth.control.ControlNet;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.Video;
import org.diffsynth.request.StyleState.ColourChange;

/**
 * Conditions that the result follows besides the prompt: control pictures, reference pictures and
 * poses.
 *
 * @param controls settings for this request by the name of a ControlNet of the pipeline; default
 *     empty
 * @param references finished pictures from outside the clip that all frames attend to, beside the
 *     frames that the pipeline's attention names; default empty
 * @param stackedPoses pose maps, for a UNet with input channels for them; default empty
 * @param colours colour change that the finished clip is given, as in an example; default empty,
 *     colours stay as the model makes them
 */
public record Conditioning(
    Map<String, Control> controls,
    List<ReferencePicture> references,
    Optional<StackedPoses> stackedPoses,
    Optional<ColourChange> colours) {

  /** The pipeline's ControlNets as they are, no reference pictures and no poses. */
  public static final Conditioning NONE =
      new Conditioning(Map.of(), List.of(), Optional.empty(), Optional.empty());

  /** Creates a {@code Conditioning} with immutable copies of the given collections. */
  public Conditioning {
    controls = Map.copyOf(controls);
    references = List.copyOf(references);
    Objects.requireNonNull(stackedPoses, "stackedPoses");
    Objects.requireNonNull(colours, "colours");
  }

  /**
   * Settings of one ControlNet for one request. An empty component stands for the value that the
   * ControlNet has in the pipeline.
   *
   * @param video control pictures, used instead of those of an annotator: as many frames as the
   *     input has, or one frame that serves for all, such as a style picture for shuffle
   * @param annotator makes the control pictures from the input video
   * @param scale conditioning scale, in [0, 10]; must be 0 for a ControlNet that the pipeline has
   *     opened with scale 0
   */
  public record Control(
      Optional<Video> video, Optional<Annotator> annotator, OptionalDouble scale) {

    /** The settings that the ControlNet has in the pipeline. */
    public static final Control DEFAULT =
        new Control(Optional.empty(), Optional.empty(), OptionalDouble.empty());

    private static final double MAX_SCALE = 10;

    /**
     * Creates a {@code Control} from its components.
     *
     * @throws IllegalArgumentException if a component is outside its documented range
     */
    public Control {
      Objects.requireNonNull(video, "video");
      Objects.requireNonNull(annotator, "annotator");
      if (scale.isPresent() && !(scale.getAsDouble() >= 0 && scale.getAsDouble() <= MAX_SCALE)) {
        throw new IllegalArgumentException(
            "scale must be in [0, 10], but was " + scale.getAsDouble());
      }
    }

    /** Returns a copy of these settings with the given control pictures. */
    public Control withVideo(Video pictures) {
      return new Control(Optional.of(pictures), annotator, scale);
    }

    /** Returns a copy of these settings with the given annotator. */
    public Control withAnnotator(Annotator newAnnotator) {
      return new Control(video, Optional.of(newAnnotator), scale);
    }

    /** Returns a copy of these settings with the given conditioning scale, in [0, 10]. */
    public Control withScale(double newScale) {
      return new Control(video, annotator, OptionalDouble.of(newScale));
    }

    /** Returns a copy of {@code net} with the annotator and the scale of these settings. */
    public ControlNet applyTo(ControlNet net) {
      ControlNet result = annotator.map(net::withAnnotator).orElse(net);
      return scale.isPresent() ? result.withScale((float) scale.getAsDouble()) : result;
    }
  }

  /**
   * A finished picture from outside the clip that frames of the clip attend to: a garment, or a
   * frame of another clip whose style shall be kept.
   *
   * @param picture the picture; scaled to the working size
   * @param controlPictures control pictures of the reference by the name of their ControlNet, used
   *     instead of those that the ControlNet's annotator would make
   */
  public record ReferencePicture(Frame picture, Map<String, Frame> controlPictures) {

    /** Creates a {@code ReferencePicture} with immutable copies of the given collections. */
    public ReferencePicture {
      Objects.requireNonNull(picture, "picture");
      controlPictures = Map.copyOf(controlPictures);
    }

    /** Creates a reference whose control pictures are made by annotators. */
    public static ReferencePicture of(Frame picture) {
      return new ReferencePicture(picture, Map.of());
    }
  }

  /**
   * Control by poses as in DreamPose, for a UNet that was trained with ten input channels beside
   * the latents: two channels of the pose maps of five frames, from two frames before to two frames
   * after.
   *
   * <p>The prediction is guided by two scales, which makes a step half as expensive again:
   *
   * <pre>
   * ε = ε₀ + s₁·(ε₁ − ε₀) + s₂·(ε₂ − ε₁)
   * </pre>
   *
   * <p>where ε₀ is predicted for the negative prompt without poses, ε₁ for the prompt without poses
   * (zeros), and ε₂ for the prompt with poses. s₁ is the guidance scale of the request; at 1, ε₀ is
   * not evaluated. The paper calls the two scales s_I and s_p.
   *
   * <p>A map is a picture whose red and green samples are the two channels, such as U and V of
   * DensePose, in [0, 1]; the UNet sees 2·v − 1. Maps are scaled to the working size, then one
   * pixel per latent pixel is read. At the ends of the clip, a missing neighbor is replaced by the
   * frame itself, as released. Reference pictures have no pose. DreamPose also replaces the prompt
   * by an embedding of a picture: {@code RenderRequest.withPromptEmbedding}.
   *
   * @param maps one map for each frame of the clip
   * @param scale s₂, in [0, 100]; released 3, together with s₁ = 8. Larger values follow the poses
   *     more closely
   * @see <a href="https://arxiv.org/abs/2304.06025">Karras et al. 2023, DreamPose, sections 4.2 and
   *     4.4</a>
   */
  public record StackedPoses(Video maps, double scale) {

    private static final double MAX_SCALE = 100;

    /**
     * Creates a {@code StackedPoses} from its components.
     *
     * @throws IllegalArgumentException if a component is outside its documented range
     */
    public StackedPoses {
      Objects.requireNonNull(maps, "maps");
      if (!(scale >= 0 && scale <= MAX_SCALE)) {
        throw new IllegalArgumentException("scale must be in [0, 100], but was " + scale);
      }
    }

    /** Creates stacked poses with the released scale of 3. */
    public static StackedPoses of(Video maps) {
      return new StackedPoses(maps, 3);
    }

    /** Returns a copy of these poses with the given scale, in [0, 100]. */
    public StackedPoses withScale(double newScale) {
      return new StackedPoses(maps, newScale);
    }
  }

  /** Returns a copy of this conditioning in which the settings of one ControlNet are changed. */
  public Conditioning withControl(String name, UnaryOperator<Control> change) {
    Map<String, Control> changed = new HashMap<>(controls);
    changed.put(name, change.apply(controls.getOrDefault(name, Control.DEFAULT)));
    return new Conditioning(changed, references, stackedPoses, colours);
  }

  /** Returns a copy of this conditioning with the given reference pictures. */
  public Conditioning withReferences(List<ReferencePicture> pictures) {
    return new Conditioning(controls, pictures, stackedPoses, colours);
  }

  /** Returns a copy of this conditioning with the given pose maps. */
  public Conditioning withStackedPoses(StackedPoses poses) {
    return new Conditioning(controls, references, Optional.of(poses), colours);
  }

  /** Returns a copy of this conditioning whose result gets the given colour change. */
  public Conditioning withColours(ColourChange change) {
    return new Conditioning(controls, references, stackedPoses, Optional.of(change));
  }
}
