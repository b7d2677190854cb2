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
import org.diffsynth.internal.text.Text;
import org.diffsynth.onnx.internal.graph.AttentionAccess;
import org.diffsynth.onnx.internal.graph.BatchSurgery;
import org.diffsynth.onnx.internal.graph.ControlOutputSurgery;
import org.diffsynth.onnx.internal.graph.CrossFrameSurgery;
import org.diffsynth.onnx.internal.graph.GuidanceInput;
import org.diffsynth.onnx.internal.graph.ImagePromptInput;
import org.diffsynth.onnx.internal.graph.OnnxSkeleton;
import org.diffsynth.onnx.internal.graph.ResidualSurgery;
import org.diffsynth.onnx.internal.graph.SkeletonCache;
import org.diffsynth.onnx.internal.graph.TensorSpec;
import org.diffsynth.onnx.internal.model.ControlNetFolder;
import org.diffsynth.onnx.internal.model.UnetConfig;

/**
 * A UNet or ControlNet that is not open yet: the purpose of each input and output, and the changes
 * that its graph needs.
 *
 * @param label name for messages, such as {@code UNet} or {@code ControlNet 'tile'}
 * @param skeleton the model as exported, with an open batch dimension
 * @param config architecture
 * @param inputs purpose of each input
 * @param outputs names of the outputs: the noise prediction of a UNet, or the residuals of a
 *     ControlNet with the one of the middle block last
 * @param patch changes of the graph that do not depend on the attention
 * @param fixedBatch the model before its fixed batch dimension was opened; null if it was exported
 *     with an open one
 */
