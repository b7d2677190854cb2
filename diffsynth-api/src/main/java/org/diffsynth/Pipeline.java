package org.diffsynth;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.diffsynth.compute.ComputeOptions;
import org.diffsynth.control.ControlNet;
import org.diffsynth.deflicker.LatentDeflicker;
import org.diffsynth.diffusion.CrossFrameAttention;
import org.diffsynth.diffusion.RenderEstimate;
import org.diffsynth.diffusion.Scheduler;
import org.diffsynth.diffusion.StepListener;
import org.diffsynth.diffusion.VaeTiling;
import org.diffsynth.frame.FrameRate;
import org.diffsynth.frame.FrameSink;
import org.diffsynth.frame.FrameSize;
import org.diffsynth.frame.FrameSource;
import org.diffsynth.frame.Monitor;
import org.diffsynth.frame.Video;
import org.diffsynth.frame.VideoFormat;
import org.diffsynth.internal.diffusion.DenoisingRun;
import org.diffsynth.internal.diffusion.RenderPlan;
import org.diffsynth.internal.diffusion.RunEstimate;
import org.diffsynth.internal.model.UnpackedModel;
import org.diffsynth.spi.BundledModel;
import org.diffsynth.spi.DiffusionBackendProvider;
import org.diffsynth.spi.DiffusionSettings;
import org.diffsynth.spi.DiffusionSettings.Lora;
import org.diffsynth.spi.DiffusionSettings.TextualInversion;
import org.diffsynth.spi.ModelDescription;

/**
 * An open diffusion model that renders videos, deflickered inside the denoising loop.
 *
 * <pre>{@code
 * try (Pipeline pipeline = Pipeline.builder(Preset.TEXT_GUIDED_STYLIZATION)
 *     .model(Path.of("models/dreamshaper-8"))
 *     .controlNet("softedge", Path.of("models/control-softedge"))
 *     .build()) {
 *   Video styled = pipeline.render(video, RenderRequest.of("winter, snow, oil painting"));
 * }
 * }</pre>
 *
 * <p>A pipeline holds the model in memory until it is closed; whoever builds it closes it. It
 * renders one request at a time. The same options, request and input give the same frames, also
 * after other requests and after a render that failed or was cancelled.
 */
public final class Pipeline implements AutoCloseable {

  private final OpenedModel model;
  private final RenderQueue queue = new RenderQueue();
  private boolean busy;
  private boolean closed;

  private Pipeline(OpenedModel model) {
    this.model = model;
  }

  /** Creates a builder that starts with the settings of a task. */
  public static Builder builder(Preset preset) {
    return new Builder(preset);
  }

  /** Creates a builder that starts with the settings of {@link Preset#PLAIN}. */
  public static Builder builder() {
    return builder(Preset.PLAIN);
  }

  /**
   * Opens a model with the backend that the options name. The caller closes the pipeline.
   *
   * <p>An empty path as the model means the {@linkplain BundledModel bundled model}, which is
   * copied into the temporary folder until the pipeline is closed; an empty path as the folder of a
   * ControlNet means the bundled model's.
   *
   * @throws IOException if a model folder is incomplete or does not match; the message lists the
   *     files found and the files expected
   * @throws IllegalStateException if no model was given and none is bundled, if the named backend
   *     cannot run here, or if no backend can
   */
  public static Pipeline open(PipelineOptions options) throws IOException {
    return new Pipeline(
        OpenedModel.open(
            options, () -> DiffusionBackendProvider.choose(options.compute().backend())));
  }

  /** Returns the settings that this pipeline was built with. */
  public PipelineOptions options() {
    return model.options();
  }

  /** Returns the properties of the open model, such as its size multiple. */
  public ModelDescription model() {
    return model.backend().model();
  }

  /** Renders a video over an input video; {@link #render(Video, RenderRequest, Monitor)}. */
  public Video render(Video input, RenderRequest request) {
    return render(input, request, Monitor.NONE);
  }

