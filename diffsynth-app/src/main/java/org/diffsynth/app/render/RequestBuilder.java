package org.diffsynth.app.render;

import org.diffsynth.RenderRequest;
import org.diffsynth.app.settings.RenderSettings;
import org.diffsynth.app.settings.RenderSettings.Inversion;
import org.diffsynth.app.settings.RenderSettings.Pull;
import org.diffsynth.app.settings.RenderSettings.Sampling;
import org.diffsynth.app.terminal.UsageException;
import org.diffsynth.deflicker.FramePull;
import org.diffsynth.deflicker.Shots;
import org.diffsynth.diffusion.ClipStart.DdimInversion;
import org.diffsynth.diffusion.ClipStart.MotionWarp;

/** Builds the library's request from settings. */
final class RequestBuilder {

  private RequestBuilder() {}

  /**
   * Builds a render request from settings, without control pictures and reference pictures.
   *
   * @throws UsageException if a value is out of range
   */
  static RenderRequest request(RenderSettings settings) {
    try {
      RenderRequest request =
          RenderRequest.of(settings.guidance().prompt()).withSeed(settings.sampling().seed());
      request = guided(request, settings.guidance());
      request = sampled(request, settings.sampling(), settings.guidance().negativePrompt());
      return settings.output().size() == null
          ? request
          : request.withSize(settings.output().size());
    } catch (IllegalArgumentException e) {
      throw new UsageException(e.getMessage());
    }
  }

  /** Returns a request whose attention and frame pull, if it has one, stay within shots. */
  static RenderRequest withShots(RenderRequest request, Shots shots) {
    return request
        .sampling()
        .framePull()
        .map(pull -> request.withFramePull(pull.withShots(shots)))
        .orElse(request)
        .withShots(shots);
  }

  private static RenderRequest guided(RenderRequest request, RenderSettings.Guidance guidance) {
    RenderRequest result = request;
    if (guidance.negativePrompt() != null) {
      result = result.withNegativePrompt(guidance.negativePrompt());
    }
    return guidance.scale() == null ? result : result.withGuidanceScale(guidance.scale());
  }

  private static RenderRequest sampled(
      RenderRequest request, Sampling sampling, String negativePrompt) {
    RenderRequest result = request;
    if (sampling.steps() != null) {
      result = result.withSteps(sampling.steps());
    }
    if (sampling.strength() != null) {
      result = result.withStrength(sampling.strength());
    }
    UsageException.check(
        sampling.eta() == null || sampling.scheduler() != null, "--eta needs --scheduler TCD");
    if (sampling.scheduler() != null) {
      result = result.withScheduler(sampling.scheduler().scheduler(sampling.eta()));
    }
    if (sampling.start().inversion().prompt() != null) {
      result = result.withStart(inversion(sampling.start().inversion(), negativePrompt));
    }
    if (sampling.start().motionWarp() != null) {
      result = result.withStart(motionWarp(sampling.start().motionWarp()));
    }
    return sampling.framePull().toward() == null
        ? result
        : result.withFramePull(pull(sampling.framePull()));
  }

  private static DdimInversion inversion(Inversion inversion, String negativePrompt) {
    return DdimInversion.of(inversion.prompt())
        .withGuidance(
            inversion.guidanceScale() == null ? 1 : inversion.guidanceScale(),
            negativePrompt == null ? "" : negativePrompt)
        .withRefinement(inversion.refinement() == null ? 1 : inversion.refinement());
  }

  private static MotionWarp motionWarp(String text) {
    String[] parts = text.split(",", -1);
    try {
      if (parts.length == 2) {
        return MotionWarp.of(Double.parseDouble(parts[0]), Double.parseDouble(parts[1]));
      }
    } catch (NumberFormatException e) {
      // The error below covers numbers that cannot be read, too.
    }
    throw new UsageException(
        "--motion-warp must be two numbers like 12,12, but was '" + text + "'");
  }

  private static FramePull pull(Pull pull) {
    FramePull result =
        switch (pull.toward()) {
          case PREVIOUS -> FramePull.toPrevious();
          case REMAPPED_PREVIOUS -> FramePull.toRemappedPrevious();
          case MATCHED_PREVIOUS -> FramePull.toMatchedPrevious();
        };
    if (pull.weight() != null) {
      result = result.withWeight(pull.weight());
    }
    return pull.until() == null ? result : result.withUntil(pull.until());
  }
}
