package org.diffsynth.app;

import java.io.IOException;
import java.util.List;
import java.util.function.UnaryOperator;
import org.diffsynth.Pipeline;
import org.diffsynth.Preset;
import org.diffsynth.RenderRequest;
import org.diffsynth.deflicker.Deflicker;
import org.diffsynth.deflicker.FlowBlending;
import org.diffsynth.deflicker.FramePull;
import org.diffsynth.deflicker.LatentDeflicker;
import org.diffsynth.deflicker.PatchBlending;
import org.diffsynth.diffusion.ClipStart;
import org.diffsynth.diffusion.CrossFrameAttention;
import org.diffsynth.frame.FrameSize;
import org.diffsynth.frame.Monitor;
import org.diffsynth.frame.Video;

/**
 * One way to render a clip, to be compared with others on the same input, prompt and seed.
 *
 * @param name name in the table
 * @param attention which frames a frame attends to
 * @param deflicker deflickering inside the denoising loop and at its end
 * @param change change of the request
 * @param after deflickering of the finished frames
 */
record RenderMethod(
    String name,
    CrossFrameAttention attention,
    LatentDeflicker deflicker,
    UnaryOperator<RenderRequest> change,
    Deflicker after) {

  private static final int WINDOW = 15;

  private static RenderMethod of(String name) {
    return new RenderMethod(
        name,
        CrossFrameAttention.NONE,
        LatentDeflicker.NONE,
        UnaryOperator.identity(),
        Deflicker.UNCHANGED);
  }

  private RenderMethod with(CrossFrameAttention newAttention) {
    return new RenderMethod(name, newAttention, deflicker, change, after);
  }

  private RenderMethod inLoop(LatentDeflicker newDeflicker) {
    return new RenderMethod(
        name, CrossFrameAttention.FIRST_AND_PREVIOUS, newDeflicker, change, after);
  }

  private RenderMethod with(UnaryOperator<RenderRequest> newChange) {
    return new RenderMethod(name, attention, deflicker, newChange, after);
  }

  private RenderMethod then(Deflicker newAfter) {
    return new RenderMethod(name, attention, deflicker, change, newAfter);
  }

  /**
   * Returns the methods of the comparison; the first one is frame by frame.
   *
   * @param frames number of frames of the clip
   * @param size size of the clip in pixels
   * @param seed seed of the noise
   */
  static List<RenderMethod> all(int frames, FrameSize size, long seed) {
    PatchBlending sharp = PatchBlending.sharp(WINDOW);
    LatentDeflicker.Pass sharpPass = LatentDeflicker.Pass.of(sharp);
    return List.of(
        of("frame by frame, a noise of its own for each")
            .with(
                request ->
                    request.withNoise(QuickstartRenders.noiseOfEachFrame(frames, size, seed))),
        of("shared noise"),
        of("shared noise, attention to the first frame (Text2Video-Zero)")
            .with(CrossFrameAttention.FIRST_FRAME),
        of("attention and pull toward the previous frame (Pix2Video)")
            .with(CrossFrameAttention.FIRST_AND_PREVIOUS)
            .with(request -> request.withFramePull(FramePull.toPrevious())),
        of("inverted input (first part of FateZero)")
            .with(CrossFrameAttention.FIRST_AND_PREVIOUS)
            .with(request -> request.withStart(ClipStart.DdimInversion.of("a video frame"))),
        of("shared noise, then an average along optical flow").then(FlowBlending.of(WINDOW)),
        of("shared noise, then FastBlend's average (`BALANCED`)")
            .then(PatchBlending.balanced(WINDOW)),
        of("shared noise, then `SHARP`").then(sharp),
        of("in the loop, the paper's settings (`TEXT_GUIDED_STYLIZATION`)")
            .inLoop(Preset.TEXT_GUIDED_STYLIZATION.deflicker()),
        of("in the loop every 2nd step, `FAST`")
            .inLoop(LatentDeflicker.every(2).then(PatchBlending.fast(WINDOW))),
        of("in the loop every 2nd step, `SHARP`").inLoop(LatentDeflicker.every(2).then(sharp)),
        of("in the loop every 2nd step and at the end, `SHARP`")
            .inLoop(LatentDeflicker.every(2).then(sharp).withFinalPass(sharpPass)),
        of("in the loop every step and at the end, `SHARP`")
            .inLoop(LatentDeflicker.every(1).then(sharp).withFinalPass(sharpPass)),
        of("as `quickstart`: in the loop in early steps and at the end, `SHARP`")
            .inLoop(QuickstartRenders.DEFLICKER));
  }

  /** Renders a clip with the model inside the app. */
  Video render(Video input, RenderRequest request, Monitor monitor) throws IOException {
    try (Pipeline pipeline =
        Pipeline.builder(Preset.PLAIN)
            .crossFrameAttention(attention)
            .deflicker(deflicker)
            .build()) {
      Video rendered = pipeline.render(input, change.apply(request), monitor);
      return after == Deflicker.UNCHANGED ? rendered : after.apply(input, rendered, monitor);
    }
  }
}