  /**
   * Renders a video over an input video.
   *
   * @param input guides the deflicker; its frames are encoded as the start where strength is below
   *     1, and annotators make control pictures from them
   * @param request what to render
   * @param monitor receives the progress, and is asked before every model call whether to cancel
   * @return a video with the number of frames of the input and 16 bits per sample
   * @throws IllegalArgumentException if the request does not fit the model or the pipeline's
   *     options
   * @throws org.diffsynth.compute.BackendException if a model fails; a {@link
   *     org.diffsynth.spi.NotFiniteException} if its output contains NaN or infinity
   * @throws java.util.concurrent.CancellationException if the monitor or an interrupt ends the run
   * @throws IllegalStateException if the pipeline is closed, or is rendering on another thread
   */
  public Video render(Video input, RenderRequest request, Monitor monitor) {
    return collect(
        input.format().frameRate(),
        sink -> {
          try (FrameSource source = input.open()) {
            render(source, request, sink, monitor);
          }
        });
  }

  /**
   * Renders a stream, for clips that do not fit in memory. Input and control pictures are kept in
   * temporary files. Exceptions are those of {@link #render(Video, RenderRequest, Monitor)}.
   *
   * @param input read to its end; the caller closes it
   * @param request what to render
   * @param sink receives the finished frames in order; the caller commits and closes it
   * @param monitor receives the progress, and is asked before every model call whether to cancel
   * @throws IOException if the input cannot be read, or the sink or a temporary file cannot be
   *     written
   */
  public void render(FrameSource input, RenderRequest request, FrameSink sink, Monitor monitor)
      throws IOException {
    FrameSize size = request.size().orElse(input.format().size());
    RenderPlan plan =
        RenderPlanner.plan(
            model.options(), model.guidanceScale(), request, size, input.format().frameRate());
    exclusively(() -> new DenoisingRun(model.backend(), plan, monitor).render(input, sink));
  }

  /**
   * Renders on another thread. Renders that are started by this method wait for each other in the
   * order of their calls, without occupying a thread, so a service may start one for each of its
   * requests; a call of {@link #render(Video, RenderRequest, Monitor)} meanwhile fails.
   *
   * @param executor runs the render on one of its threads, such as {@code
   *     ForkJoinPool.commonPool()}
   * @param monitor receives the progress on the thread of the render, and may cancel it
   * @return the rendered video, or the exceptions of {@link #render(Video, RenderRequest,
   *     Monitor)}. {@code cancel(true)} ends the render before its next model call, or takes it out
   *     of the queue
   */
  public CompletableFuture<Video> renderAsync(
      Video input, RenderRequest request, Executor executor, Monitor monitor) {
    return queue.start(executor, monitor, current -> render(input, request, current));
  }

  /**
   * Estimates time, memory and disk space of a render on this machine. Evaluates the first model
   * call of the run twice, one picture through the VAE, and deflickers up to six frames.
   *
   * @param format size of the result, and number of frames of the input, which must be known
   * @param withInput true for {@link #render(Video, RenderRequest)}, false for {@link
   *     #generate(int, FrameRate, RenderRequest)}
   * @param monitor may cancel the estimate
   * @throws IllegalArgumentException if the request does not fit the model
   * @throws IOException if a temporary file cannot be written
   */
  public RenderEstimate estimate(
      VideoFormat format, boolean withInput, RenderRequest request, Monitor monitor)
      throws IOException {
    if (format.frameCount() < 1) {
      throw new IllegalArgumentException(
          "frameCount must be known and at least 1, but was " + format.frameCount());
    }
    RenderPlan plan =
        RenderPlanner.plan(
            withInput ? model.options() : model.withoutInput(request),
            model.guidanceScale(),
            request,
            request.size().orElse(format.size()),
            format.frameRate());
    int frames = Math.toIntExact(format.frameCount());
    RenderEstimate[] result = new RenderEstimate[1];
    exclusively(
        () -> result[0] = RunEstimate.of(model.backend(), plan, frames, withInput, monitor));
    return result[0];
  }

  /** Renders a video without an input video; the method with a monitor describes the arguments. */
  public Video generate(int frames, FrameRate frameRate, RenderRequest request) {
    return generate(frames, frameRate, request, Monitor.NONE);
  }

  /**
   * Renders a video from noise alone, without an input video. The first estimate of the clean video
   * guides the deflicker. Exceptions are those of {@link #render(Video, RenderRequest, Monitor)}.
   *
   * @param frames number of frames, at least 1
   * @param frameRate frame rate of the result
   * @param request what to render; must have a size, and strength 1
   * @param monitor receives the progress, and is asked before every model call whether to cancel
   */
  public Video generate(int frames, FrameRate frameRate, RenderRequest request, Monitor monitor) {
    return collect(frameRate, sink -> generate(frames, frameRate, request, sink, monitor));
  }

