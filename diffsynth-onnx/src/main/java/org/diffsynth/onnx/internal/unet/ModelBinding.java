package org.diffsynth.onnx.internal.unet;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.diffsynth.onnx.internal.graph.AttentionAccess;
import org.diffsynth.onnx.internal.graph.BatchSurgery;
import org.diffsynth.onnx.internal.graph.ControlOutputSurgery;
import org.diffsynth.onnx.internal.graph.CrossFrameSurgery;
import org.diffsynth.onnx.internal.graph.ImagePromptInput;
import org.diffsynth.onnx.internal.graph.OnnxSkeleton;
import org.diffsynth.onnx.internal.graph.ResidualSurgery;
import org.diffsynth.onnx.internal.graph.SkeletonCache;
import org.diffsynth.onnx.internal.graph.TensorSpec;
import org.diffsynth.onnx.internal.model.ControlNetFolder;
import org.diffsynth.onnx.internal.model.UnetConfig;

/**
 * What must be known of a UNet or ControlNet before it is opened: which inputs and outputs serve
 * what, and how its graph is to be changed.
 *
 * @param label what errors call it
 * @param skeleton the model as exported
 * @param config its shape
 * @param sample input of the latents
 * @param timestep input of the timestep
 * @param text input of the prompt's embedding
 * @param control input of the control pictures, null for a UNet
 * @param fixedScale input of a scale that the exporter left in, fed with 1; null if there is none
 * @param image where a UNet with an IP-Adapter takes its image prompt; null for others
 * @param outputs the noise prediction, or the residuals with the middle block's last
 * @param recipe what the surgery depends on
 * @param surgery changes made whatever the attention
 * @param fixedBatch the model before its fixed batch was opened, null if it had none
 */
