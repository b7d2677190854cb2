package org.diffsynth;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.diffsynth.control.ControlNet;
import org.diffsynth.deflicker.LatentDeflicker;
import org.diffsynth.diffusion.CrossFrameAttention;
import org.diffsynth.diffusion.Lora;
import org.diffsynth.diffusion.Scheduler;
import org.diffsynth.diffusion.StepListener;
import org.diffsynth.diffusion.VaeTiling;
import org.diffsynth.frame.FrameRate;
import org.diffsynth.frame.FrameSink;
import org.diffsynth.frame.FrameSource;
import org.diffsynth.frame.Monitor;
import org.diffsynth.frame.Video;
import org.diffsynth.frame.VideoFormat;
import org.diffsynth.internal.diffusion.DenoisingRun;
import org.diffsynth.internal.diffusion.RenderPlan;
import org.diffsynth.spi.DiffusionBackend;
import org.diffsynth.spi.DiffusionBackendProvider;
import org.diffsynth.spi.DiffusionBackends;
import org.diffsynth.compute.ComputeOptions;
import org.diffsynth.spi.DiffusionSettings;
import org.diffsynth.spi.ModelDescription;

/**
 * A diffusion model made ready to render videos, deflickered inside the denoising loop.
 *
 * <p>Holds the model until closed; whoever builds it closes it. One render at a time; a render that
 * failed or was cancelled leaves it as usable as before. The same settings, request and input give
 * the same frames.
 *
 * <pre>{@code
 * try (Pipeline pipeline = Pipeline.builder(Preset.TEXT_GUIDED_STYLIZATION)
 *     .model(Path.of("models/dreamshaper-8"))
 *     .build()) {
 *   Video styled = pipeline.render(video, RenderRequest.of("winter, snow, oil painting"));
 * }
 * }</pre>
 */
public final class Pipeline implements AutoCloseable {

  private final Builder settings;
  private final DiffusionBackend backend;
  private boolean busy;
  private boolean closed;

  private Pipeline(Builder settings, DiffusionBackend backend) {
    this.settings = settings;
    this.backend = backend;
  }

  /** A pipeline that starts from the settings of a task. */
  public static Builder builder(Preset preset) {
    return new Builder(preset);
  }

  /** A pipeline that starts from {@link Preset#PLAIN}. */
  public static Builder builder() {
    return builder(Preset.PLAIN);
  }

  /** What is known of the model. */
  public ModelDescription model() {
    return backend.model();
  }

  /** The same, not watched. */
  public Video render(Video input, RenderRequest request) {
    return render(input, request, Monitor.NONE);
  }

  /**
   * Renders a video over another.
   *
   * @param input what is made anew: its frames are encoded where strength is below 1, control
   *     pictures are made from them, and they guide the deflicker
   * @param request what to make
   * @param monitor told as the work goes on, asked before every model call
   * @return as many frames as the input has, 16 bits a sample
   * @throws IllegalArgumentException if the request does not fit model or settings
   * @throws org.diffsynth.compute.BackendException if a model fails, a {@link
   *     org.diffsynth.spi.NotFiniteException} if it gives NaN
   * @throws java.util.concurrent.CancellationException if the monitor or an interrupt ends the run
   * @throws IllegalStateException if this is closed, or renders on another thread
   */
  public Video render(Video input, RenderRequest request, Monitor monitor) {
    Video.Collector result = Video.collector(input.format().frameRate());
    try (FrameSource source = input.open()) {
      render(source, request, result, monitor);
    } catch (IOException e) {
      throw new UncheckedIOException("temporary files failed: " + e.getMessage(), e);
    }
    return result.toVideo();
  }

  /**
   * Renders a stream: the same for clips that do not fit in memory. Input and control pictures wait
   * in temporary files. Does not commit the sink: the caller does.
   *
   * @param input read to its end
   * @param sink where finished frames go, in order
   */
  public void render(FrameSource input, RenderRequest request, FrameSink sink, Monitor monitor)
      throws IOException {
    VideoFormat format = input.format();
    RenderPlan plan =
        plan(
            request,
            request.width().orElse(format.width()),
            request.height().orElse(format.height()),
            format.frameRate());
    use(() -> new DenoisingRun(backend, plan, monitor).render(input, sink));
  }

  /**
   * Renders from noise alone, without an input video. The deflicker is guided by the first estimate
   * it meets.
   *
   * @param frames length of the clip, at least 1
   * @param request what to make; must bring width and height
   */
  public Video generate(int frames, FrameRate frameRate, RenderRequest request, Monitor monitor) {
    Video.Collector result = Video.collector(frameRate);
    try {
      generate(frames, frameRate, request, result, monitor);
    } catch (IOException e) {
      throw new UncheckedIOException("temporary files failed: " + e.getMessage(), e);
    }
    return result.toVideo();
  }

