package org.diffsynth.app.render;

import org.diffsynth.app.options.FrameSizeConverter;
import org.diffsynth.app.settings.SchedulerName;
import org.diffsynth.app.settings.Setting;
import org.diffsynth.frame.FrameSize;
import picocli.CommandLine.Option;

/** Command-line options for the content of the result and for denoising. */
final class SamplingOptions {

  @Setting("guidance.prompt")
  @Option(
      names = "--prompt",
      order = 1,
      paramLabel = "TEXT",
      description =
          "What the result shows, in the notation of web interfaces: (word:1.2) gives a word more"
              + " weight, BREAK starts a new block, [cat:dog:0.5] and [cat|dog] change from step to"
              + " step, <lora:NAME:0.8> needs --lora-dir. Default:"
              + " ${bundle:preset.prompt}.")
  private String prompt;

  @Setting("guidance.negativePrompt")
  @Option(
      names = "--negative-prompt",
      order = 2,
      paramLabel = "TEXT",
      description = "What the result must not show. Default: nothing.")
  private String negativePrompt;

  @Setting("sampling.steps")
  @Option(
      names = "--steps",
      order = 3,
      paramLabel = "N",
      description =
          "Denoising steps, 1 to 1000; 10 to 30 is typical, and time grows with the number. Default:"
              + " ${bundle:preset.steps}.")
  private Integer steps;

  @Setting("guidance.scale")
  @Option(
      names = "--guidance-scale",
      order = 4,
      paramLabel = "X",
      description =
          "How strongly the prompt is followed, 1 to 100; 5 to 10 is typical. At 1 the negative"
              + " prompt is ignored, and the time is halved. Default:"
              + " ${bundle:preset.guidanceScale}.")
  private Double guidanceScale;

  @Setting("sampling.strength")
  @Option(
      names = "--strength",
      order = 5,
      paramLabel = "X",
      description =
          "Share of the input that is replaced, above 0 to 1; 1 keeps nothing of it except what"
              + " ControlNets see. Default: ${bundle:preset.strength}.")
  private Double strength;

  @Setting("sampling.seed")
  @Option(
      names = "--seed",
      order = 6,
      paramLabel = "N",
      defaultValue = "0",
      description =
          "Seed of the noise that all frames share; another seed gives another result. Default:"
              + " ${DEFAULT-VALUE}.")
  private Long seed;

  @Setting("output.size")
  @Option(
      names = "--size",
      order = 7,
      paramLabel = "WxH",
      converter = FrameSizeConverter.class,
      description =
          "Size of the result in pixels, such as 768x512; models want multiples of 64. Default: the"
              + " size of the input.")
  private FrameSize size;

  @Setting("sampling.scheduler")
  @Option(
      names = "--scheduler",
      order = 8,
      paramLabel = "NAME",
      description =
          "${COMPLETION-CANDIDATES}. LCM and TCD are for models and LoRAs that were distilled for"
              + " them, with 4 to 8 steps and guidance scale 1. Default: ${bundle:preset.scheduler}.")
  private SchedulerName scheduler;

  @Setting("sampling.eta")
  @Option(
      names = "--eta",
      order = 9,
      paramLabel = "X",
      description =
          "Share of new noise in each step of the scheduler TCD, 0 to 1; less is softer. Default:"
              + " 0.3.")
  private Double eta;

  @Option(
      names = "--fast",
      order = 10,
      description =
          "Few steps: 8 steps (4 for a model or LoRA that was distilled for few steps), guidance"
              + " scale 1, the scheduler that the model needs, and --attention first_and_previous."
              + " Settings that are given stay as they are. Default: the preset's quality.")
  boolean fast;

  @Option(
      names = "--preview",
      order = 11,
      paramLabel = "N",
      description =
          "Render the first N frames only, to see the result sooner. Default: all frames.")
  Integer preview;

  @Option(
      names = "--plan",
      order = 12,
      description =
          "Measure one model call, print the expected time, memory and disk space and what would"
              + " save time, and stop. Default: print this for long renders, and render.")
  boolean plan;
}
