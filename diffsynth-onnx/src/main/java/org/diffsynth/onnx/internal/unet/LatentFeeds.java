package org.diffsynth.onnx.internal.unet;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.Map;
import org.diffsynth.compute.Closer;
import org.diffsynth.diffusion.Latents;
import org.diffsynth.onnx.internal.graph.GuidanceInput;
import org.diffsynth.onnx.internal.graph.TensorSpec;
import org.diffsynth.onnx.internal.runtime.ModelSession;
import org.diffsynth.spi.UnetInput;
import org.diffsynth.spi.UnetInput.Conditioning;

/**
 * Inputs that a UNet and a ControlNet have in common: latents, prompt and timestep. Rows are
 * ordered by guidance branch, then by frame.
 */
record LatentFeeds(ModelBinding binding, ModelSession session) {

  /**
   * Adds the inputs for latents, prompt, timestep and, where the model takes it, guidance scale.
   *
   * @param feeds receives the tensors by input name
   * @param open receives the tensors to close after the run
   */
  void add(UnetInput input, Map<String, OnnxTensor> feeds, Closer open) throws OrtException {
    int batch = input.sample().frames() * input.conditionings().size();
    feeds.put(binding.inputs().sample().name(), open.add(sample(input, batch)));
    feeds.put(binding.inputs().text().name(), open.add(text(input, batch)));
    feeds.put(binding.inputs().timestep().name(), open.add(timestep(input, batch)));
    if (binding.inputs().guidance() != null) {
      feeds.put(binding.inputs().guidance().name(), open.add(guidance(input, batch)));
    }
  }

  private OnnxTensor guidance(UnetInput input, int batch) throws OrtException {
    TensorSpec spec = binding.inputs().guidance();
    int channels = (int) spec.dim(1);
    float[] embedding = GuidanceInput.embedding(input.guidanceScale(), channels);
    return session.input(
        spec.name(),
        buffer -> {
          while (buffer.hasRemaining()) {
            buffer.put(embedding);
          }
        },
        batch,
        channels);
  }

  private OnnxTensor sample(UnetInput input, int batch) throws OrtException {
    TensorSpec spec = binding.inputs().sample();
    Latents latents = input.sample();
    int extraChannels = (int) Math.max(0, spec.dim(1) - latents.channels());
    return session.input(
        spec.name(),
        buffer -> input.conditionings().forEach(branch -> put(input, extraChannels, buffer)),
        batch,
        latents.channels() + extraChannels,
        latents.height(),
        latents.width());
  }

  /** Writes the latents of each frame, followed by its extra channels, or zeros without any. */
  private static void put(UnetInput input, int extraChannels, FloatBuffer buffer) {
    Latents latents = input.sample();
    if (extraChannels == 0) {
      latents.copyTo(buffer);
      return;
    }
    int pixels = latents.height() * latents.width();
    for (int row = 0; row < latents.frames(); row++) {
      latents.slice(row, row + 1).copyTo(buffer);
      if (input.channels().isEmpty()) {
        buffer.put(new float[extraChannels * pixels]);
      } else {
        input.channels().get().slice(row, row + 1).copyTo(buffer);
      }
    }
  }

  private OnnxTensor text(UnetInput input, int batch) throws OrtException {
    List<Conditioning> branches = input.conditionings();
    int frames = input.sample().frames();
    return session.input(
        binding.inputs().text().name(),
        buffer ->
            branches.forEach(
                branch -> {
                  for (int i = 0; i < frames; i++) {
                    branch.text().copyTo(buffer);
                  }
                }),
        batch,
        branches.get(0).text().tokens(),
        branches.get(0).text().width());
  }

  private OnnxTensor timestep(UnetInput input, int batch) throws OrtException {
    return session.input(
        binding.inputs().timestep().name(),
        buffer -> {
          while (buffer.hasRemaining()) {
            buffer.put(input.timestep());
          }
        },
        timestepShape(batch));
  }

  /** A scalar, one entry, or one entry per row, as the model declares. */
  private long[] timestepShape(int batch) {
    TensorSpec spec = binding.inputs().timestep();
    if (spec.dims().isEmpty()) {
      return new long[0];
    }
    long declared = spec.dim(0);
    boolean perRow = declared < 0 && spec.dims().get(0).contains("batch");
    return new long[] {declared > 0 ? declared : perRow ? batch : 1};
  }
}