  /** The same for clips that do not fit in memory. Does not commit the sink. */
  public void generate(
      int frames, FrameRate frameRate, RenderRequest request, FrameSink sink, Monitor monitor)
      throws IOException {
    if (frames < 1) {
      throw new IllegalArgumentException("frames must be at least 1, was " + frames);
    }
    if (request.width().isEmpty()) {
      throw new IllegalArgumentException("without an input video the request must bring a size");
    }
    RenderPlan plan =
        plan(request, request.width().getAsInt(), request.height().getAsInt(), frameRate);
    use(() -> new DenoisingRun(backend, plan, monitor).generate(frames, sink));
  }

  private RenderPlan plan(RenderRequest request, int width, int height, FrameRate frameRate) {
    Set<String> names = new HashSet<>();
    settings.controlNets.forEach(net -> names.add(net.name()));
    for (String name : request.controlVideos().keySet()) {
      if (!names.contains(name)) {
        throw new IllegalArgumentException(
            "the control video '%s' belongs to no ControlNet, there are %s".formatted(name, names));
      }
    }
    Preset preset = settings.preset;
    return new RenderPlan(
        request.prompt(),
        request.negativePrompt(),
        request.steps().orElse(preset.steps()),
        request.guidanceScale().orElse(preset.guidanceScale()),
        request.strength().orElse(preset.strength()),
        request.noise(),
        settings.scheduler,
        settings.attention,
        List.copyOf(settings.controlNets),
        request.controlVideos(),
        request.references(),
        request.start(),
        request.framePull(),
        request.imagePrompt(),
        request.promptEmbedding(),
        request.stackedPoses(),
        settings.deflicker,
        width,
        height,
        frameRate,
        settings.framesPerCall,
        settings.guidanceInTwoCalls,
        settings.fieldCacheBytes,
        settings.listener);
  }

  /** Work that may fail to read or write temporary files. */
  private interface Work {
    void run() throws IOException;
  }

  private void use(Work work) throws IOException {
    synchronized (this) {
      if (closed) {
        throw new IllegalStateException("the pipeline is closed");
      }
      if (busy) {
        throw new IllegalStateException("the pipeline is rendering already");
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
   * Frees the model; a second call does nothing.
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
        throw new IllegalStateException("the pipeline is rendering: cancel that first");
      }
      closed = true;
    }
    backend.close();
  }

  /** Collects the settings of a pipeline. */
  public static final class Builder {

    private final Preset preset;
    private final List<ControlNet> controlNets = new ArrayList<>();
    private final List<Lora> loras = new ArrayList<>();
    private Path model;
    private CrossFrameAttention attention;
    private Scheduler scheduler;
    private Optional<LatentDeflicker> deflicker;
    private StepListener listener = StepListener.NONE;
    private DiffusionBackendProvider provider;
    private String backend = DiffusionBackends.AUTO;
    private String device = ComputeOptions.AUTOMATIC;
    private int threads = Runtime.getRuntime().availableProcessors();
    private int clipSkip = 1;
    private VaeTiling vaeTiling = VaeTiling.AUTO;
    private long modelMemory;
    private int framesPerCall;
    private boolean guidanceInTwoCalls;
    private long fieldCacheBytes = 2L << 30;

    private Builder(Preset preset) {
      this.preset = Objects.requireNonNull(preset, "preset");
      this.attention = preset.crossFrameAttention();
      this.scheduler = preset.scheduler();
      this.deflicker = preset.deflicker();
    }

    private Builder(Builder other) {
      this.preset = other.preset;
      this.controlNets.addAll(other.controlNets);
      this.attention = other.attention;
      this.scheduler = other.scheduler;
      this.deflicker = other.deflicker;
      this.listener = other.listener;
      this.framesPerCall = other.framesPerCall;
      this.guidanceInTwoCalls = other.guidanceInTwoCalls;
      this.fieldCacheBytes = other.fieldCacheBytes;
    }

    /** The model's folder; must be given. */
    public Builder model(Path folder) {
      model = Objects.requireNonNull(folder, "folder");
      return this;
    }

    /** Adds a ControlNet; what several of them say is added up. */
    public Builder controlNet(ControlNet net) {
      controlNets.add(Objects.requireNonNull(net, "net"));
      return this;
    }

    /** Which frames see which; default the preset's. */
    public Builder crossFrameAttention(CrossFrameAttention newAttention) {
      attention = Objects.requireNonNull(newAttention, "crossFrameAttention");
      return this;
    }

