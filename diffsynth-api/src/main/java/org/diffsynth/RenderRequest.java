package org.diffsynth;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.diffsynth.control.Annotator;
import org.diffsynth.deflicker.FramePull;
import org.diffsynth.deflicker.LatentDeflicker;
import org.diffsynth.deflicker.Shots;
import org.diffsynth.diffusion.ClipStart;
import org.diffsynth.diffusion.Embedding;
import org.diffsynth.diffusion.ImagePrompt;
import org.diffsynth.diffusion.InitialNoise;
import org.diffsynth.diffusion.Scheduler;
import org.diffsynth.diffusion.StepListener;
import org.diffsynth.frame.FrameSize;
import org.diffsynth.frame.Video;
import org.diffsynth.request.Conditioning;
import org.diffsynth.request.Conditioning.ReferencePicture;
import org.diffsynth.request.Conditioning.StackedPoses;
import org.diffsynth.request.Guidance;
import org.diffsynth.request.Sampling;
import org.diffsynth.request.StyleState;

/**
 * A request to a pipeline: prompts, sampling settings and control pictures of one video. Immutable;
 * one request may be rendered by several pipelines, and one pipeline may render many requests
 * without opening its model again.
 *
 * <pre>{@code
 * RenderRequest.of("winter, snow, oil painting").withSteps(30).withSeed(7)
 * }</pre>
 *
 * <p>An empty component stands for the value of the pipeline, which has it from its preset. Prompts
 * are never logged and are not part of {@link #toString}.
 *
 * @param guidance prompts, and how strongly they act
 * @param sampling number of steps, strength, scheduler, noise and start
 * @param conditioning control pictures, reference pictures and poses
 * @param deflicker deflickering inside the loop and at its end; {@link LatentDeflicker#NONE} for
 *     none
 * @param size size of the result in pixels; empty for the size of the input
 * @param listener receives a report after every denoising step, instead of the pipeline's listener
 */
