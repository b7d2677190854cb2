package org.diffsynth;

import java.io.IOException;
import java.util.List;
import java.util.function.Supplier;
import org.diffsynth.control.ControlNet;
import org.diffsynth.control.ControlSignal;
import org.diffsynth.internal.events.WorkEvent;
import org.diffsynth.internal.model.UnpackedModel;
import org.diffsynth.internal.text.Text;
import org.diffsynth.spi.BundledModel;
import org.diffsynth.spi.DiffusionBackend;
import org.diffsynth.spi.DiffusionBackendProvider;
import org.diffsynth.spi.DiffusionSettings;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The open model of a pipeline: the one that its options name, or the bundled one.
 *
 * @param options options of the pipeline, with the ControlNet that comes with the bundled model
 * @param backend the model
 * @param unpacked the bundled model on disk; null for a model of the user
 * @param guidanceScale guidance scale of requests that set none
 * @param hasUsualControl whether a ControlNet was added to options that had none
 */
record OpenedModel(
    PipelineOptions options,
    DiffusionBackend backend,
    UnpackedModel unpacked,
    double guidanceScale,
    boolean hasUsualControl)
    implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(OpenedModel.class);

  /**
   * Opens the model of a pipeline; {@link Pipeline#open(PipelineOptions)} lists the exceptions.
   *
   * @param provider chooses the backend, after the options were checked
   */
  static OpenedModel open(PipelineOptions options, Supplier<DiffusionBackendProvider> provider)
      throws IOException {
    if (options.diffusion().model().equals(UnpackedModel.BUNDLED)) {
      return openBundled(options, provider);
    }
    for (ControlNet net : options.diffusion().controlNets()) {
      if (net.folder().equals(UnpackedModel.BUNDLED)) {
        throw new IllegalStateException(
            Text.format(
                "the ControlNet '%s' has no folder; only the bundled model has ControlNets of its"
                    + " own, and the model of this pipeline is %s",
                net.name(), options.diffusion().model()));
      }
    }
    logMissingControlNets(options);
    DiffusionBackend backend = opened(provider.get(), options.diffusion());
    return new OpenedModel(options, backend, null, options.preset().guidanceScale(), false);
  }

  private static DiffusionBackend opened(
      DiffusionBackendProvider provider, DiffusionSettings settings) throws IOException {
    WorkEvent event = WorkEvent.started(new WorkEvent.OpenModel());
    DiffusionBackend backend = provider.open(settings);
    event.done(provider.name(), "open", 0, 0, 1);
    return new RecordedBackend(backend, provider.name());
  }

  private static OpenedModel openBundled(
      PipelineOptions options, Supplier<DiffusionBackendProvider> provider) throws IOException {
    BundledModel model =
        UnpackedModel.find()
            .orElseThrow(
                () ->
                    new IllegalStateException(
                        "the pipeline has no model: give one with model(folder), or add the artifact"
                            + " org.diffsynth:diffsynth-model-quickstart, a small one"));
    boolean addsControl = options.diffusion().controlNets().isEmpty();
    PipelineOptions complete =
        addsControl ? options.withControlNet(usualControl(options.preset())) : options;
    LOG.info(
        "no model was given, so the bundled model '{}' is used, with the ControlNets {}",
        model.name(),
        complete.diffusion().controlNets().stream().map(ControlNet::name).toList());
    DiffusionBackendProvider chosen = provider.get();
    UnpackedModel unpacked =
        UnpackedModel.unpack(model, options.diffusion().compute().memory().temporaryPath());
    try {
      DiffusionBackend backend = opened(chosen, unpacked.applyTo(complete.diffusion()));
      return new OpenedModel(complete, backend, unpacked, model.guidanceScale(), addsControl);
    } catch (IOException | RuntimeException | Error e) {
      delete(unpacked);
      throw e;
    }
  }

  private static ControlNet usualControl(Preset preset) {
    String name =
        preset.controls().size() == 1
            ? preset.controls().get(0).name()
            : ControlSignal.TILE.usualName();
    return preset.controlNet(name, UnpackedModel.BUNDLED);
  }

  private static void logMissingControlNets(PipelineOptions options) {
    List<String> given = options.diffusion().controlNets().stream().map(ControlNet::name).toList();
    List<String> missing =
        options.preset().controls().stream()
            .map(Preset.Control::name)
            .filter(name -> !given.contains(name))
            .toList();
    if (!missing.isEmpty()) {
      LOG.info(
          "{} is intended for the ControlNets {}, of which {} were not given; add one with"
              + " Pipeline.Builder.controlNet(\"{}\", folder)",
          options.preset(),
          options.preset().controls().stream().map(Preset.Control::name).toList(),
          missing,
          missing.get(0));
    }
  }

  /**
   * Returns the options for a request without an input video: a ControlNet that nobody asked for is
   * off, unless the request brings its pictures.
   */
  PipelineOptions withoutInput(RenderRequest request) {
    ControlNet net = hasUsualControl ? options.diffusion().controlNets().get(0) : null;
    if (net == null || request.conditioning().controls().containsKey(net.name())) {
      return options;
    }
    return options.withDiffusion(options.diffusion().withControlNets(List.of(net.withScale(0))));
  }

  /** Frees the model, and deletes its copy on disk if it is the bundled one. */
  @Override
  public void close() {
    try {
      backend.close();
    } finally {
      if (unpacked != null) {
        delete(unpacked);
      }
    }
  }

  private static void delete(UnpackedModel unpacked) {
    try {
      unpacked.close();
    } catch (IOException e) {
      LOG.warn("the copy of the bundled model could not be deleted: {}", e.getMessage());
    }
  }
}
