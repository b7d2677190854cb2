package org.diffsynth.app.settings;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.diffsynth.Preset;
import org.diffsynth.deflicker.FramePull;
import org.diffsynth.deflicker.PatchBlending.BlendMode;
import org.diffsynth.frame.FrameSize;

/**
 * All settings that determine the result of a rendering command. A component that is null has the
 * value of the preset, or does not apply to the task.
 *
 * @param task name of the command
 * @param preset the preset whose values fill in for missing ones
 * @param input the input video, and what belongs to it
 * @param model the diffusion model
 * @param guidance text and picture that describe the result
 * @param sampling how the result is denoised
 * @param controlNets ControlNets by name
 * @param deflicker deflickering inside the denoising loop
 * @param output choice of the frames that are rendered, and adjustments of finished frames
 */
public record RenderSettings(
    String task,
    Preset preset,
    Input input,
    Model model,
    Guidance guidance,
    Sampling sampling,
    Map<String, Control> controlNets,
    Deflicker deflicker,
    Output output) {

  /** Replaces missing ControlNets by an empty map. */
  public RenderSettings {
    controlNets = controlNets == null ? Map.of() : controlNets;
  }

  /** Returns a copy of these settings with the given scales of LoRAs by file. */
  public RenderSettings withLoras(Map<String, Double> loras) {
    Model changed =
        new Model(
            model.folder,
            loras,
            model.loraFolder,
            model.embeddings,
            model.clipSkip,
            model.vae,
            model.loopVae,
            model.vaeTile,
            model.attention);
    return new RenderSettings(
        task, preset, input, changed, guidance, sampling, controlNets, deflicker, output);
  }

  /**
   * Returns a copy of these settings with the given texts, each of which may be null.
   *
   * @param source description of the input, for DDIM inversion
   */
  public RenderSettings withPrompts(String prompt, String negativePrompt, String source) {
    Inversion inversion = sampling.start.inversion;
    Start start =
        new Start(
            new Inversion(source, inversion.guidanceScale, inversion.refinement),
            sampling.start.motionWarp);
    Sampling changed =
        new Sampling(
            sampling.steps,
            sampling.strength,
            sampling.scheduler,
            sampling.eta,
            sampling.seed,
            start,
            sampling.framePull);
    return new RenderSettings(
        task,
        preset,
        input,
        model,
        new Guidance(prompt, negativePrompt, guidance.scale, guidance.image),
        changed,
        controlNets,
        deflicker,
        output);
  }

  /**
   * The input video, and what belongs to it.
   *
   * @param video the input video
   * @param cuts text file with the first frames of shots, or "none" for one shot
   * @param reference picture that all frames look at, such as a garment or a style
   * @param references further pictures and clips that all frames look at
   * @param styleState style state of an earlier clip, whose look the result gets
   * @param poses poses of the task fashion
   * @param restoring properties of the input of the task restore
   * @param zBuffer range of distances in the depth input of the task render3d
   * @param frames number of frames of the task generate
   */
  public record Input(
      Path video,
      String cuts,
      Path reference,
      List<String> references,
      Path styleState,
      Poses poses,
      Restoring restoring,
      ZBuffer zBuffer,
      Integer frames) {}

  /**
   * Poses that a person or garment is moved along.
   *
   * @param path folder of OpenPose JSON files, or video of drawn poses
   * @param size size of the pictures in whose pixels the key points are given
   * @param window frames over which key points are smoothed; odd and at least 5, or 1 for none
   */
  public record Poses(Path path, FrameSize size, Integer window) {}

  /**
   * Properties of a video that is restored.
   *
   * @param scale factor of width and height before rendering: 1, 2 or 4
   * @param damage what happened to the video
   */
  public record Restoring(Integer scale, Damage damage) {}

  /**
   * The range of distances in a z-buffer.
   *
   * @param near distance of the near plane, above 0
   * @param far distance of the far plane, above {@code near}
   */
  public record ZBuffer(Double near, Double far) {}

  /**
   * Settings of the diffusion model.
   *
   * @param folder model folder
   * @param loras scales of LoRAs by file
   * @param loraFolder folder of the LoRAs that prompts name
   * @param embeddings textual inversions, each as {@code FILE} or {@code TOKEN=FILE}
   * @param clipSkip text encoder layer to use, counted from the last, which is 1
   * @param vae VAE instead of the model's
   * @param loopVae VAE for deflickering inside the denoising loop
   * @param vaeTile tile side and overlap in pixels, such as {@code "512:128"}, or {@code "0"}
   * @param attention which frames a frame attends to, as users write it
   */
  public record Model(
      Path folder,
      Map<String, Double> loras,
      Path loraFolder,
      List<String> embeddings,
      Integer clipSkip,
      Path vae,
      Path loopVae,
      String vaeTile,
      String attention) {

    /** Replaces missing LoRAs and embeddings by empty collections. */
    public Model {
      loras = loras == null ? Map.of() : loras;
      embeddings = embeddings == null ? List.of() : embeddings;
    }
  }

  /**
   * Description of the content of the result.
   *
   * @param prompt the prompt
   * @param negativePrompt the negative prompt
   * @param scale how strongly the prompt is followed
   * @param image picture beside the prompt, for a model with an IP-Adapter
   */
  public record Guidance(String prompt, String negativePrompt, Double scale, Image image) {}

  /**
   * A picture beside the prompt.
   *
   * @param file the picture, or its embedding
   * @param encoder folder of the image encoder, for a picture
   * @param scale strength of the picture, 0 to 10
   */
  public record Image(Path file, Path encoder, Float scale) {}

  /**
   * Settings of the denoising loop.
   *
   * @param steps number of denoising steps
   * @param strength share of the input that is replaced, in (0, 1]
   * @param scheduler the scheduler
   * @param eta share of new noise in each step of the scheduler TCD, in [0, 1]
   * @param seed seed of the initial noise
   * @param start the latents that denoising starts from, where these are not plain noise
   * @param framePull pull of each frame toward the previous one
   */
  public record Sampling(
      Integer steps,
      Double strength,
      SchedulerName scheduler,
      Double eta,
      Long seed,
      Start start,
      Pull framePull) {}

  /**
   * The latents that denoising starts from, where these are not plain noise.
   *
   * @param inversion start from the inverted input
   * @param motionWarp start from shifted copies of frame 0: columns and rows per frame, such as
   *     {@code "12,12"}
   */
  public record Start(Inversion inversion, String motionWarp) {}

  /**
   * DDIM inversion of the input.
   *
   * @param prompt description of the input
   * @param guidanceScale guidance scale of the inversion
   * @param refinement evaluations of the model per step
   */
  public record Inversion(String prompt, Double guidanceScale, Integer refinement) {}

  /**
   * Settings of one ControlNet.
   *
   * @param folder model folder
   * @param scale conditioning scale, 0 to 10
   * @param part part of the denoising steps in which the ControlNet works, as shares, such as
   *     {@code "0-0.5"}
   * @param video video of the control pictures
   * @param reference control picture that belongs to the reference picture
   */
  public record Control(Path folder, Double scale, String part, Path video, Path reference) {}

  /**
   * Deflickering inside the denoising loop.
   *
   * @param at the steps at which it happens
   * @param mode the blend mode
   * @param window frames on each side that are blended
   * @param contrast contrast inside the loop
   * @param sharpness sharpness inside the loop
   * @param strength share of the deflickered pictures, 0 to 1
   * @param end whether the finished video is deflickered as well
   */
  public record Deflicker(
      DeflickerSteps at,
      BlendMode mode,
      Integer window,
      Float contrast,
      Float sharpness,
      Double strength,
      Boolean end) {

    /** Returns whether a setting says how to deflicker, apart from when. */
    public boolean changesHow() {
      return mode != null
          || window != null
          || contrast != null
          || sharpness != null
          || strength != null
          || at.exceptLast() != null
          || Boolean.TRUE.equals(end);
    }
  }

  /**
   * The steps at which the estimates are deflickered.
   *
   * @param every distance of these steps; 0 never deflickers
   * @param steps single steps, counted from 0
   * @param exceptLast number of last steps that are left out
   */
  public record DeflickerSteps(Integer every, List<Integer> steps, Integer exceptLast) {}

  /**
   * A pull of each frame toward the previous one.
   *
   * @param toward the frame as it is, or carried along the input's motion
   * @param weight step size of the pull
   * @param until share of the steps in which it works
   */
  public record Pull(FramePull.Toward toward, Double weight, Double until) {}

  /**
   * Choice of the frames that are rendered, and adjustments of finished frames.
   *
   * @param size size of the result
   * @param keyframeEvery distance of the frames that are rendered; the others are interpolated
   * @param contrast contrast, 0 to 10; 1 changes nothing
   * @param sharpness sharpness, 0 to 10; 1 changes nothing
   */
  public record Output(FrameSize size, Integer keyframeEvery, Float contrast, Float sharpness) {}
}