    /** How a run goes from noise to picture; default the preset's. */
    public Builder scheduler(Scheduler newScheduler) {
      scheduler = Objects.requireNonNull(newScheduler, "scheduler");
      return this;
    }

    /** Deflickering inside the loop; default the preset's. */
    public Builder deflicker(LatentDeflicker newDeflicker) {
      deflicker = Optional.of(newDeflicker);
      return this;
    }

    /** No deflickering at all. */
    public Builder withoutDeflicker() {
      deflicker = Optional.empty();
      return this;
    }

    /** Looks at every step; default nobody. */
    public Builder onStep(StepListener newListener) {
      listener = Objects.requireNonNull(newListener, "listener");
      return this;
    }

    /** Which runtime, by name; default {@code "auto"}, the fastest that is ready. */
    public Builder backend(String name) {
      backend = Objects.requireNonNull(name, "name");
      return this;
    }

    /** A runtime that ServiceLoader does not find; wins over {@link #backend}. */
    public Builder provider(DiffusionBackendProvider newProvider) {
      provider = Objects.requireNonNull(newProvider, "provider");
      return this;
    }

    /** Where the runtime computes, in its words; default {@code "auto"}. */
    public Builder device(String name) {
      device = Objects.requireNonNull(name, "name");
      return this;
    }

    /** Threads where the device is the CPU; default one per processor. */
    public Builder threads(int count) {
      threads = count;
      return this;
    }

    /** Leaves out the text encoder's last {@code skip - 1} layers; default 1, none. */
    public Builder clipSkip(int skip) {
      clipSkip = skip;
      return this;
    }

    /**
     * Adds a low-rank change of the weights of UNet and text encoder; several add up.
     *
     * @param file a {@code .safetensors} file, with names as kohya's scripts or diffusers write
     *     them
     * @param scale how much of it, finite; 1 as it was trained
     */
    public Builder lora(Path file, float scale) {
      loras.add(new Lora(file, scale));
      return this;
    }

    /** Which pictures go through the VAE in tiles; default {@link VaeTiling#AUTO}. */
    public Builder vaeTiling(VaeTiling newTiling) {
      vaeTiling = Objects.requireNonNull(newTiling, "vaeTiling");
      return this;
    }

    /**
     * Bytes that one model call may take, at least 1 MB; decides how many frames go together where
     * {@link #framesPerCall} does not. Never changes the result beyond rounding. Default what the
     * backend thinks fit.
     */
    public Builder modelMemory(long bytes) {
      if (bytes < 1 << 20) {
        throw new IllegalArgumentException("modelMemory must be at least 1 MB, was " + bytes);
      }
      modelMemory = bytes;
      return this;
    }

    /**
     * Frames in one model call at most; default what fits in memory. Never changes the result
     * beyond rounding. {@link CrossFrameAttention.Mode#JOINT} evaluates a window in one piece
     * whatever this says.
     */
    public Builder framesPerCall(int count) {
      if (count < 1) {
        throw new IllegalArgumentException("framesPerCall must be at least 1, was " + count);
      }
      framesPerCall = count;
      return this;
    }

    /** Evaluates the two sides of guidance one after the other: half the memory, same result. */
    public Builder guidanceInTwoCalls() {
      guidanceInTwoCalls = true;
      return this;
    }

    /**
     * Disk for the matches that one deflickering in the loop finds and the next, over the same
     * guide, uses again: a temporary file, 4 bytes a pixel and field, deleted after the render.
     * Default 2 GiB; 0 searches anew every time. Never changes the result.
     */
    public Builder fieldCache(long bytes) {
      if (bytes < 0) {
        throw new IllegalArgumentException("fieldCache must be at least 0, was " + bytes);
      }
      fieldCacheBytes = bytes;
      return this;
    }

    /**
     * Opens the model; the caller closes the pipeline.
     *
     * @throws IOException if the model's folder is not what is needed, listing why
     * @throws IllegalArgumentException if the settings do not fit each other
     * @throws IllegalStateException if no backend can run here, or the one named cannot
     */
    public Pipeline build() throws IOException {
      if (model == null) {
        throw new IllegalArgumentException("a model must be given");
      }
      DiffusionSettings opening =
          new DiffusionSettings(
              model,
              controlNets,
              attention,
              device,
              threads,
              clipSkip,
              vaeTiling,
              loras,
              modelMemory);
      DiffusionBackendProvider chosen =
          provider != null ? provider : DiffusionBackends.choose(backend);
      return new Pipeline(new Builder(this), chosen.open(opening));
    }
  }
}
