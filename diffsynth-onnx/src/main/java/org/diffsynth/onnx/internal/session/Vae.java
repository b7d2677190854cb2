package org.diffsynth.onnx.internal.session;

import ai.onnxruntime.OrtException;
import java.io.IOException;
import org.diffsynth.compute.Closer;
import org.diffsynth.diffusion.Latents;
import org.diffsynth.diffusion.VaeTiling;
import org.diffsynth.frame.Frame;
import org.diffsynth.onnx.internal.graph.OnnxSkeleton;
import org.diffsynth.onnx.internal.graph.Port;
import org.diffsynth.spi.ModelDescription;
import org.diffsynth.spi.NotFiniteException;

/** Pictures to latents and back, one picture at a time: memory does not grow with the clip. */
final class Vae implements AutoCloseable {
  private static final int RGB = 3;

  private final ModelDescription model;
  private final VaeHalf encoder;
  private final VaeHalf decoder;

  private Vae(ModelDescription model, VaeHalf encoder, VaeHalf decoder) {
    this.model = model;
    this.encoder = encoder;
    this.decoder = decoder;
  }

  /** What must be known of a VAE before it is opened. */
  record Plan(ModelDescription model, VaeHalf.Plan encoder, VaeHalf.Plan decoder) {

    static Plan of(ModelDescription model, OnnxSkeleton encoder, OnnxSkeleton decoder)
        throws IOException {
      Port moments = Port.bind(encoder, Port.outputs(encoder), "latents", "latent.*", 0, 4);
      long channels = moments.dim(1);
      int needed = model.latentChannels();
      if (channels >= 0 && channels != needed && channels != 2L * needed) {
        throw new IOException(
            String.format(
                "%s: expected %d or %d channels of latents, found %s",
                encoder.file(), needed, 2 * needed, moments));
      }
      Port picture =
          Port.bind(encoder, Port.inputs(encoder), "a picture", "sample|image|pixel.*", 0, 4);
      Port latents = Port.bind(decoder, Port.inputs(decoder), "latents", "latent.*", 0, 4);
      Port decoded = Port.bind(decoder, Port.outputs(decoder), "a picture", "sample|image", 0, 4);
      int factor = model.vaeScaleFactor();
      return new Plan(
          model,
          new VaeHalf.Plan(encoder, picture, moments, RGB, factor, needed, 1),
          new VaeHalf.Plan(decoder, latents, decoded, needed, 1, RGB, factor));
    }

    Vae open(OrtThread thread, Device device, int threads, VaeTiling tiling) {
      int factor = model.vaeScaleFactor();
      try (Closer closer = new Closer()) {
        VaeHalf first = closer.add(new VaeHalf(encoder, thread, device, threads, tiling, factor));
        VaeHalf second = new VaeHalf(decoder, thread, device, threads, tiling, factor);
        closer.keepOpen();
        return new Vae(model, first, second);
      }
    }
  }

  /** The mean of one picture's latents, scaled. */
  Latents encode(Frame frame, int row) throws OrtException {
    int height = frame.height() / model.vaeScaleFactor();
    int width = frame.width() / model.vaeScaleFactor();
    float[] mean = encoder.run(Pictures.planes(frame, 2, -1), height, width);
    for (int i = 0; i < mean.length; i++) {
      mean[i] *= model.scalingFactor();
    }
    checkFinite(mean, "VAE encoder of ", row);
    return Latents.of(1, model.latentChannels(), height, width, mean);
  }

  /** The picture of one frame of latents. */
  Frame decode(Latents latents, int row) throws OrtException {
    float[] samples = latents.slice(row, row + 1).toArray();
    for (int i = 0; i < samples.length; i++) {
      samples[i] /= model.scalingFactor();
    }
    float[] planes = decoder.run(samples, latents.height(), latents.width());
    checkFinite(planes, "VAE decoder of ", row);
    int factor = model.vaeScaleFactor();
    return Pictures.frame(latents.width() * factor, latents.height() * factor, planes);
  }

  private void checkFinite(float[] values, String what, int row) {
    for (float value : values) {
      if (!Float.isFinite(value)) {
        throw new NotFiniteException(what + model.name(), row);
      }
    }
  }

  @Override
  public void close() {
    try (Closer closer = new Closer()) {
      closer.add(encoder);
      closer.add(decoder);
    }
  }
}