  /**
   * Renders a stream from noise alone, for clips that do not fit in memory; see {@link
   * #generate(int, FrameRate, RenderRequest, Monitor)}.
   *
   * @param sink receives the finished frames in order; the caller commits and closes it
   * @throws IOException if the sink or a temporary file cannot be written
   */
  public void generate(
      int frames, FrameRate frameRate, RenderRequest request, FrameSink sink, Monitor monitor)
      throws IOException {
    if (frames < 1) {
      throw new IllegalArgumentException("frames must be at least 1, but was " + frames);
    }
    FrameSize size =
        request
            .size()
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        "without an input video the request must have a size"));
    RenderPlan plan =
        RenderPlanner.plan(
            model.withoutInput(request), model.guidanceScale(), request, size, frameRate);
    exclusively(() -> new DenoisingRun(model.backend(), plan, monitor).generate(frames, sink));
  }

  /** Work that writes to a sink. */
  private interface Rendering {
    void to(FrameSink sink) throws IOException;
  }

  private static Video collect(FrameRate frameRate, Rendering rendering) {
    Video.Collector result = Video.collector(frameRate);
    try {
      rendering.to(result);
    } catch (IOException e) {
      throw new UncheckedIOException("a temporary file failed: " + e.getMessage(), e);
    }
    return result.toVideo();
  }

  /** Work that may fail to read or write temporary files. */
  private interface Work {
    void run() throws IOException;
  }

  private void exclusively(Work work) throws IOException {
    synchronized (this) {
      if (closed) {
        throw new IllegalStateException("the pipeline is closed");
      }
      if (busy) {
        throw new IllegalStateException("the pipeline is already rendering");
      }
      busy = true;
    }
    try {
      work.run();
    } finally {
      synchronized (this) {
        busy = false;
      }
    }
  }

  /**
   * Frees the model. A second call does nothing.
   *
   * @throws IllegalStateException if a render is running on another thread
   */
  @Override
  public void close() {
    synchronized (this) {
      if (closed) {
        return;
      }
      if (busy) {
        throw new IllegalStateException("the pipeline is rendering: cancel the render first");
      }
      closed = true;
    }
    model.close();
  }

  /**
   * Collects the settings of a pipeline. Each method checks its argument at once and returns this
   * builder.
   */
  public static final class Builder {

    private PipelineOptions options;
    private DiffusionBackendProvider provider;

    private Builder(Preset preset) {
      this.options = PipelineOptions.of(preset, UnpackedModel.BUNDLED);
    }

    /**
     * Sets the model: a checkpoint file or a model folder. Default: the {@linkplain BundledModel
     * bundled model}, if there is one.
     */
    public Builder model(Path folder) {
      options = options.withDiffusion(options.diffusion().withModel(folder));
      return this;
    }

    /**
     * Adds a ControlNet; the residuals of all ControlNets add up.
     *
     * @throws IllegalArgumentException if a ControlNet of that name was already added
     */
    public Builder controlNet(ControlNet net) {
      options = options.withControlNet(net);
      return this;
    }

    /**
     * Adds a ControlNet by its usual name, such as {@code "depth"}, {@code "softedge"} or {@code
     * "tile"}; see {@link Preset#controlNet}.
     *
     * @param folder model folder of the ControlNet
     */
    public Builder controlNet(String name, Path folder) {
      return controlNet(options.preset().controlNet(name, folder));
    }

    /**
     * Adds a ControlNet of the {@linkplain BundledModel bundled model} by its usual name. Without
     * this call, a pipeline with the bundled model has the ControlNet that the preset suggests if
     * it suggests one, and otherwise {@code "tile"}.
     *
     * @param name usual name of the ControlNet, such as {@code "tile"}, {@code "softedge"}, {@code
     *     "depth"} or {@code "openpose"}
     */
    public Builder controlNet(String name) {
      return controlNet(name, UnpackedModel.BUNDLED);
    }

    /** Sets the cross-frame attention; default that of the preset. */
    public Builder crossFrameAttention(CrossFrameAttention attention) {
      options = options.withDiffusion(options.diffusion().withAttention(attention));
      return this;
    }

    /** Sets the scheduler of requests without one; default that of the preset. */
    public Builder scheduler(Scheduler scheduler) {
      options = options.withSampling(options.sampling().withScheduler(scheduler));
      return this;
    }

    /**
     * Sets the deflickering of requests without it; default that of the preset. {@link
     * LatentDeflicker#NONE} switches deflickering off.
     */
    public Builder deflicker(LatentDeflicker deflicker) {
      options = options.withDeflicker(deflicker);
      return this;
    }

    /** Sets a listener that receives a report after every step; default none. */
    public Builder listener(StepListener listener) {
      options = options.withListener(listener);
      return this;
    }

    /** Sets engine, backend, device, threads and memory; default {@link ComputeOptions#AUTO}. */
    public Builder compute(ComputeOptions compute) {
      options = options.withDiffusion(options.diffusion().withCompute(compute));
      return this;
    }

    /** Uses a backend that {@code ServiceLoader} does not find, instead of one found by name. */
    public Builder provider(DiffusionBackendProvider newProvider) {
      provider = Objects.requireNonNull(newProvider, "provider");
      return this;
    }

    /**
     * Leaves out the last {@code skip - 1} layers of the text encoder.
     *
     * @param skip in [1, 12]; default 1, which uses all layers
     */
    public Builder clipSkip(int skip) {
      options = options.withDiffusion(options.diffusion().withClipSkip(skip));
      return this;
    }

    /**
     * Adds a low-rank change (LoRA) of the weights of UNet and text encoder; several add up.
     *
     * @param file a {@code .safetensors} file with tensor names as kohya's scripts or diffusers
     *     write them
     * @param scale factor on the change, finite; 1 applies it as it was trained
     */
    public Builder lora(Path file, float scale) {
      options = options.withLora(new Lora(file, scale));
      return this;
    }

    /**
     * Adds a textual inversion: vectors that stand for a word of prompts. The word is the name of
     * the file without its ending, or for a file of diffusers the name of the tensor.
     *
     * @param file a {@code .safetensors} file as web interfaces or diffusers write it
     */
    public Builder embedding(Path file) {
      options = options.withEmbedding(TextualInversion.of(file));
      return this;
    }

    /**
     * Adds a textual inversion under a word of the caller's choice.
     *
     * @param token the text in a prompt that is replaced by the vectors, in upper or lower case;
     *     not blank
     * @param file a {@code .safetensors} file as web interfaces or diffusers write it
     */
    public Builder embedding(String token, Path file) {
      options = options.withEmbedding(TextualInversion.of(token, file));
      return this;
    }

    /**
     * Sets a VAE to use instead of the model's.
     *
     * @param path a {@code .safetensors} file, a folder of diffusers, or a folder with the exported
     *     subfolders {@code vae_encoder} and {@code vae_decoder}
     */
    public Builder vae(Path path) {
      return vae(options.diffusion().vae().withReplacement(path));
    }

    /**
     * Sets a VAE for the estimates that are deflickered inside the denoising loop, such as a tiny
     * autoencoder (TAESD), which takes a tenth of the time. Inputs and the finished video go
     * through the other VAE.
     *
     * @param path a {@code .safetensors} file, a folder of diffusers, or a folder with the exported
     *     subfolders {@code vae_encoder} and {@code vae_decoder}
     */
    public Builder loopVae(Path path) {
      return vae(options.diffusion().vae().withInLoop(path));
    }

    private Builder vae(DiffusionSettings.Vae vae) {
      options = options.withDiffusion(options.diffusion().withVae(vae));
      return this;
    }

    /** Sets which pictures go through the VAE in tiles; default {@link VaeTiling#AUTO}. */
    public Builder vaeTiling(VaeTiling tiling) {
      options = options.withDiffusion(options.diffusion().withVaeTiling(tiling));
      return this;
    }

    /**
     * Opens the model. The caller closes the pipeline.
     *
     * @throws IOException if a model folder is incomplete or does not match; the message lists the
     *     files found and the files expected
     * @throws IllegalStateException if no model was given and none is bundled, or no backend can
     *     run here
     */
    public Pipeline build() throws IOException {
      return provider == null
          ? open(options)
          : new Pipeline(OpenedModel.open(options, () -> provider));
    }
  }
}
