package org.diffsynth.onnx.internal.vae;

import ai.onnxruntime.OrtException;
import java.io.IOException;
import org.diffsynth.compute.Closer;
import org.diffsynth.diffusion.Latents;
import org.diffsynth.diffusion.VaeTiling;
import org.diffsynth.frame.Frame;
import org.diffsynth.internal.text.Text;
import org.diffsynth.onnx.internal.graph.OnnxSkeleton;
import org.diffsynth.onnx.internal.graph.TensorSpec;
import org.diffsynth.onnx.internal.runtime.RgbPlanes;
import org.diffsynth.onnx.internal.runtime.SessionFactory;
import org.diffsynth.spi.ModelDescription;
import org.diffsynth.spi.NotFiniteException;

/**
 * A VAE: encodes images to latents and decodes latents to images, one image at a time, so that its
 * memory does not grow with the length of a clip.
 */
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

  /**
   * Inputs and outputs of a VAE that is not open yet.
   *
   * @param model channels, scale factor and scaling of the latents
   * @param encoder encoder, which may return mean and log-variance; only the mean is used
   * @param decoder decoder
   */
  public record Binding(
      ModelDescription model, VaeCoder.Binding encoder, VaeCoder.Binding decoder) {

    /**
     * Finds the inputs and outputs of the VAE encoder and decoder.
     *
     * @throws IOException if an input or output is missing or has other dimensions than expected
     */
    public static Binding of(ModelDescription model, OnnxSkeleton encoder, OnnxSkeleton decoder)
        throws IOException {
      TensorSpec moments =
          TensorSpec.bind(encoder, TensorSpec.outputs(encoder), "latents", "latent.*", 0, 4);
      long channels = moments.dim(1);
      int needed = model.latentChannels();
      if (channels >= 0 && channels != needed && channels != 2L * needed) {
        throw new IOException(
            Text.format(
                "%s: expected %d or %d channels of latents, found %s",
                encoder.file(), needed, 2 * needed, moments));
      }
      TensorSpec image =
          TensorSpec.bind(
              encoder, TensorSpec.inputs(encoder), "an image", "sample|image|pixel.*", 0, 4);
      TensorSpec latents =
          TensorSpec.bind(decoder, TensorSpec.inputs(decoder), "latents", "latent.*", 0, 4);
      TensorSpec decoded =
          TensorSpec.bind(decoder, TensorSpec.outputs(decoder), "an image", "sample|image", 0, 4);
      int factor = model.vaeScaleFactor();
      return new Binding(
          model,
          new VaeCoder.Binding(encoder, image, moments, RGB, factor, needed, 1),
          new VaeCoder.Binding(decoder, latents, decoded, needed, 1, RGB, factor));
    }

    /**
     * Opens encoder and decoder.
     *
     * @param tiling which images go through the VAE in tiles
     * @return the VAE; the caller closes it
     */
    public Vae open(SessionFactory sessions, VaeTiling tiling) {
      int factor = model.vaeScaleFactor();
      try (Closer closer = new Closer()) {
        VaeCoder first = closer.add(new VaeCoder(encoder, sessions, tiling, factor));
        VaeCoder second = new VaeCoder(decoder, sessions, tiling, factor);
        closer.keepOpen();
        return new Vae(model, first, second);
      }
    }
  }

  /**
   * Encodes one image to the mean of its latent distribution, times the model's scaling factor.
   *
   * @param frame image whose sides are multiples of the scale factor
   * @param row number of the frame, for errors
   * @return latents with one frame
   * @throws NotFiniteException if the encoder returns NaN or infinity
   */
  public Latents encode(Frame frame, int row) throws OrtException {
    int height = frame.height() / model.vaeScaleFactor();
    int width = frame.width() / model.vaeScaleFactor();
    float[] mean = encoder.run(RgbPlanes.of(frame, 2, -1), height, width);
    for (int i = 0; i < mean.length; i++) {
      mean[i] *= model.scalingFactor();
    }
    checkFinite(mean, "VAE encoder of ", row);
    return Latents.of(1, model.latentChannels(), height, width, mean);
  }

  /**
   * Decodes one frame of latents.
   *
   * @param row the frame to decode, counted from 0
   * @return the image; samples may lie slightly outside [0, 1]
   * @throws NotFiniteException if the decoder returns NaN or infinity
   */
  public Frame decode(Latents latents, int row) throws OrtException {
    float[] samples = latents.slice(row, row + 1).toArray();
    for (int i = 0; i < samples.length; i++) {
      samples[i] /= model.scalingFactor();
    }
    float[] planes = decoder.run(samples, latents.height(), latents.width());
    checkFinite(planes, "VAE decoder of ", row);
    int factor = model.vaeScaleFactor();
    return RgbPlanes.toFrame(latents.width() * factor, latents.height() * factor, planes);
  }

  private void checkFinite(float[] values, String part, int row) {
    for (float value : values) {
      if (!Float.isFinite(value)) {
        throw new NotFiniteException(part + model.name(), row);
      }
    }
  }

  /** Frees encoder and decoder. */
  @Override
  public void close() {
    try (Closer closer = new Closer()) {
      closer.add(encoder);
      closer.add(decoder);
    }
  }
}
