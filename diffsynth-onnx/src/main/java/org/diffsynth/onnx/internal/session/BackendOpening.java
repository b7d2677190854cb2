package org.diffsynth.onnx.internal.session;

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
import org.diffsynth.onnx.internal.model.ModelFolder;
import org.diffsynth.onnx.internal.model.Problems;
import org.diffsynth.onnx.internal.model.UnetConfig;
import org.diffsynth.spi.DiffusionSettings;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Opens a model: first all folders are read and checked, then the sessions are made. */
public final class BackendOpening {
  private static final Logger LOG = LoggerFactory.getLogger(BackendOpening.class);

  private final DiffusionSettings settings;
  private final SkeletonCache cache;
  private final Device device;
  private final MemoryBudget budget;
  private final ModelFolder folder;
  private final AttentionAccess access;
  private final AttentionAccess accessInNets;
  private final Problems problems;
  private final Map<String, NetworkPlan> nets = new LinkedHashMap<>();
  private final Map<String, OnnxSkeleton> netGraphs = new LinkedHashMap<>();

  private BackendOpening(DiffusionSettings settings, SkeletonCache cache) throws IOException {
    this.settings = settings;
    this.cache = cache;
    this.device = Device.of(settings.device());
    this.budget = MemoryBudget.of(device, settings.modelMemory());
    this.folder = ModelFolder.read(settings.model());
    this.problems = new Problems(settings.model());
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
    BackendOpening opening = new BackendOpening(settings, cache);
    try {
      return opening.open();
    } catch (BackendException e) {
      if (!settings.device().equals(DiffusionSettings.AUTO) || opening.device == Device.CPU) {
        throw e;
      }
      LOG.warn(
          "{} cannot be used, computing on the CPU instead: {}", opening.device, e.getMessage());
      return new BackendOpening(settings.withDevice("cpu"), cache).open();
    }
  }

  private OnnxDiffusionBackend open() throws IOException {
    UnetConfig config = folder.unetConfig();
    for (ControlNet net : settings.controlNets()) {
      if (net.scale() > 0) {
        planNet(net, config);
      }
    }
    int active = (int) settings.controlNets().stream().filter(net -> net.scale() > 0).count();
    LoraMerge weights =
        problems.get(() -> LoraMerge.of(settings.loras(), folder.unet(), folder.textEncoder()));
    OnnxSkeleton unetModel = weights == null ? folder.unet() : weights.unet();
    OnnxSkeleton textModel = weights == null ? folder.textEncoder() : weights.textEncoder();
    NetworkPlan unet = problems.get(() -> NetworkPlan.ofUnet(unetModel, config, active));
    OnnxSkeleton graph = unet == null ? null : problems.get(() -> unet.patched(access, cache));
    TextEncoder.Plan text =
        problems.get(
            () ->
                TextEncoder.Plan.of(
                    folder.tokenizer(),
                    textModel,
                    config.textWidth(),
                    settings.clipSkip(),
                    folder.textLayers()));
    Vae.Plan vae =
        problems.get(
            () -> Vae.Plan.of(folder.description(), folder.vaeEncoder(), folder.vaeDecoder()));
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

  private void planNet(ControlNet net, UnetConfig config) {
    NetworkPlan plan =
        problems.get(
            () ->
                NetworkPlan.ofControlNet(net.name(), ControlNetFolder.read(net.folder(), config)));
    if (plan != null) {
      nets.put(net.name(), plan);
      netGraphs.put(net.name(), problems.get(() -> plan.patched(accessInNets, cache)));
    }
  }

  private OnnxDiffusionBackend sessions(
      OrtThread thread, NetworkPlan unet, OnnxSkeleton graph, TextEncoder.Plan text, Vae.Plan vae)
      throws OrtException {
    int threads = settings.threads();
    for (NetworkPlan plan : Stream.concat(nets.values().stream(), Stream.of(unet)).toList()) {
      if (plan.fixedBatch() != null) {
        LOG.info("{} was exported with a fixed batch, which is opened and tried", plan.label());
        new BatchProbe(plan, thread, device, threads).check();
      }
    }
    try (Closer closer = new Closer()) {
      TextEncoder encoder = closer.add(text.open(thread, device, threads));
      Vae pictures = closer.add(vae.open(thread, device, threads, settings.vaeTiling()));
      Map<String, Network> controls = new LinkedHashMap<>();
      for (Map.Entry<String, NetworkPlan> net : nets.entrySet()) {
        OnnxSkeleton netGraph = netGraphs.get(net.getKey());
        controls.put(
            net.getKey(),
            closer.add(
                new Network(
                    net.getValue(), thread, device, threads, cache, netGraph, accessInNets)));
      }
      Network main = closer.add(new Network(unet, thread, device, threads, cache, graph, access));
      NoisePredictor predictor =
          new NoisePredictor(
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
