package org.diffsynth.onnx.internal.model;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.diffsynth.diffusion.NoiseSchedule;
import org.diffsynth.diffusion.Prediction;
import org.diffsynth.onnx.internal.graph.GuidanceInput;
import org.diffsynth.onnx.internal.graph.ImagePromptInput;
import org.diffsynth.onnx.internal.graph.TensorSpec;
import org.diffsynth.spi.ModelDescription;

/**
 * Builds a {@link ModelDescription} from the configuration files of a model. A key that is absent
 * has the value of Stable Diffusion 1.5.
 */
final class Descriptions {
  static final int LATENT_CHANNELS = 4;
  static final int STACKED_POSE_CHANNELS = 10;

  private Descriptions() {}

  /**
   * Returns the description of the model of a folder.
   *
   * @param vae content of {@code vae_decoder/config.json}
   * @param scheduler content of {@code scheduler/scheduler_config.json}
   * @param anySize whether the UNet takes latents of any size; otherwise each side must be a
   *     multiple of the UNet's coarsest resolution
   * @throws IOException if the prediction type or the noise schedule is unknown
   */
  static ModelDescription of(
      Path folder, UnetConfig config, JsonNode vae, JsonNode scheduler, boolean anySize)
      throws IOException {
    int vaeFactor = vaeScaleFactor(vae);
    int multiple = anySize ? vaeFactor : vaeFactor << (config.channels().size() - 1);
    Path name = folder.toAbsolutePath().normalize().getFileName();
    return new ModelDescription(
        name == null ? folder.toString() : name.toString(),
        LATENT_CHANNELS,
        vaeFactor,
        multiple,
        scalingFactor(vae),
        schedule(scheduler),
        predictionType(scheduler));
  }

  /** Returns the pixels along one latent pixel. */
  static int vaeScaleFactor(JsonNode vae) {
    JsonNode channels = vae.path("block_out_channels");
    return 1 << (channels.isArray() ? channels.size() - 1 : 3);
  }

  /** Returns the factor from the VAE's output to latents. */
  static float scalingFactor(JsonNode vae) {
    return (float) vae.path("scaling_factor").asDouble(0.18215);
  }

  /**
   * Adds the inputs that a UNet has besides latents and prompt: image prompt, stacked poses and
   * guidance embedding.
   */
  static ModelDescription withInputs(ModelDescription description, List<TensorSpec> inputs) {
    ModelDescription described =
        ImagePromptInput.find(inputs)
            .map(image -> description.withImageInput(image.shape()))
            .orElse(description);
    boolean takesPoses =
        inputs.stream()
            .anyMatch(
                input ->
                    input.dims().size() == 4
                        && input.dim(1) == LATENT_CHANNELS + STACKED_POSE_CHANNELS);
    ModelDescription withPoses =
        takesPoses ? described.withExtraChannels(STACKED_POSE_CHANNELS) : described;
    return GuidanceInput.find(inputs)
        .map(guidance -> withPoses.withGuidanceChannels((int) guidance.dim(1)))
        .orElse(withPoses);
  }

  private static Prediction.Type predictionType(JsonNode scheduler) throws IOException {
    String prediction = scheduler.path("prediction_type").asText("epsilon");
    return switch (prediction) {
      case "epsilon" -> Prediction.Type.EPSILON;
      case "v_prediction" -> Prediction.Type.V_PREDICTION;
      default ->
          throw new IOException(
              "scheduler/scheduler_config.json: prediction_type must be epsilon or v_prediction,"
                  + " but was "
                  + prediction);
    };
  }

  private static NoiseSchedule schedule(JsonNode scheduler) throws IOException {
    NoiseSchedule schedule;
    JsonNode trained = scheduler.path("trained_betas");
    if (trained.isArray()) {
      double[] betas = new double[trained.size()];
      for (int i = 0; i < betas.length; i++) {
        betas[i] = trained.get(i).asDouble();
      }
      schedule = NoiseSchedule.ofBetas(betas);
    } else {
      double from = scheduler.path("beta_start").asDouble(0.00085);
      double to = scheduler.path("beta_end").asDouble(0.012);
      int timesteps = scheduler.path("num_train_timesteps").asInt(1000);
      String kind = scheduler.path("beta_schedule").asText("scaled_linear");
      schedule =
          switch (kind) {
            case "scaled_linear" -> NoiseSchedule.scaledLinear(from, to, timesteps);
            case "linear" -> NoiseSchedule.linear(from, to, timesteps);
            default ->
                throw new IOException(
                    "scheduler/scheduler_config.json: beta_schedule must be scaled_linear or"
                        + " linear, but was "
                        + kind);
          };
    }
    return scheduler.path("rescale_betas_zero_snr").asBoolean(false)
        ? schedule.withZeroTerminalSnr()
        : schedule;
  }
}
