package org.diffsynth.onnx.internal.backend;

import ai.onnxruntime.OrtException;
import java.io.IOException;
import java.util.LinkedHashMap;
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
import org.diffsynth.onnx.internal.runtime.Device;
import org.diffsynth.onnx.internal.runtime.OrtThread;
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

/** Opens a model: first all folders are read and checked, then the sessions are made. */
public final class BackendOpener {
  private static final Logger LOG = LoggerFactory.getLogger(BackendOpener.class);

  private final DiffusionSettings settings;
  private final SkeletonCache cache;
  private final Device device;
  private final MemoryBudget budget;
  private final ModelFolder folder;
  private final AttentionAccess access;
  private final AttentionAccess accessInNets;
  private final FolderErrors problems;
  private final Map<String, ModelBinding> nets = new LinkedHashMap<>();
  private final Map<String, OnnxSkeleton> netGraphs = new LinkedHashMap<>();

  private BackendOpener(DiffusionSettings settings, SkeletonCache cache) throws IOException {
    this.settings = settings;
    this.cache = cache;
    this.device = Device.of(settings.device());
    this.budget = MemoryBudget.of(device, settings.modelMemory());
    this.folder = ModelFolder.read(settings.model());
    this.problems = new FolderErrors(settings.model());
    CrossFrameAttention attention = settings.attention();
    this.access =
        attention.carries()
            ? AttentionAccess.CARRY
            : attention.mode() == CrossFrameAttention.Mode.NONE
                ? AttentionAccess.SELF
                : AttentionAccess.GATHER;
    this.accessInNets = attention.inControlNets() ? access : AttentionAccess.SELF;
  }

  /**
   * Opens a model.
   *
   * @param cache where patched graphs are kept
   * @throws IOException listing what is missing or unlike what is needed
   * @throws BackendException if ONNX Runtime does not take a model
   */
  public static OnnxDiffusionBackend open(DiffusionSettings settings, SkeletonCache cache)
      throws IOException {
    BackendOpener opening = new BackendOpener(settings, cache);
    try {
      return opening.open();
    } catch (BackendException e) {
      if (!settings.device().equals(DiffusionSettings.AUTO) || opening.device == Device.CPU) {
        throw e;
      }
      LOG.warn(
          "{} cannot be used, computing on the CPU instead: {}", opening.device, e.getMessage());
      return new BackendOpener(settings.withDevice("cpu"), cache).open();
    }
  }

  private OnnxDiffusionBackend open() throws IOException {
    UnetConfig config = folder.unetConfig();
    for (ControlNet net : settings.controlNets()) {
      if (net.scale() > 0) {
        bindNet(net, config);
      }
    }
    int active = (int) settings.controlNets().stream().filter(net -> net.scale() > 0).count();
    LoraMerge weights =
        problems.get(() -> LoraMerge.of(settings.loras(), folder.unet(), folder.textEncoder()));
    OnnxSkeleton unetModel = weights == null ? folder.unet() : weights.unet();
    OnnxSkeleton textModel = weights == null ? folder.textEncoder() : weights.textEncoder();
    ModelBinding unet = problems.get(() -> ModelBinding.ofUnet(unetModel, config, active));
    OnnxSkeleton graph = unet == null ? null : problems.get(() -> unet.patched(access, cache));
    TextEncoder.Binding text =
        problems.get(
            () ->
                TextEncoder.Binding.of(
                    folder.tokenizer(),
                    textModel,
                    config.textWidth(),
                    settings.clipSkip(),
                    folder.textLayers()));
    Vae.Binding vae =
        problems.get(
            () -> Vae.Binding.of(folder.description(), folder.vaeEncoder(), folder.vaeDecoder()));
    problems.throwIfAny();

    OrtThread thread = new OrtThread();
    try {
      OnnxDiffusionBackend backend =
          thread.call(
              OrtThread.UNSTOPPABLE,
              "opening " + settings.model(),
              () -> sessions(thread, unet, graph, text, vae));
      LOG.info(
          "opened {} on {} with {} threads, at most {} MB a model call, ControlNets {}, attention {}",
          settings.model(),
          device,
          settings.threads(),
          budget.bytes() >> 20,
          nets.keySet(),
          settings.attention());
      return backend;
    } catch (RuntimeException | Error e) {
      thread.close(() -> {});
      throw e;
    }
  }

  private void bindNet(ControlNet net, UnetConfig config) {
    ModelBinding binding =
        problems.get(
            () ->
                ModelBinding.ofControlNet(net.name(), ControlNetFolder.read(net.folder(), config)));
    if (binding != null) {
      nets.put(net.name(), binding);
      netGraphs.put(net.name(), problems.get(() -> binding.patched(accessInNets, cache)));
    }
  }

  private OnnxDiffusionBackend sessions(
      OrtThread thread,
      ModelBinding unet,
      OnnxSkeleton graph,
      TextEncoder.Binding text,
      Vae.Binding vae)
      throws OrtException {
    int threads = settings.threads();
    for (ModelBinding binding : Stream.concat(nets.values().stream(), Stream.of(unet)).toList()) {
      if (binding.fixedBatch() != null) {
        LOG.info("{} was exported with a fixed batch, which is opened and tried", binding.label());
        new BatchProbe(binding, thread, device, threads).check();
      }
    }
    try (Closer closer = new Closer()) {
      TextEncoder encoder = closer.add(text.open(thread, device, threads));
      Vae pictures = closer.add(vae.open(thread, device, threads, settings.vaeTiling()));
      Map<String, CrossFrameModel> controls = new LinkedHashMap<>();
      for (Map.Entry<String, ModelBinding> net : nets.entrySet()) {
        OnnxSkeleton netGraph = netGraphs.get(net.getKey());
        controls.put(
            net.getKey(),
            closer.add(
                new CrossFrameModel(
                    net.getValue(), thread, device, threads, cache, netGraph, accessInNets)));
      }
      CrossFrameModel main =
          closer.add(new CrossFrameModel(unet, thread, device, threads, cache, graph, access));
      ControlledUnet predictor =
          new ControlledUnet(
              main,
              controls,
              settings.attention().inControlNets(),
              folder.description().vaeScaleFactor());
      OnnxDiffusionBackend backend =
          new OnnxDiffusionBackend(folder, budget, thread, encoder, pictures, predictor);
      closer.keepOpen();
      return backend;
    }
  }
}
