package org.diffsynth.onnx.internal.session;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.util.Map;
import java.util.Set;
import org.diffsynth.Frame;
import org.diffsynth.diffusion.Latents;
import org.diffsynth.onnx.internal.graph.OnnxSkeleton;
import org.diffsynth.onnx.internal.graph.Port;
import org.diffsynth.spi.ModelDescription;
import org.diffsynth.spi.NotFiniteException;

/** Pictures to latents and back, one picture at a time: memory does not grow with the clip. */
final class Vae implements AutoCloseable {
  private static final int RGB = 3;

  private final Plan plan;
  private final ModelSession encoder;
  private final ModelSession decoder;

  private Vae(Plan plan, ModelSession encoder, ModelSession decoder) {
    this.plan = plan;
    this.encoder = encoder;
    this.decoder = decoder;
  }

  /** What must be known of a VAE before it is opened. */
  record Plan(
      ModelDescription model,
      OnnxSkeleton encoder,
      Port picture,
      Port moments,
      OnnxSkeleton decoder,
      Port latents,
      Port decoded) {

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
      return new Plan(
          model,
          encoder,
          Port.bind(encoder, Port.inputs(encoder), "a picture", "sample|image|pixel.*", 0, 4),
          moments,
          decoder,
          Port.bind(decoder, Port.inputs(decoder), "latents", "latent.*", 0, 4),
          Port.bind(decoder, Port.outputs(decoder), "a picture", "sample|image", 0, 4));
    }

    Vae open(OrtThread thread, Device device, int threads) {
      try (Closer closer = new Closer()) {
        ModelSession first = closer.add(ModelSession.open(encoder, thread, device, threads));
        ModelSession second = ModelSession.open(decoder, thread, device, threads);
        closer.release();
        return new Vae(this, first, second);
      }
    }
  }

  /** The mean of one picture's latents, scaled. */
  Latents encode(Frame frame, int row) throws OrtException {
    int width = frame.width();
    int height = frame.height();
    int channels = plan.model.latentChannels();
    int factor = plan.model.vaeScaleFactor();
    float[] mean = new float[channels * (height / factor) * (width / factor)];
    String input = plan.picture.name();
    try (OnnxTensor picture =
            encoder.tensor(
                input, buffer -> Pictures.put(frame, 2, -1, buffer), 1, RGB, height, width);
        OrtSession.Result result =
            encoder.run(Map.of(input, picture), Set.of(plan.moments.name()))) {
      encoder.floats(result, plan.moments.name(), 1, -1, height / factor, width / factor).get(mean);
    }
    for (int i = 0; i < mean.length; i++) {
      mean[i] *= plan.model.scalingFactor();
      if (!Float.isFinite(mean[i])) {
        throw new NotFiniteException("VAE encoder of " + plan.model.name(), row);
      }
    }
    return Latents.of(1, channels, height / factor, width / factor, mean);
  }

  /** The picture of one frame of latents. */
  Frame decode(Latents latents, int row) throws OrtException {
    int factor = plan.model.vaeScaleFactor();
    int width = latents.width() * factor;
    int height = latents.height() * factor;
    float[] samples = latents.slice(row, row + 1).toArray();
    for (int i = 0; i < samples.length; i++) {
      samples[i] /= plan.model.scalingFactor();
    }
    String input = plan.latents.name();
    try (OnnxTensor tensor =
            decoder.tensor(
                input,
                buffer -> buffer.put(samples),
                1,
                latents.channels(),
                latents.height(),
                latents.width());
        OrtSession.Result result =
            decoder.run(Map.of(input, tensor), Set.of(plan.decoded.name()))) {
      FloatBuffer picture = decoder.floats(result, plan.decoded.name(), 1, RGB, height, width);
      for (int i = 0; i < picture.limit(); i++) {
        if (!Float.isFinite(picture.get(i))) {
          throw new NotFiniteException("VAE decoder of " + plan.model.name(), row);
        }
      }
      return Pictures.frame(width, height, picture);
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
