package org.diffsynth.samples;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.diffsynth.Pipeline;
import org.diffsynth.RenderRequest;
import org.diffsynth.compute.Availability;
import org.diffsynth.diffusion.*;
import org.diffsynth.frame.*;
import org.diffsynth.spi.*;
import org.diffsynth.video.VideoFiles;
import org.diffsynth.video.VideoSettings;

/**
 * A backend of one's own: a "model" without weights that lays a mosaic.
 *
 * <p>Run: {@code samples/run OwnBackend input.mp4 mosaic.mp4}
 */
public final class OwnBackend {

  /** Runs the sample; arguments in this order: input video, output. */
  public static void main(String[] arguments) throws IOException {
    if (arguments.length != 2) {
      System.err.println("usage: samples/run OwnBackend input.mp4 mosaic.mp4");
      return;
    }
    try (Pipeline pipeline =
            Pipeline.builder().model(Path.of("none")).provider(new Provider()).build();
        FrameSource input = VideoFiles.open(Path.of(arguments[0]))) {
      RenderRequest request = RenderRequest.of("").withSteps(10).withStrength(0.3);
      VideoFiles.write(
          Path.of(arguments[1]),
          VideoSettings.DEFAULT.withFrameRate(input.format().frameRate()),
          mosaic -> pipeline.render(input, request, mosaic, Monitor.NONE));
    }
  }

  // README: own backend
  record Provider() implements DiffusionBackendProvider {
    public String name() {
      return "paint";
    }

    public Availability probe() {
      return new Availability.Ready("cpu", 1);
    }

    public DiffusionBackend open(DiffusionSettings settings) {
      return new Painter();
    }
  }

  /** Latents are the pixels themselves, in [-1, 1], channel by channel. */
  record Painter() implements DiffusionBackend {
    public ModelDescription model() {
      return new ModelDescription(
          "paint", 3, 1, 8, 1, NoiseSchedule.STABLE_DIFFUSION, Prediction.Type.EPSILON);
    }

    public List<Embedding> encodeText(List<String> prompts) {
      return prompts.stream().map(prompt -> Embedding.zeros(1, 1)).toList();
    }

    public Latents encode(List<Frame> frames, Monitor monitor) {
      return Latents.concat(frames.stream().map(Painter::toLatents).toList());
    }

    private static Latents toLatents(Frame frame) {
      float[] rgb = frame.toFloat();
      float[] planes = new float[rgb.length];
      for (int i = 0; i < rgb.length; i++)
        planes[i % 3 * (rgb.length / 3) + i / 3] = 2 * rgb[i] - 1;
      return Latents.of(1, 3, frame.height(), frame.width(), planes);
    }

    public List<Frame> decode(Latents latents, Monitor monitor) {
      return java.util.stream.IntStream.range(0, latents.frames())
          .mapToObj(
              f -> {
                float[] planes = latents.select(f).toArray();
                float[] rgb = new float[planes.length];
                for (int i = 0; i < rgb.length; i++)
                  rgb[i] = (planes[i % 3 * (rgb.length / 3) + i / 3] + 1) / 2;
                return Frame.ofFloat(latents.width(), latents.height(), rgb);
              })
          .toList();
    }

    /** Believes that the picture is a mosaic of few colours, and returns the noise over it. */
    public Latents predict(UnetInput input, Monitor monitor) {
      Latents noisy = input.sample().repeat(input.conditionings().size());
      NoiseLevel level = model().noiseSchedule().at(Math.round(input.timestep()));
      float[] pixels = noisy.toArray();
      float[] means = new float[pixels.length];
      for (int i = 0; i < pixels.length; i++)
        means[corner(i, noisy)] += pixels[i] / (64 * (float) level.signalRate());
      for (int i = 0; i < pixels.length; i++)
        pixels[i] = Math.max(-1, Math.min(1, Math.round(means[corner(i, noisy)])));
      return level.returnToTimestep(
          noisy, Latents.of(noisy.frames(), 3, noisy.height(), noisy.width(), pixels));
    }

    /** Returns the index of the upper left pixel of the tile of 8 by 8 pixels. */
    private static int corner(int i, Latents latents) {
      int width = latents.width();
      return i - i % width % 8 - i / width % latents.height() % 8 * width;
    }

    public int rowsPerCall(int width, int height, int conditionings) {
      return 8;
    }

    public void close() {}
  }
  // README: end
}