public record ModelBinding(
    String label,
    OnnxSkeleton skeleton,
    UnetConfig config,
    Inputs inputs,
    List<String> outputs,
    Patch patch,
    OnnxSkeleton fixedBatch) {

  private static final Pattern DOWN = Pattern.compile(".*down.*?_(\\d+)");
  private static final Pattern MID = Pattern.compile(".*mid.*");

  /**
   * The purpose of each input.
   *
   * @param sample latents, shape (batch, channels, height, width)
   * @param timestep timestep, a scalar or one entry per row
   * @param text prompt embedding, shape (batch, tokens, width)
   * @param control control images, shape (batch, 3, height, width); null for a UNet
   * @param fixedScale a scale that the exporter added and that is always 1; null if there is none
   * @param image image prompt of a UNet with an IP-Adapter; null for others
   * @param guidance guidance embedding of a UNet that was distilled with guidance, shape (batch,
   *     channels); null for others
   */
  record Inputs(
      TensorSpec sample,
      TensorSpec timestep,
      TensorSpec text,
      TensorSpec control,
      TensorSpec fixedScale,
      ImagePromptInput image,
      TensorSpec guidance) {}

  /**
   * A change of the graph.
   *
   * @param recipe everything that the change depends on besides the graph, for the cache key
   */
  record Patch(String recipe, SkeletonCache.Surgery surgery) {}

  /**
   * Finds the inputs and outputs of a UNet.
   *
   * @param controlNets number of ControlNets whose residuals the UNet must accept
   * @throws IOException if an input or output is missing or unknown; lists those of the model
   */
  public static ModelBinding ofUnet(OnnxSkeleton exported, UnetConfig config, int controlNets)
      throws IOException {
    TensorSpec latents = sample(exported, TensorSpec.inputs(exported));
    OnnxSkeleton fixed =
        latents.dim(0) < 0
            ? null
            : ResidualSurgery.patch(exported, latents.name(), config.residualChannels(), 0);
    OnnxSkeleton skeleton = fixed == null ? exported : openBatch(fixed, latents);
    List<TensorSpec> inputs = new ArrayList<>(TensorSpec.inputs(skeleton));
    Set<String> residuals = new HashSet<>(ResidualSurgery.existing(skeleton.model().getGraph()));
    inputs.removeIf(input -> residuals.contains(input.name()));
    ImagePromptInput image = ImagePromptInput.find(inputs).orElse(null);
    inputs.removeIf(input -> image != null && image.has(input));
    TensorSpec sample = sample(skeleton, inputs);
    TensorSpec output =
        TensorSpec.bind(
            skeleton,
            TensorSpec.outputs(skeleton),
            "a noise prediction",
            "out_sample|sample",
            0,
            4);
    Inputs bound =
        new Inputs(
            sample,
            timestep(skeleton, inputs),
            text(skeleton, inputs, config),
            null,
            null,
            image,
            GuidanceInput.find(inputs).orElse(null));
    checkComplete(skeleton, bound, inputs);
    List<Integer> channels = config.residualChannels();
    Patch patch =
        new Patch(
            "unet residuals " + controlNets + " " + channels,
            graph -> ResidualSurgery.patch(graph, sample.name(), channels, controlNets));
    return new ModelBinding("UNet", skeleton, config, bound, List.of(output.name()), patch, fixed);
  }

  /**
   * Finds the inputs and outputs of a ControlNet.
   *
   * @param name the user's name of the ControlNet, for messages
   * @throws IOException if an input or output is missing or unknown; lists those of the model
   */
  public static ModelBinding ofControlNet(String name, ControlNetFolder folder) throws IOException {
    TensorSpec latents = sample(folder.model(), TensorSpec.inputs(folder.model()));
    OnnxSkeleton fixed = latents.dim(0) < 0 ? null : folder.model();
    OnnxSkeleton skeleton = fixed == null ? folder.model() : openBatch(fixed, latents);
    UnetConfig config = folder.config();
    List<TensorSpec> inputs = TensorSpec.inputs(skeleton);
    TensorSpec scale =
        inputs.stream().filter(p -> p.name().matches(".*scale.*")).findFirst().orElse(null);
    Inputs bound =
        new Inputs(
            sample(skeleton, inputs),
            timestep(skeleton, inputs),
            text(skeleton, inputs, config),
            TensorSpec.bind(
                skeleton, inputs, "a control image", "controlnet_cond|.*cond|.*image", 3, 4),
            scale,
            null,
            null);
    checkComplete(skeleton, bound, inputs);
    return new ModelBinding(
        "ControlNet '" + name + "'",
        skeleton,
        config,
        bound,
        residualOutputs(skeleton, config.residualChannels().size()),
        new Patch(
            "controlnet pool " + config.globalPool(),
            graph -> ControlOutputSurgery.patch(graph, config.globalPool())),
        fixed);
  }

  /**
   * Returns the graph to run, from the cache if it is there.
   *
   * @param access what the self-attention must be able to look at
   * @throws IOException if the graph cannot be patched
   */
  public OnnxSkeleton patched(AttentionAccess access, SkeletonCache cache) throws IOException {
    int sites = config.selfAttentionLevels().size();
    return cache.patched(
        skeleton,
        patch.recipe + " attention " + access + " " + sites + " " + config.heads(),
        graph ->
            CrossFrameSurgery.patch(patch.surgery.apply(graph), access, sites, config::headsOf));
  }

  private static OnnxSkeleton openBatch(OnnxSkeleton skeleton, TensorSpec latents) {
    return BatchSurgery.open(skeleton, latents.name(), latents.dim(0));
  }

  private static TensorSpec sample(OnnxSkeleton skeleton, List<TensorSpec> inputs)
      throws IOException {
    return TensorSpec.bind(skeleton, inputs, "latents", "sample|latent.*", 0, 4);
  }

  private static TensorSpec timestep(OnnxSkeleton skeleton, List<TensorSpec> inputs)
      throws IOException {
    TensorSpec input = TensorSpec.bind(skeleton, inputs, "a timestep", "t|timesteps?", 1, -1);
    if (input.dims().size() > 1) {
      throw new IOException(
          Text.format(
              "%s: expected a timestep of at most 1 dimension, found %s", skeleton.file(), input));
    }
    return input;
  }

  private static TensorSpec text(OnnxSkeleton skeleton, List<TensorSpec> inputs, UnetConfig config)
      throws IOException {
    TensorSpec input =
        TensorSpec.bind(skeleton, inputs, "a prompt", "encoder_hidden_states?", 2, 3);
    if (input.dim(2) >= 0 && input.dim(2) != config.textWidth()) {
      throw new IOException(
          Text.format(
              "%s: expected %d floats per token, found %s",
              skeleton.file(), config.textWidth(), input));
    }
    return input;
  }

  private static List<String> residualOutputs(OnnxSkeleton skeleton, int count) throws IOException {
    List<TensorSpec> outputs = TensorSpec.outputs(skeleton);
    if (outputs.size() != count) {
      throw new IOException(
          Text.format(
              "%s: expected %d residuals, found %d outputs: %s",
              skeleton.file(), count, outputs.size(), outputs));
    }
    Map<Integer, String> named = new TreeMap<>();
    for (TensorSpec output : outputs) {
      Matcher down = DOWN.matcher(output.name());
      if (down.matches()) {
        named.put(Integer.parseInt(down.group(1)), output.name());
      } else if (MID.matcher(output.name()).matches()) {
        named.put(Integer.MAX_VALUE, output.name());
      }
    }
    return named.size() == count
        ? List.copyOf(named.values())
        : outputs.stream().map(TensorSpec::name).toList();
  }

  /** Checks that every input has exactly one purpose. */
  private static void checkComplete(OnnxSkeleton skeleton, Inputs bound, List<TensorSpec> inputs)
      throws IOException {
    Set<TensorSpec> used = new HashSet<>(List.of(bound.sample, bound.timestep, bound.text));
    int expected = 3;
    for (TensorSpec optional : new TensorSpec[] {bound.control, bound.fixedScale, bound.guidance}) {
      if (optional != null) {
        used.add(optional);
        expected++;
      }
    }
    if (used.size() != expected || inputs.size() != expected) {
      throw new IOException(
          skeleton.file()
              + ": expected inputs for latents, timestep, prompt"
              + (bound.control == null ? "" : " and control image")
              + (bound.image == null ? "" : " and image prompt")
              + (bound.guidance == null ? "" : " and guidance embedding")
              + " only, found "
              + inputs);
    }
  }
}
