package org.diffsynth.app.render;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.diffsynth.app.settings.Setting;
import picocli.CommandLine.Option;

/** Command-line options that choose the diffusion model. */
final class ModelOptions {

  @Setting("model.folder")
  @Option(
      names = "--model",
      order = 1,
      paramLabel = "PATH",
      description =
          "Model of Stable Diffusion 1.x or 2.x: a checkpoint file (.safetensors), a folder of"
              + " diffusers, or a folder in the layout of 'optimum-cli export onnx'. Default: the"
              + " small model inside the app, 'quickstart'; its styles: diffsynth quickstart"
              + " --list-styles.")
  private Path model;

  @Setting("model.loras.*")
  @Option(
      names = "--lora",
      order = 2,
      paramLabel = "FILE[=X]",
      mapFallbackValue = "1",
      description =
          "LoRA file (.safetensors) that is added to the model's weights, with scale X (1 if not"
              + " given). May be repeated. Default: none.")
  private Map<String, Double> loras = new LinkedHashMap<>();

  @Setting("model.loraFolder")
  @Option(
      names = "--lora-dir",
      order = 3,
      paramLabel = "DIR",
      description =
          "Folder with the LoRAs that prompts name: <lora:NAME:0.8> adds NAME.safetensors of this"
              + " folder or its subfolders, with scale 0.8. Default: none.")
  private Path loraFolder;

  @Setting("model.embeddings")
  @Option(
      names = "--embedding",
      order = 4,
      paramLabel = "[WORD=]FILE",
      description =
          "Textual inversion (.safetensors): the WORD in prompt or negative prompt stands for the"
              + " file's vectors. Default WORD: the file's name without its ending, or the token in a"
              + " file of diffusers. May be repeated. Default: none.")
  private List<String> embeddings;

  @Setting("model.clipSkip")
  @Option(
      names = "--clip-skip",
      order = 5,
      paramLabel = "N",
      description =
          "Layer of the text encoder that is used, counted from the last; some models want 2."
              + " Default: 1, the last layer.")
  private Integer clipSkip;

  @Setting("model.vae")
  @Option(
      names = "--vae",
      order = 6,
      paramLabel = "PATH",
      description =
          "VAE to use instead of the model's: a .safetensors file, a folder of diffusers, or an ONNX"
              + " folder with vae_encoder and vae_decoder. Default: the model's.")
  private Path vae;

  @Setting("model.loopVae")
  @Option(
      names = "--loop-vae",
      order = 7,
      paramLabel = "PATH",
      description =
          "VAE for deflickering inside the denoising loop, such as a tiny one (TAESD), which takes a"
              + " tenth of the time; the result is decoded by the other VAE. Default: the other VAE.")
  private Path loopVae;

  @Setting("model.vaeTile")
  @Option(
      names = "--vae-tile",
      order = 8,
      paramLabel = "N[:OVERLAP]",
      description =
          "Encode and decode frames larger than NxN pixels in tiles, which saves memory; 0 never"
              + " tiles. Default: 512:128, for frames of more than 1024x1024 pixels.")
  private String vaeTile;
}
