package org.diffsynth.onnx.internal.model;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.diffsynth.internal.text.Text;
import org.diffsynth.onnx.internal.checkpoint.VaeCheckpoint;
import org.diffsynth.onnx.internal.checkpoint.WeightFiles;
import org.diffsynth.onnx.internal.graph.OnnxSkeleton;
import org.diffsynth.onnx.internal.graph.VaeEncoderSurgery;
import org.diffsynth.onnx.internal.json.JsonFile;
import org.diffsynth.spi.ModelDescription;

/**
 * A VAE that replaces that of a model: a checkpoint file, a folder of diffusers, or a folder with
 * the exported subfolders {@code vae_encoder} and {@code vae_decoder}. No weight is loaded.
 *
 * @param encoder model from images to the mean of the latents, without sampling
 * @param decoder model from latents to images
 * @param config configuration in the form of diffusers
 */
public record VaeModel(OnnxSkeleton encoder, OnnxSkeleton decoder, JsonNode config) {

  /**
   * Reads a VAE.
   *
   * @throws IOException if something is missing; says what the path is
   */
  public static VaeModel read(Path path) throws IOException {
    if (!Files.exists(path)) {
      throw new IOException("the VAE " + path + " does not exist");
    }
    Path inner = path.resolve("vae");
    Path at = WeightFiles.isCheckpoint(inner) ? inner : path;
    if (Files.isDirectory(at.resolve("vae_decoder"))) {
      FolderErrors errors = new FolderErrors(at);
      OnnxSkeleton encoder = errors.get(() -> exported(at, "vae_encoder"));
      OnnxSkeleton decoder = errors.get(() -> exported(at, "vae_decoder"));
      JsonNode config =
          errors.get(() -> JsonFile.readOptional(at.resolve("vae_decoder/config.json")));
      errors.throwIfAny();
      return new VaeModel(VaeEncoderSurgery.patch(encoder), decoder, config);
    }
    if (Files.isRegularFile(at) && !ModelCandidates.isWeights(at)) {
      throw new IOException(ModelCandidates.notVae(at));
    }
    VaeCheckpoint read = VaeCheckpoint.read(at);
    return new VaeModel(read.encoder(), read.decoder(), read.config());
  }

  private static OnnxSkeleton exported(Path folder, String part) throws IOException {
    return SupportedGraphs.checked(OnnxSkeleton.read(ModelFile.find(folder.resolve(part))));
  }

  /**
   * Returns the description of a model with this VAE in place of its own.
   *
   * @param path where this VAE was read, for errors
   * @throws IOException if the latents of this VAE have another size than the model's
   */
  public ModelDescription applyTo(ModelDescription model, Path path) throws IOException {
    int factor = Descriptions.vaeScaleFactor(config);
    if (factor != model.vaeScaleFactor()) {
      throw new IOException(
          Text.format(
              "%s: the VAE must have one latent pixel for %d×%d pixels as the model %s has, but has one for"
                  + " %dx%d",
              path, model.vaeScaleFactor(), model.vaeScaleFactor(), model.name(), factor, factor));
    }
    return model.withScalingFactor(Descriptions.scalingFactor(config));
  }
}
