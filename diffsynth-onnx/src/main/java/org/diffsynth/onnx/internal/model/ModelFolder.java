package org.diffsynth.onnx.internal.model;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.diffsynth.diffusion.NoiseSchedule;
import org.diffsynth.diffusion.Prediction;
import org.diffsynth.onnx.internal.graph.ImagePromptInput;
import org.diffsynth.onnx.internal.graph.OnnxSkeleton;
import org.diffsynth.onnx.internal.graph.TensorSpec;
import org.diffsynth.onnx.internal.graph.UpsampleSurgery;
import org.diffsynth.onnx.internal.graph.VaeEncoderSurgery;
import org.diffsynth.onnx.internal.text.ClipTokenizer;
import org.diffsynth.spi.ModelDescription;

/**
 * A model folder in the layout of {@code optimum-cli export onnx}, read and checked; no weight is
 * loaded.
 *
 * @param tokenizer its tokenizer
 * @param textEncoder prompt to embedding
 * @param unet noise prediction
 * @param unetConfig the UNet's shape
 * @param vaeEncoder picture to latents, with the sampling taken out
 * @param vaeDecoder latents to picture
 * @param textLayers layers of the text encoder, 0 if not told
 * @param description what the denoising loop must know
 */
public record ModelFolder(
    ClipTokenizer tokenizer,
    OnnxSkeleton textEncoder,
    OnnxSkeleton unet,
    UnetConfig unetConfig,
    OnnxSkeleton vaeEncoder,
    OnnxSkeleton vaeDecoder,
    int textLayers,
    ModelDescription description) {

  private static final int LATENTS = 4;
  private static final int STACKED_POSES = 10;
  private static final Set<Integer> INPUT_CHANNELS = Set.of(LATENTS, LATENTS + STACKED_POSES);

  /**
   * Reads a folder.
   *
   * @throws IOException listing all that is missing or unlike what is needed, with the files
   */
  public static ModelFolder read(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      throw new IOException(folder + " is no folder");
    }
    FolderErrors problems = new FolderErrors(folder);
    JsonNode index = json(folder.resolve("model_index.json"), true, problems);
    JsonNode unetJson = json(folder.resolve("unet/config.json"), false, problems);
    checkSupported(folder, index, unetJson);

    ClipTokenizer tokenizer = problems.get(() -> ClipTokenizer.read(folder.resolve("tokenizer")));
    OnnxSkeleton text = model(folder, "text_encoder", problems);
    OnnxSkeleton unet = model(folder, "unet", problems);
    OnnxSkeleton encoder = model(folder, "vae_encoder", problems);
    OnnxSkeleton decoder = model(folder, "vae_decoder", problems);
    if (encoder != null) {
      OnnxSkeleton raw = encoder;
      encoder = problems.get(() -> VaeEncoderSurgery.patch(raw));
    }
    JsonNode textJson = json(folder.resolve("text_encoder/config.json"), false, problems);
    JsonNode vaeJson = json(folder.resolve("vae_decoder/config.json"), false, problems);
    JsonNode scheduler = json(folder.resolve("scheduler/scheduler_config.json"), true, problems);
    UnetConfig config = UnetConfig.of(unetJson, false);
    if (!unetJson.isMissingNode()) {
      checkWidths(config, textJson, tokenizer, problems);
    }
    Optional<OnnxSkeleton> anySize =
        unet == null ? Optional.empty() : anySize(unet, config.channels().size() - 1);
    ModelDescription described =
        problems.get(() -> describe(folder, config, vaeJson, scheduler, anySize.isPresent()));
    ModelDescription description =
        described == null || unet == null
            ? described
            : withInputs(described, TensorSpec.inputs(unet));
    problems.throwIfAny();
    return new ModelFolder(
        tokenizer,
        text,
        anySize.orElse(unet),
        config,
        encoder,
        decoder,
        textJson.path("num_hidden_layers").asInt(0),
        description);
  }

  /** Families of models that look alike but work otherwise get a plain word instead of a list. */
  private static void checkSupported(Path folder, JsonNode index, JsonNode unet)
      throws IOException {
    String pipeline = index.path("_class_name").asText("");
    String network = unet.path("_class_name").asText("UNet2DConditionModel");
    String family = null;
    if (pipeline.contains("XL")
        || index.has("text_encoder_2")
        || unet.path("addition_embed_type").asText("null").equals("text_time")) {
      family = "a Stable Diffusion XL model";
    } else if (pipeline.contains("Video")
        || pipeline.contains("AnimateDiff")
        || network.contains("3D")
        || network.contains("Motion")
        || network.contains("SpatioTemporal")) {
      family = "a video model";
    } else if (index.has("transformer") || pipeline.contains("Flux")) {
      family = "a diffusion transformer";
    } else if (!INPUT_CHANNELS.contains(unet.path("in_channels").asInt(LATENTS))) {
      family = "a UNet of " + unet.path("in_channels").asInt() + " input channels (inpainting?)";
    } else if (!network.equals("UNet2DConditionModel")) {
      family = "a " + network;
    }
    if (family != null) {
      throw new IOException(
          folder
              + ": not supported: this is "
              + family
              + "; needed is a model of the Stable Diffusion 1.5 family");
    }
  }

  private static void checkWidths(
      UnetConfig config, JsonNode text, ClipTokenizer tokenizer, FolderErrors problems) {
    int width = text.path("hidden_size").asInt(config.textWidth());
    if (width != config.textWidth()) {
      problems.add(
          "unet/config.json: expected cross_attention_dim %d, the width of the text encoder, found %d",
          width, config.textWidth());
    }
    int words = text.path("vocab_size").asInt(0);
    if (tokenizer != null && words > 0 && tokenizer.vocabularySize() > words) {
      problems.add(
          "tokenizer/vocab.json: expected at most %d tokens, as many as the text encoder knows,"
              + " found %d",
          words, tokenizer.vocabularySize());
    }
  }

  private static ModelDescription describe(
      Path folder, UnetConfig config, JsonNode vae, JsonNode scheduler, boolean anySize)
      throws IOException {
    JsonNode vaeChannels = vae.path("block_out_channels");
    int vaeFactor = 1 << (vaeChannels.isArray() ? vaeChannels.size() - 1 : 3);
    int multiple = anySize ? vaeFactor : vaeFactor << (config.channels().size() - 1);
    float scaling = (float) vae.path("scaling_factor").asDouble(0.18215);
    String prediction = scheduler.path("prediction_type").asText("epsilon");
    Prediction.Type type =
        switch (prediction) {
          case "epsilon" -> Prediction.Type.EPSILON;
          case "v_prediction" -> Prediction.Type.V_PREDICTION;
          default ->
              throw new IOException(
                  "scheduler/scheduler_config.json: expected prediction_type epsilon or"
                      + " v_prediction, found "
                      + prediction);
        };
    Path name = folder.toAbsolutePath().normalize().getFileName();
    return new ModelDescription(
        name == null ? folder.toString() : name.toString(),
        LATENTS,
        vaeFactor,
        multiple,
        scaling,
        schedule(scheduler),
        type);
  }

  /** What the UNet takes besides latents and prompt. */
  private static ModelDescription withInputs(
      ModelDescription description, List<TensorSpec> inputs) {
    ModelDescription known =
        ImagePromptInput.find(inputs)
            .map(image -> description.withImageInput(image.takes()))
            .orElse(description);
    boolean posed =
        inputs.stream()
            .anyMatch(port -> port.dims().size() == 4 && port.dim(1) == LATENTS + STACKED_POSES);
    return posed ? known.withExtraChannels(STACKED_POSES) : known;
  }

  private static NoiseSchedule schedule(JsonNode json) throws IOException {
    NoiseSchedule schedule;
    JsonNode trained = json.path("trained_betas");
    if (trained.isArray()) {
      double[] betas = new double[trained.size()];
      for (int i = 0; i < betas.length; i++) {
        betas[i] = trained.get(i).asDouble();
      }
      schedule = NoiseSchedule.ofBetas(betas);
    } else {
      double from = json.path("beta_start").asDouble(0.00085);
      double to = json.path("beta_end").asDouble(0.012);
      int timesteps = json.path("num_train_timesteps").asInt(1000);
      String kind = json.path("beta_schedule").asText("scaled_linear");
      schedule =
          switch (kind) {
            case "scaled_linear" -> NoiseSchedule.scaledLinear(from, to, timesteps);
            case "linear" -> NoiseSchedule.linear(from, to, timesteps);
            default ->
                throw new IOException(
                    "scheduler/scheduler_config.json: expected beta_schedule scaled_linear or"
                        + " linear, found "
                        + kind);
          };
    }
    return json.path("rescale_betas_zero_snr").asBoolean(false)
        ? schedule.withZeroTerminalSnr()
        : schedule;
  }

  private static Optional<OnnxSkeleton> anySize(OnnxSkeleton unet, int steps) {
    try {
      TensorSpec sample =
          TensorSpec.bind(unet, TensorSpec.inputs(unet), "latents", "sample|latent.*", 0, 4);
      return UpsampleSurgery.patch(unet, sample.name(), steps);
    } catch (IOException e) {
      return Optional.empty(); // told when the UNet is opened
    }
  }

  private static OnnxSkeleton model(Path folder, String part, FolderErrors problems) {
    return problems.get(() -> OnnxSkeleton.read(modelFile(folder.resolve(part))));
  }

  /** {@code model.onnx}, or the one model file there is. */
  static Path modelFile(Path folder) throws IOException {
    Path usual = folder.resolve("model.onnx");
    if (Files.isRegularFile(usual)) {
      return usual;
    }
    if (!Files.isDirectory(folder)) {
      throw new IOException(folder + " is missing");
    }
    List<Path> found;
    try (Stream<Path> files = Files.list(folder)) {
      found = files.filter(file -> file.toString().endsWith(".onnx")).sorted().toList();
    }
    if (found.size() != 1) {
      throw new IOException(
          usual
              + " is missing; found "
              + (found.isEmpty() ? "no other model there" : found.toString()));
    }
    return found.get(0);
  }

  static JsonNode json(Path file, boolean required, FolderErrors problems) {
    if (!Files.isRegularFile(file)) {
      if (required) {
        problems.add("%s is missing", file);
      }
      return MissingNode.getInstance();
    }
    try {
      return new ObjectMapper().readTree(file.toFile());
    } catch (JsonProcessingException e) {
      problems.add("%s is not JSON: %s", file, e.getOriginalMessage());
    } catch (IOException e) {
      problems.add("%s cannot be read: %s", file, e.getMessage());
    }
    return MissingNode.getInstance();
  }
}
