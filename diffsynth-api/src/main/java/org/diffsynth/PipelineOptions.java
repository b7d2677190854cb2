package org.diffsynth;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.diffsynth.compute.ComputeOptions;
import org.diffsynth.control.ControlNet;
import org.diffsynth.deflicker.LatentDeflicker;
import org.diffsynth.diffusion.StepListener;
import org.diffsynth.request.Sampling;
import org.diffsynth.spi.DiffusionSettings;
import org.diffsynth.spi.DiffusionSettings.Lora;
import org.diffsynth.spi.DiffusionSettings.TextualInversion;

/**
 * All settings of a {@link Pipeline}: the model that it opens, and the values that it uses where a
 * request leaves a setting empty. {@link Pipeline.Builder} collects these options.
 *
 * @param preset task that supplied the initial values, and supplies the guidance scale
 * @param diffusion model folder, ControlNets, cross-frame attention, LoRAs, and where to compute
 * @param sampling steps, strength and scheduler of requests that do not set them
 * @param deflicker deflickering of requests that do not set it
 * @param listener listener of requests that do not set one
 */
public record PipelineOptions(
    Preset preset,
    DiffusionSettings diffusion,
    Sampling sampling,
    LatentDeflicker deflicker,
    StepListener listener) {

  /** Checks that no component is null and that the sampling is complete. */
  public PipelineOptions {
    Objects.requireNonNull(preset, "preset");
    Objects.requireNonNull(diffusion, "diffusion");
    Objects.requireNonNull(deflicker, "deflicker");
    Objects.requireNonNull(listener, "listener");
    sampling = sampling.withDefaults(preset.sampling());
  }

  /** Creates options with the values of a preset. */
  public static PipelineOptions of(Preset preset, Path model) {
    return new PipelineOptions(
        preset,
        DiffusionSettings.of(model).withAttention(preset.crossFrameAttention()),
        preset.sampling(),
        preset.deflicker(),
        StepListener.NONE);
  }

  /** Returns where the pipeline computes: device, threads and memory of everything it runs. */
  public ComputeOptions compute() {
    return diffusion.compute();
  }

  /** Returns a copy of these options with the given model and everything that is opened with it. */
  public PipelineOptions withDiffusion(DiffusionSettings newDiffusion) {
    return new PipelineOptions(preset, newDiffusion, sampling, deflicker, listener);
  }

  /** Returns a copy of these options with one more ControlNet; the residuals of all add up. */
  public PipelineOptions withControlNet(ControlNet net) {
    List<ControlNet> nets = new ArrayList<>(diffusion.controlNets());
    nets.add(Objects.requireNonNull(net, "net"));
    return withDiffusion(diffusion.withControlNets(nets));
  }

  /** Returns a copy of these options with one more LoRA; the changes of all add up. */
  public PipelineOptions withLora(Lora lora) {
    List<Lora> loras = new ArrayList<>(diffusion.loras());
    loras.add(Objects.requireNonNull(lora, "lora"));
    return withDiffusion(diffusion.withLoras(loras));
  }

  /** Returns a copy of these options with one more textual inversion. */
  public PipelineOptions withEmbedding(TextualInversion embedding) {
    List<TextualInversion> embeddings = new ArrayList<>(diffusion.embeddings());
    embeddings.add(Objects.requireNonNull(embedding, "embedding"));
    return withDiffusion(diffusion.withEmbeddings(embeddings));
  }

  /** Returns a copy of these options with the given steps, strength and scheduler. */
  public PipelineOptions withSampling(Sampling newSampling) {
    return new PipelineOptions(preset, diffusion, newSampling, deflicker, listener);
  }

  /** Returns a copy of these options with the given deflickering. */
  public PipelineOptions withDeflicker(LatentDeflicker newDeflicker) {
    return new PipelineOptions(preset, diffusion, sampling, newDeflicker, listener);
  }

  /** Returns a copy of these options with the given listener. */
  public PipelineOptions withListener(StepListener newListener) {
    return new PipelineOptions(preset, diffusion, sampling, deflicker, newListener);
  }
}
