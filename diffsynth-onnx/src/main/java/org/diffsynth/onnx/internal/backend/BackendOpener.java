package org.diffsynth.onnx.internal.backend;

import ai.onnxruntime.OrtException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.diffsynth.compute.BackendException;
import org.diffsynth.compute.Closer;
import org.diffsynth.control.ControlNet;
import org.diffsynth.diffusion.CrossFrameAttention;
import org.diffsynth.onnx.internal.graph.AttentionAccess;
import org.diffsynth.onnx.internal.graph.OnnxSkeleton;
import org.diffsynth.onnx.internal.graph.SkeletonCache;
import org.diffsynth.onnx.internal.lora.LoraMerge;
import org.diffsynth.onnx.internal.model.ControlNetFolder;
import org.diffsynth.onnx.internal.model.FolderErrors;
import org.diffsynth.onnx.internal.model.ModelFolder;
import org.diffsynth.onnx.internal.model.UnetConfig;
import org.diffsynth.onnx.internal.model.VaeModel;
import org.diffsynth.onnx.internal.runtime.MergedWeights;
import org.diffsynth.onnx.internal.runtime.RuntimeSupport;
import org.diffsynth.onnx.internal.runtime.SessionFactory;
import org.diffsynth.onnx.internal.text.TextEncoder;
import org.diffsynth.onnx.internal.unet.BatchProbe;
import org.diffsynth.onnx.internal.unet.ControlledUnet;
import org.diffsynth.onnx.internal.unet.CrossFrameModel;
import org.diffsynth.onnx.internal.unet.MemoryBudget;
import org.diffsynth.onnx.internal.unet.ModelBinding;
import org.diffsynth.onnx.internal.vae.Vae;
import org.diffsynth.spi.DiffusionSettings;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Opens a backend in two phases. First all folders are read, checked and patched, so that every
 * error in the files is reported at once. Then the sessions are opened, which loads the weights.
 */
public final class BackendOpener {
  private static final Logger LOG = LoggerFactory.getLogger(BackendOpener.class);

  private final DiffusionSettings settings;
  private final SkeletonCache graphs;
  private final ModelFolder folder;
  private final FolderErrors errors;

  private BackendOpener(DiffusionSettings settings, SkeletonCache graphs) throws IOException {
    this.settings = settings;
    this.graphs = graphs;
    this.folder = ModelFolder.read(settings.model(), settings.vae().replacement());
    this.errors = new FolderErrors(settings.model());
  }

  /**
   * Opens a model with its ControlNets and LoRAs. With the device {@code auto}, a GPU that fails is
   * reported in the log and the CPU is used instead.
   *
   * @param graphs cache of patched graphs
   * @return the backend; the caller closes it
   * @throws IOException if files are missing or do not fit each other; lists all errors
   * @throws BackendException if ONNX Runtime rejects a model
   */
  public static OnnxDiffusionBackend open(DiffusionSettings settings, SkeletonCache graphs)
      throws IOException {
    BackendOpener opener = new BackendOpener(settings, graphs);
    PatchedModels models = opener.patch();
    return SessionFactory.open(
        settings.compute(),
        "opening " + settings.model(),
        sessions -> opener.openSessions(sessions, models));
  }

  /**
   * A UNet or ControlNet that is ready to be opened.
   *
   * @param graph the patched graph
   */
  private record PatchedModel(ModelBinding binding, OnnxSkeleton graph, AttentionAccess access) {}

  /** Everything that is ready to be opened. */
  private record PatchedModels(
      PatchedModel unet,
      Map<String, PatchedModel> controlNets,
      TextEncoder.Binding text,
      Vae.Binding vae,
      Vae.Binding loopVae) {}

