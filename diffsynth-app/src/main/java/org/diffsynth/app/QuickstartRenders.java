package org.diffsynth.app;

import java.io.IOException;
import org.diffsynth.Pipeline;
import org.diffsynth.Preset;
import org.diffsynth.RenderRequest;
import org.diffsynth.deflicker.LatentDeflicker;
import org.diffsynth.deflicker.PatchBlending;
import org.diffsynth.diffusion.CrossFrameAttention;
import org.diffsynth.diffusion.InitialNoise;
import org.diffsynth.frame.FrameSize;
import org.diffsynth.frame.Monitor;
import org.diffsynth.frame.Video;

/** The two renderings that {@code diffsynth quickstart} compares, with the model inside the app. */
final class QuickstartRenders {

  static final String DEFAULT_PROMPT = "oil painting, bold brushwork";
  static final FrameSize USUAL_SIZE = new FrameSize(384, 256);

  /** The last steps are left alone, because there the model draws the detail. */
  static final LatentDeflicker DEFLICKER =
      LatentDeflicker.every(2)
          .withSkipLast(5)
          .then(PatchBlending.sharp(15))
          .withFinalPass(LatentDeflicker.Pass.of(PatchBlending.sharp(15)));

  private static final int STEPS = 10;
  private static final double STRENGTH = 0.8;
  private static final int MULTIPLE = 8;
  private static final int LATENT_CHANNELS = 4;

  private final Video input;
  private final long seed;
  private final RenderRequest request;

  /**
   * Prepares the renderings.
   *
   * @param input frames to render, with sides that are multiples of 8
   */
  QuickstartRenders(Video input, String prompt, long seed) {
    this.input = input;
    this.seed = seed;
    this.request = request(prompt, seed);
  }

  /** Returns the request that suits the model. */
  static RenderRequest request(String prompt, long seed) {
    return RenderRequest.of(prompt).withSteps(STEPS).withStrength(STRENGTH).withSeed(seed);
  }

  /** Returns a noise of its own for every frame of a clip. */
  static InitialNoise noiseOfEachFrame(int frames, FrameSize size, long seed) {
    return InitialNoise.perFrame(
        InitialNoise.seeded(seed)
            .independentFrames(
                frames, LATENT_CHANNELS, size.height() / MULTIPLE, size.width() / MULTIPLE));
  }

  /** Returns the size of the result for an input: its shape, and about as many pixels as usual. */
  static FrameSize usualSize(FrameSize size) {
    double scale = Math.sqrt((double) USUAL_SIZE.pixels() / size.pixels());
    return new FrameSize(rounded(size.width() * scale), rounded(size.height() * scale));
  }

  private static int rounded(double side) {
    return Math.max(64, (int) Math.round(side / MULTIPLE) * MULTIPLE);
  }

  /** Renders every frame by itself, with a noise of its own. */
  Video plain(Monitor monitor) throws IOException {
    FrameSize size = input.format().size();
    InitialNoise noise = noiseOfEachFrame(input.size(), size, seed);
    try (Pipeline pipeline = Pipeline.builder(Preset.PLAIN).build()) {
      return pipeline.render(input, request.withNoise(noise), monitor);
    }
  }

  /** Renders the clip with everything that keeps it steady. */
  Video steady(Monitor monitor) throws IOException {
    try (Pipeline pipeline =
        Pipeline.builder(Preset.PLAIN)
            .crossFrameAttention(CrossFrameAttention.FIRST_AND_PREVIOUS)
            .deflicker(DEFLICKER)
            .build()) {
      return pipeline.render(input, request, monitor);
    }
  }

  /** Describes the settings of {@link #steady}. */
  String describeSteady() {
    return "one noise for all frames; attention to the first and the previous frame; deflickered in"
        + " every second step but the last five, and at the end (SHARP, window 15)";
  }
}
