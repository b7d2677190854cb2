package org.diffsynth.model.quickstart;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.diffsynth.control.ControlSignal;
import org.diffsynth.spi.BundledModel;

/**
 * A small diffusion model in Stable Diffusion 1.5's topology (21 million parameters, latents of an
 * eighth of the size), trained by this project on filtered photographs and painted scenes. It knows
 * the styles of {@link Style}, and renders best at about 384 by 256 pixels.
 *
 * <p>One ControlNet serves four kinds of control pictures: the frame itself ({@code tile}, best for
 * most uses), soft edges, depth, and poses drawn as OpenPose draws them. It was trained with one of
 * them at a time.
 */
public final class QuickstartModel implements BundledModel {

  private static final List<String> FILES =
      List.of(
          "model_index.json",
          "controlnet/config.json",
          "controlnet/model.onnx",
          "scheduler/scheduler_config.json",
          "text_encoder/config.json",
          "text_encoder/model.onnx",
          "tokenizer/merges.txt",
          "tokenizer/special_tokens_map.json",
          "tokenizer/tokenizer_config.json",
          "tokenizer/vocab.json",
          "unet/config.json",
          "unet/model.onnx",
          "vae_decoder/config.json",
          "vae_decoder/model.onnx",
          "vae_encoder/config.json",
          "vae_encoder/model.onnx");

  private static final Set<ControlSignal> CONTROLS =
      Set.of(ControlSignal.TILE, ControlSignal.SOFT_EDGES, ControlSignal.DEPTH, ControlSignal.POSE);

  private static final double GUIDANCE_SCALE = 2.5;

  /** Creates the model's description. {@link java.util.ServiceLoader} calls this constructor. */
  public QuickstartModel() {}

  @Override
  public String name() {
    return "quickstart";
  }

  @Override
  public String version() {
    return "1";
  }

  @Override
  public Set<ControlSignal> controls() {
    return CONTROLS;
  }

  @Override
  public double guidanceScale() {
    return GUIDANCE_SCALE;
  }

  @Override
  public void copyTo(Path folder) throws IOException {
    for (String file : FILES) {
      Path target = folder.resolve(file);
      Files.createDirectories(target.getParent());
      try (InputStream in = QuickstartModel.class.getResourceAsStream("model/" + file)) {
        if (in == null) {
          throw new FileNotFoundException(
              "the file model/" + file + " is missing in the jar of the model 'quickstart'");
        }
        Files.copy(in, target);
      }
    }
  }

  @Override
  public Path controlNet(Path folder, ControlSignal signal) {
    if (!CONTROLS.contains(signal)) {
      throw new IllegalArgumentException(
          "signal must be one of " + CONTROLS + ", but was " + signal);
    }
    return folder.resolve("controlnet");
  }
}