  private PatchedModels patch() throws IOException {
    UnetConfig config = folder.unetConfig();
    for (OnnxSkeleton model :
        List.of(folder.unet(), folder.textEncoder(), folder.vaeEncoder(), folder.vaeDecoder())) {
      errors.get(() -> RuntimeSupport.check(model));
    }
    AttentionAccess access = access(settings.attention());
    AttentionAccess controlNetAccess =
        settings.attention().inControlNets() ? access : AttentionAccess.SELF;
    List<ControlNet> used =
        settings.controlNets().stream().filter(controlNet -> controlNet.scale() > 0).toList();
    Map<String, PatchedModel> controlNets = new LinkedHashMap<>();
    for (ControlNet controlNet : used) {
      PatchedModel patched =
          patch(
              controlNetAccess,
              () ->
                  ModelBinding.ofControlNet(
                      controlNet.name(), supported(controlNet.folder(), config)));
      controlNets.put(controlNet.name(), patched);
    }
    LoraMerge merge =
        errors.get(() -> LoraMerge.of(settings.loras(), folder.unet(), folder.textEncoder()));
    OnnxSkeleton unetModel = merge == null ? folder.unet() : merge.unet();
    OnnxSkeleton textModel = merge == null ? folder.textEncoder() : merge.textEncoder();
    PatchedModel unet = patch(access, () -> ModelBinding.ofUnet(unetModel, config, used.size()));
    TextEncoder.Binding text =
        errors.get(
            () ->
                TextEncoder.Binding.of(
                    folder.tokenizer(),
                    textModel,
                    config.textWidth(),
                    settings.clipSkip(),
                    folder.textLayers(),
                    settings.embeddings()));
    Vae.Binding vae =
        errors.get(
            () -> Vae.Binding.of(folder.description(), folder.vaeEncoder(), folder.vaeDecoder()));
    Vae.Binding loopVae = settings.vae().inLoop().isEmpty() ? null : errors.get(this::loopVae);
    errors.throwIfAny();
    MergedWeights.requireSpace(
        List.of(unetModel, textModel), settings.compute().memory().temporaryPath());
    return new PatchedModels(unet, controlNets, text, vae, loopVae);
  }

  private Vae.Binding loopVae() throws IOException {
    Path path = settings.vae().inLoop().orElseThrow();
    VaeModel vae = VaeModel.read(path);
    RuntimeSupport.check(vae.encoder());
    RuntimeSupport.check(vae.decoder());
    return Vae.Binding.of(vae.applyTo(folder.description(), path), vae.encoder(), vae.decoder());
  }

  private static ControlNetFolder supported(Path folder, UnetConfig unet) throws IOException {
    ControlNetFolder read = ControlNetFolder.read(folder, unet);
    RuntimeSupport.check(read.model());
    return read;
  }

  /** Binds and patches a UNet or ControlNet; null after an error, which is collected. */
  private PatchedModel patch(AttentionAccess access, FolderErrors.Reader<ModelBinding> reader) {
    return errors.get(
        () -> {
          ModelBinding binding = reader.read();
          return new PatchedModel(binding, binding.patched(access, graphs), access);
        });
  }

  private static AttentionAccess access(CrossFrameAttention attention) {
    if (attention.carries()) {
      return AttentionAccess.CARRY;
    }
    return attention.mode() == CrossFrameAttention.Mode.NONE
        ? AttentionAccess.SELF
        : AttentionAccess.GATHER;
  }

  private OnnxDiffusionBackend openSessions(SessionFactory sessions, PatchedModels models)
      throws OrtException {
    for (PatchedModel model :
        Stream.concat(models.controlNets.values().stream(), Stream.of(models.unet)).toList()) {
      if (model.binding.fixedBatch() != null) {
        LOG.info(
            "{} was exported with a fixed batch; testing it with an open one",
            model.binding.label());
        new BatchProbe(model.binding, sessions).check();
      }
    }
    try (Closer closer = new Closer()) {
      TextEncoder text = closer.add(models.text.open(sessions));
      Vae vae = closer.add(models.vae.open(sessions, settings.vae().tiling()));
      Vae loopVae =
          models.loopVae == null
              ? vae
              : closer.add(models.loopVae.open(sessions, settings.vae().tiling()));
      Map<String, CrossFrameModel> controlNets = new LinkedHashMap<>();
      for (Map.Entry<String, PatchedModel> entry : models.controlNets.entrySet()) {
        controlNets.put(entry.getKey(), closer.add(open(entry.getValue(), sessions)));
      }
      CrossFrameModel unet = closer.add(open(models.unet, sessions));
      ControlledUnet controlledUnet =
          new ControlledUnet(
              unet,
              controlNets,
              settings.attention().inControlNets(),
              folder.description().vaeScaleFactor());
      MemoryBudget budget =
          MemoryBudget.of(sessions.device(), settings.compute().memory().modelCall());
      OnnxDiffusionBackend backend =
          new OnnxDiffusionBackend(
              folder, budget, sessions.thread(), text, vae, loopVae, controlledUnet);
      closer.keepOpen();
      LOG.info(
          "opened {} on {} with {} threads, at most {} MB a model call, ControlNets {}, attention {}",
          settings.model(),
          sessions.device(),
          sessions.threads(),
          budget.bytes() >> 20,
          models.controlNets.keySet(),
          settings.attention());
      return backend;
    }
  }

  private CrossFrameModel open(PatchedModel model, SessionFactory sessions) {
    return new CrossFrameModel(model.binding, sessions, graphs, model.graph, model.access);
  }
}