public record ModelBinding(
    String label,
    OnnxSkeleton skeleton,
    UnetConfig config,
    TensorSpec sample,
    TensorSpec timestep,
    TensorSpec text,
    TensorSpec control,
    TensorSpec fixedScale,
    ImagePromptInput image,
    List<String> outputs,
    String recipe,
    SkeletonCache.Surgery surgery,
    OnnxSkeleton fixedBatch) {

  private static final Pattern DOWN = Pattern.compile(".*down.*?_(\\d+)");
  private static final Pattern MID = Pattern.compile(".*mid.*");

  public static ModelBinding ofUnet(OnnxSkeleton exported, UnetConfig config, int nets)
      throws IOException {
    TensorSpec latents = sample(exported, TensorSpec.inputs(exported));
    OnnxSkeleton fixed =
        latents.dim(0) < 0
            ? null
            : ResidualSurgery.patch(exported, latents.name(), config.residualChannels(), 0);
    OnnxSkeleton skeleton = fixed == null ? exported : opened(fixed, latents);
    List<TensorSpec> inputs = new ArrayList<>(TensorSpec.inputs(skeleton));
    Set<String> residuals = new HashSet<>(ResidualSurgery.existing(skeleton.model().getGraph()));
    inputs.removeIf(port -> residuals.contains(port.name()));
    ImagePromptInput image = ImagePromptInput.find(inputs).orElse(null);
    inputs.removeIf(port -> image != null && image.has(port));
    TensorSpec sample = sample(skeleton, inputs);
    TensorSpec output =
        TensorSpec.bind(
            skeleton,
            TensorSpec.outputs(skeleton),
            "a noise prediction",
            "out_sample|sample",
            0,
            4);
    return check(
        new ModelBinding(
            "UNet",
            skeleton,
            config,
            sample,
            timestep(skeleton, inputs),
            text(skeleton, inputs, config),
            null,
            null,
            image,
            List.of(output.name()),
            "unet residuals " + nets + " " + config.residualChannels(),
            graph -> ResidualSurgery.patch(graph, sample.name(), config.residualChannels(), nets),
            fixed),
        inputs);
  }

  public static ModelBinding ofControlNet(String name, ControlNetFolder folder) throws IOException {
    TensorSpec latents = sample(folder.model(), TensorSpec.inputs(folder.model()));
    OnnxSkeleton fixed = latents.dim(0) < 0 ? null : folder.model();
    OnnxSkeleton skeleton = fixed == null ? folder.model() : opened(fixed, latents);
    UnetConfig config = folder.config();
    List<TensorSpec> inputs = TensorSpec.inputs(skeleton);
    TensorSpec scale =
        inputs.stream().filter(p -> p.name().matches(".*scale.*")).findFirst().orElse(null);
    return check(
        new ModelBinding(
            "ControlNet '" + name + "'",
            skeleton,
            config,
            sample(skeleton, inputs),
            timestep(skeleton, inputs),
            text(skeleton, inputs, config),
            TensorSpec.bind(
                skeleton, inputs, "a control picture", "controlnet_cond|.*cond|.*image", 3, 4),
            scale,
            null,
            residualOutputs(skeleton, config.residualChannels().size()),
            "controlnet pool " + config.globalPool(),
            graph -> ControlOutputSurgery.patch(graph, config.globalPool()),
            fixed),
        inputs);
  }

  /** The graph to run, from the cache if it is there. */
  public OnnxSkeleton patched(AttentionAccess access, SkeletonCache cache) throws IOException {
    int sites = config.selfAttentionLevels().size();
    return cache.patched(
        skeleton,
        recipe + " attention " + access + " " + sites + " " + config.heads(),
        graph -> CrossFrameSurgery.patch(surgery.apply(graph), access, sites, config::headsOf));
  }

  private static TensorSpec sample(OnnxSkeleton skeleton, List<TensorSpec> inputs)
      throws IOException {
    return TensorSpec.bind(skeleton, inputs, "latents", "sample|latent.*", 0, 4);
  }

  private static OnnxSkeleton opened(OnnxSkeleton skeleton, TensorSpec latents) {
    return BatchSurgery.open(skeleton, latents.name(), latents.dim(0));
  }

  private static TensorSpec timestep(OnnxSkeleton skeleton, List<TensorSpec> inputs)
      throws IOException {
    TensorSpec port = TensorSpec.bind(skeleton, inputs, "a timestep", "t|timesteps?", 1, -1);
    if (port.dims().size() > 1) {
      throw new IOException(
          skeleton.file() + ": expected a timestep of at most 1 dimension, found " + port);
    }
    return port;
  }

  private static TensorSpec text(OnnxSkeleton skeleton, List<TensorSpec> inputs, UnetConfig config)
      throws IOException {
    TensorSpec port = TensorSpec.bind(skeleton, inputs, "a prompt", "encoder_hidden_states?", 2, 3);
    if (port.dim(2) >= 0 && port.dim(2) != config.textWidth()) {
      throw new IOException(
          skeleton.file()
              + ": expected "
              + config.textWidth()
              + " floats per token, found "
              + port);
    }
    return port;
  }

  private static List<String> residualOutputs(OnnxSkeleton skeleton, int count) throws IOException {
    List<TensorSpec> ports = TensorSpec.outputs(skeleton);
    if (ports.size() != count) {
      throw new IOException(
          String.format(
              "%s: expected %d residuals, found %d outputs: %s",
              skeleton.file(), count, ports.size(), ports));
    }
    Map<Integer, String> named = new TreeMap<>();
    for (TensorSpec port : ports) {
      Matcher down = DOWN.matcher(port.name());
      if (down.matches()) {
        named.put(Integer.parseInt(down.group(1)), port.name());
      } else if (MID.matcher(port.name()).matches()) {
        named.put(Integer.MAX_VALUE, port.name());
      }
    }
    return named.size() == count
        ? List.copyOf(named.values())
        : ports.stream().map(TensorSpec::name).toList();
  }

  private static ModelBinding check(ModelBinding binding, List<TensorSpec> inputs)
      throws IOException {
    Set<TensorSpec> bound = new HashSet<>(List.of(binding.sample, binding.timestep, binding.text));
    int expected = 3;
    for (TensorSpec optional : new TensorSpec[] {binding.control, binding.fixedScale}) {
      if (optional != null) {
        bound.add(optional);
        expected++;
      }
    }
    if (bound.size() != expected || inputs.size() != expected) {
      throw new IOException(
          binding.skeleton.file()
              + ": expected inputs for latents, timestep, prompt"
              + (binding.control == null ? "" : " and control picture")
              + (binding.image == null ? "" : " and image prompt")
              + " only, found "
              + inputs);
    }
    return binding;
  }
}
