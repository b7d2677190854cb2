package org.diffsynth.onnx.internal.vae;

import ai.onnxruntime.OrtException;
import java.io.IOException;
import org.diffsynth.compute.Closer;
import org.diffsynth.diffusion.Latents;
import org.diffsynth.diffusion.VaeTiling;
import org.diffsynth.frame.Frame;
import org.diffsynth.onnx.internal.graph.OnnxSkeleton;
import org.diffsynth.onnx.internal.graph.TensorSpec;
import org.diffsynth.onnx.internal.runtime.Device;
import org.diffsynth.onnx.internal.runtime.OrtThread;
import org.diffsynth.onnx.internal.runtime.RgbPlanes;
import org.diffsynth.spi.ModelDescription;
import org.diffsynth.spi.NotFiniteException;

/** Pictures to latents and back, one picture at a time: memory does not grow with the clip. */
public final class Vae implements AutoCloseable {
  private static final int RGB = 3;

  private final ModelDescription model;
  private final VaeCoder encoder;
  private final VaeCoder decoder;

  private Vae(ModelDescription model, VaeCoder encoder, VaeCoder decoder) {
    this.model = model;
    this.encoder = encoder;
    this.decoder = decoder;
  }

  /** What must be known of a VAE before it is opened. */
  public record Binding(
      ModelDescription model, VaeCoder.Binding encoder, VaeCoder.Binding decoder) {

    public static Binding of(ModelDescription model, OnnxSkeleton encoder, OnnxSkeleton decoder)
        throws IOException {
      TensorSpec moments =
          TensorSpec.bind(encoder, TensorSpec.outputs(encoder), "latents", "latent.*", 0, 4);
      long channels = moments.dim(1);
      int needed = model.latentChannels();
      if (channels >= 0 && channels != needed && channels != 2L * needed) {
        throw new IOException(
            String.format(
                "%s: expected %d or %d channels of latents, found %s",
                encoder.file(), needed, 2 * needed, moments));
      }
      TensorSpec picture =
          TensorSpec.bind(
              encoder, TensorSpec.inputs(encoder), "a picture", "sample|image|pixel.*", 0, 4);
      TensorSpec latents =
          TensorSpec.bind(decoder, TensorSpec.inputs(decoder), "latents", "latent.*", 0, 4);
      TensorSpec decoded =
          TensorSpec.bind(decoder, TensorSpec.outputs(decoder), "a picture", "sample|image", 0, 4);
      int factor = model.vaeScaleFactor();
      return new Binding(
          model,
          new VaeCoder.Binding(encoder, picture, moments, RGB, factor, needed, 1),
          new VaeCoder.Binding(decoder, latents, decoded, needed, 1, RGB, factor));
    }

    public Vae open(OrtThread thread, Device device, int threads, VaeTiling tiling) {
      int factor = model.vaeScaleFactor();
      try (Closer closer = new Closer()) {
        VaeCoder first = closer.add(new VaeCoder(encoder, thread, device, threads, tiling, factor));
        VaeCoder second = new VaeCoder(decoder, thread, device, threads, tiling, factor);
        closer.keepOpen();
        return new Vae(model, first, second);
      }
    }
  }

  /** The mean of one picture's latents, scaled. */
  public Latents encode(Frame frame, int row) throws OrtException {
    int height = frame.height() / model.vaeScaleFactor();
    int width = frame.width() / model.vaeScaleFactor();
    float[] mean = encoder.run(RgbPlanes.planes(frame, 2, -1), height, width);
    for (int i = 0; i < mean.length; i++) {
      mean[i] *= model.scalingFactor();
    }
    checkFinite(mean, "VAE encoder of ", row);
    return Latents.of(1, model.latentChannels(), height, width, mean);
  }

  /** The picture of one frame of latents. */
  public Frame decode(Latents latents, int row) throws OrtException {
    float[] samples = latents.slice(row, row + 1).toArray();
    for (int i = 0; i < samples.length; i++) {
      samples[i] /= model.scalingFactor();
    }
    float[] planes = decoder.run(samples, latents.height(), latents.width());
    checkFinite(planes, "VAE decoder of ", row);
    int factor = model.vaeScaleFactor();
    return RgbPlanes.frame(latents.width() * factor, latents.height() * factor, planes);
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