public record RenderRequest(
    Guidance guidance,
    Sampling sampling,
    Conditioning conditioning,
    Optional<LatentDeflicker> deflicker,
    Optional<FrameSize> size,
    Optional<StepListener> listener) {

  /** Checks that no component is null. */
  public RenderRequest {
    Objects.requireNonNull(guidance, "guidance");
    Objects.requireNonNull(sampling, "sampling");
    Objects.requireNonNull(conditioning, "conditioning");
    Objects.requireNonNull(deflicker, "deflicker");
    Objects.requireNonNull(size, "size");
    Objects.requireNonNull(listener, "listener");
  }

  /** Creates a request with this prompt. All other settings use the values of the pipeline. */
  public static RenderRequest of(String prompt) {
    return new RenderRequest(
        Guidance.of(prompt),
        Sampling.DEFAULT,
        Conditioning.NONE,
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }

  // Parts

  /** Returns a copy of this request with the given guidance. */
  public RenderRequest withGuidance(Guidance newGuidance) {
    return new RenderRequest(newGuidance, sampling, conditioning, deflicker, size, listener);
  }

  /** Returns a copy of this request with the given sampling. */
  public RenderRequest withSampling(Sampling newSampling) {
    return new RenderRequest(guidance, newSampling, conditioning, deflicker, size, listener);
  }

  /** Returns a copy of this request with the given conditioning. */
  public RenderRequest withConditioning(Conditioning newConditioning) {
    return new RenderRequest(guidance, sampling, newConditioning, deflicker, size, listener);
  }

  /**
   * Returns a copy of this request that is deflickered as given instead of as the pipeline says;
   * {@link LatentDeflicker#NONE} switches deflickering off.
   */
  public RenderRequest withDeflicker(LatentDeflicker newDeflicker) {
    return new RenderRequest(
        guidance, sampling, conditioning, Optional.of(newDeflicker), size, listener);
  }

  /** Returns a copy of this request whose result has the given size, in pixels. */
  public RenderRequest withSize(FrameSize newSize) {
    return new RenderRequest(
        guidance, sampling, conditioning, deflicker, Optional.of(newSize), listener);
  }

  /** Returns a copy of this request whose result has the given width and height, in pixels. */
  public RenderRequest withSize(int width, int height) {
    return withSize(new FrameSize(width, height));
  }

  /** Returns a copy of this request with the given listener, which is called after every step. */
  public RenderRequest withListener(StepListener newListener) {
    return new RenderRequest(
        guidance, sampling, conditioning, deflicker, size, Optional.of(newListener));
  }

  // Guidance

  /** Returns a copy of this request with the given prompt. */
  public RenderRequest withPrompt(String text) {
    return withGuidance(guidance.withPrompt(text));
  }

  /** Returns a copy of this request with the given negative prompt. */
  public RenderRequest withNegativePrompt(String text) {
    return withGuidance(guidance.withNegativePrompt(text));
  }

  /** Returns a copy of this request with the given guidance scale, in [1, 100]. */
  public RenderRequest withGuidanceScale(double scale) {
    return withGuidance(guidance.withScale(scale));
  }

  /** Returns a copy of this request whose prompt is replaced by an embedding. */
  public RenderRequest withPromptEmbedding(Embedding embedding) {
    return withGuidance(guidance.withPromptEmbedding(embedding));
  }

  /** Returns a copy of this request with pictures that act beside the prompt. */
  public RenderRequest withImagePrompt(ImagePrompt pictures) {
    return withGuidance(guidance.withImagePrompt(pictures));
  }

  // Sampling

  /** Returns a copy of this request with the given number of denoising steps, in [1, 1000]. */
  public RenderRequest withSteps(int count) {
    return withSampling(sampling.withSteps(count));
  }

  /** Returns a copy of this request with the given strength, in (0, 1]. */
  public RenderRequest withStrength(double share) {
    return withSampling(sampling.withStrength(share));
  }

  /** Returns a copy of this request with the given scheduler. */
  public RenderRequest withScheduler(Scheduler scheduler) {
    return withSampling(sampling.withScheduler(scheduler));
  }

  /** Returns a copy of this request that starts from the noise of the given seed. */
  public RenderRequest withSeed(long seed) {
    return withNoise(InitialNoise.seeded(seed));
  }

  /** Returns a copy of this request that starts from the given noise. */
  public RenderRequest withNoise(InitialNoise noise) {
    return withSampling(sampling.withNoise(noise));
  }

  /** Returns a copy of this request that starts from the given latents. */
  public RenderRequest withStart(ClipStart start) {
    return withSampling(sampling.withStart(start));
  }

  /** Returns a copy of this request that pulls every frame toward the previous frame. */
  public RenderRequest withFramePull(FramePull pull) {
    return withSampling(sampling.withFramePull(pull));
  }

  /**
   * Returns a copy of this request with the given shots of the clip, which attention does not
   * cross; by default, cuts are found in the input.
   */
  public RenderRequest withShots(Shots shots) {
    return withSampling(sampling.withShots(shots));
  }

  // Conditioning

  /**
   * Returns a copy of this request in which the settings of one ControlNet are changed.
   *
   * @param name name of the ControlNet in the pipeline
   * @param change computes the new settings from the present ones
   */
  public RenderRequest withControl(String name, UnaryOperator<Conditioning.Control> change) {
    return withConditioning(conditioning.withControl(name, change));
  }

  /**
   * Returns a copy of this request with control pictures for the ControlNet of the given name: as
   * many frames as the input has, or one frame that serves for all.
   */
  public RenderRequest withControlVideo(String name, Video pictures) {
    return withControl(name, control -> control.withVideo(pictures));
  }

  /** Returns a copy of this request with control pictures by the name of their ControlNet. */
  public RenderRequest withControlVideos(Map<String, Video> pictures) {
    RenderRequest result = this;
    for (Map.Entry<String, Video> entry : pictures.entrySet()) {
      result = result.withControlVideo(entry.getKey(), entry.getValue());
    }
    return result;
  }

  /** Returns a copy of this request in which a ControlNet gets its pictures from an annotator. */
  public RenderRequest withAnnotator(String name, Annotator annotator) {
    return withControl(name, control -> control.withAnnotator(annotator));
  }

  /** Returns a copy of this request in which a ControlNet has the given scale, in [0, 10]. */
  public RenderRequest withControlScale(String name, double scale) {
    return withControl(name, control -> control.withScale(scale));
  }

  /**
   * Returns a copy of this request with the given reference pictures, to which all frames attend.
   * References that the pipeline's attention does not name are attended to after the frames that it
   * names.
   */
  public RenderRequest withReferences(List<ReferencePicture> pictures) {
    return withConditioning(conditioning.withReferences(pictures));
  }

  /**
   * Returns a copy of this request whose result looks like the clip of a style state: with the seed
   * of that clip, with its references after those that the request already has, and with its change
   * of colours. Needs a pipeline with attention across frames.
   */
  public RenderRequest withStyle(StyleState style) {
    List<ReferencePicture> all = new ArrayList<>(conditioning.references());
    all.addAll(style.references());
    Conditioning changed = conditioning.withReferences(all);
    return withSeed(style.seed())
        .withConditioning(style.colours().map(changed::withColours).orElse(changed));
  }

  /** Returns a copy of this request with pose maps, for a UNet with input channels for them. */
  public RenderRequest withStackedPoses(StackedPoses poses) {
    return withConditioning(conditioning.withStackedPoses(poses));
  }
}
