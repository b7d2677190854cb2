package org.diffsynth.spi;

import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.diffsynth.compute.ComputeOptions;
import org.diffsynth.control.ControlNet;
import org.diffsynth.diffusion.CrossFrameAttention;
import org.diffsynth.diffusion.VaeTiling;
import org.diffsynth.internal.text.Text;

/**
 * Which diffusion model to open and how: everything that a {@link DiffusionBackendProvider} must
 * know before the first call, and that stays fixed until the backend is closed.
 *
 * @param model model folder
 * @param controlNets ControlNets that a {@link UnetInput} may name, each with a name of its own; a
 *     backend need not open those of scale 0
 * @param attention cross-frame attention that each {@link UnetInput} will ask for; backends may
 *     prepare for it
 * @param clipSkip number of the text encoder's last layers to leave out, plus 1, in [1, 12], as web
 *     interfaces count; default 1, which uses all layers
 * @param vae VAEs to use instead of the model's, and which pictures go through them in tiles
 * @param loras low-rank changes of the weights of UNet and text encoder, which add up; a backend
 *     that cannot apply one refuses to open the model
 * @param embeddings textual inversions, which prompts use by their tokens; a backend that cannot
 *     apply one refuses to open the model
 * @param compute device, number of threads and memory
 */
public record DiffusionSettings(
    Path model,
    List<ControlNet> controlNets,
    CrossFrameAttention attention,
    int clipSkip,
    Vae vae,
    List<Lora> loras,
    List<TextualInversion> embeddings,
    ComputeOptions compute) {

  private static final int MAX_CLIP_SKIP = 12;

  /**
   * Creates a {@code DiffusionSettings} from its components.
   *
   * @throws IllegalArgumentException if a component is outside its documented range
   */
  public DiffusionSettings {
    Objects.requireNonNull(model, "model");
    controlNets = List.copyOf(controlNets);
    Objects.requireNonNull(attention, "attention");
    Objects.requireNonNull(vae, "vae");
    loras = List.copyOf(loras);
    embeddings = List.copyOf(embeddings);
    Objects.requireNonNull(compute, "compute");
    if (clipSkip < 1 || clipSkip > MAX_CLIP_SKIP) {
      throw new IllegalArgumentException(
          Text.format("clipSkip must be in [1, %d], but was %d", MAX_CLIP_SKIP, clipSkip));
    }
    Set<String> names = new HashSet<>();
    for (ControlNet net : controlNets) {
      if (!names.add(net.name())) {
        throw new IllegalArgumentException("duplicate ControlNet name '" + net.name() + "'");
      }
    }
  }

  /** Returns settings for a model alone, on the fastest device, with one thread per processor. */
  public static DiffusionSettings of(Path model) {
    return new DiffusionSettings(
        model,
        List.of(),
        CrossFrameAttention.NONE,
        1,
        Vae.OF_MODEL,
        List.of(),
        List.of(),
        ComputeOptions.AUTO);
  }

  /** Returns a copy of these settings with the given model folder. */
  public DiffusionSettings withModel(Path folder) {
    return new DiffusionSettings(
        folder, controlNets, attention, clipSkip, vae, loras, embeddings, compute);
  }

  /** Returns a copy of these settings with the given ControlNets instead of the present ones. */
  public DiffusionSettings withControlNets(List<ControlNet> nets) {
    return new DiffusionSettings(model, nets, attention, clipSkip, vae, loras, embeddings, compute);
  }

  /** Returns a copy of these settings with the given cross-frame attention. */
  public DiffusionSettings withAttention(CrossFrameAttention newAttention) {
    return new DiffusionSettings(
        model, controlNets, newAttention, clipSkip, vae, loras, embeddings, compute);
  }

  /** Returns a copy of these settings with the given clip skip, in [1, 12]. */
  public DiffusionSettings withClipSkip(int newSkip) {
    return new DiffusionSettings(
        model, controlNets, attention, newSkip, vae, loras, embeddings, compute);
  }

  /** Returns a copy of these settings with the given tiling of the VAE. */
  public DiffusionSettings withVaeTiling(VaeTiling newTiling) {
    return withVae(vae.withTiling(newTiling));
  }

  /** Returns a copy of these settings with the given VAEs. */
  public DiffusionSettings withVae(Vae newVae) {
    return new DiffusionSettings(
        model, controlNets, attention, clipSkip, newVae, loras, embeddings, compute);
  }

  /** Returns a copy of these settings with the given LoRAs instead of the present ones. */
  public DiffusionSettings withLoras(List<Lora> newLoras) {
    return new DiffusionSettings(
        model, controlNets, attention, clipSkip, vae, newLoras, embeddings, compute);
  }

  /**
   * Returns a copy of these settings with the given textual inversions instead of the present ones.
   */
  public DiffusionSettings withEmbeddings(List<TextualInversion> newEmbeddings) {
    return new DiffusionSettings(
        model, controlNets, attention, clipSkip, vae, loras, newEmbeddings, compute);
  }

  /** Returns a copy of these settings with the given device, threads and memory. */
  public DiffusionSettings withCompute(ComputeOptions newCompute) {
    return new DiffusionSettings(
        model, controlNets, attention, clipSkip, vae, loras, embeddings, newCompute);
  }

  /**
   * The VAEs that encode and decode pictures, and which pictures go through them in tiles. Latents
   * of all of them must have the size and the meaning of the model's.
   *
   * @param replacement VAE instead of the model's; empty for the model's own
   * @param inLoop VAE for the estimates that are deflickered inside the denoising loop, such as a
   *     tiny autoencoder (TAESD), which takes a tenth of the time; empty for that of the rest of
   *     the run. Inputs and the finished video never use it
   * @param tiling which pictures go through a VAE in tiles
   */
  public record Vae(Optional<Path> replacement, Optional<Path> inLoop, VaeTiling tiling) {

    /** The model's VAE for everything, with {@link VaeTiling#AUTO}. */
    public static final Vae OF_MODEL = new Vae(Optional.empty(), Optional.empty(), VaeTiling.AUTO);

    /** Checks that no component is null. */
    public Vae {
      Objects.requireNonNull(replacement, "replacement");
      Objects.requireNonNull(inLoop, "inLoop");
      Objects.requireNonNull(tiling, "tiling");
    }

    /** Returns a copy with a VAE instead of the model's. */
    public Vae withReplacement(Path path) {
      return new Vae(Optional.of(path), inLoop, tiling);
    }

    /** Returns a copy with a VAE for deflickering inside the loop. */
    public Vae withInLoop(Path path) {
      return new Vae(replacement, Optional.of(path), tiling);
    }

    /** Returns a copy with the given choice of pictures that go through a VAE in tiles. */
    public Vae withTiling(VaeTiling newTiling) {
      return new Vae(replacement, inLoop, newTiling);
    }
  }

  /**
   * A low-rank adaptation (LoRA) of the model's weights, trained for a style or a character. When
   * the model is opened, {@code scale · alpha / rank · up · down} is added to each weight that the
   * file names. The model folder is not changed, and rendering is as fast as without the LoRA.
   *
   * @param file {@code .safetensors} file with names as kohya's scripts or diffusers write them
   * @param scale factor on the change, finite; 1, the default, as trained, 0 without effect, 0.6 to
   *     1 typical; negative values invert the change
   * @see <a href="https://arxiv.org/abs/2106.09685">Hu et al. 2021, LoRA</a>
   */
  public record Lora(Path file, float scale) {

    /**
     * Creates a {@code Lora} from its components.
     *
     * @throws IllegalArgumentException if a component is outside its documented range
     */
    public Lora {
      Objects.requireNonNull(file, "file");
      if (!Float.isFinite(scale)) {
        throw new IllegalArgumentException("scale must be finite, but was " + scale);
      }
    }

    /** Creates a LoRA with scale 1. */
    public static Lora of(Path file) {
      return new Lora(file, 1);
    }
  }

  /**
   * A textual inversion: one or several vectors that were trained to stand for an object, a style
   * or a fault. The text of its token in a prompt or negative prompt is replaced by the vectors; a
   * prompt without the token is not changed. The model folder is not changed.
   *
   * @param file {@code .safetensors} file of web interfaces (one tensor {@code emb_params}) or of
   *     diffusers (a tensor that is named after the token)
   * @param token the text that stands for the vectors in a prompt, in upper or lower case. If
   *     empty, it is the name of the file without its ending, or for a file of diffusers the name
   *     of the tensor
   * @see <a href="https://arxiv.org/abs/2208.01618">Gal et al. 2022, textual inversion</a>
   */
  public record TextualInversion(Path file, Optional<String> token) {

    /**
     * Creates a {@code TextualInversion} from its components.
     *
     * @throws IllegalArgumentException if the token is blank
     */
    public TextualInversion {
      Objects.requireNonNull(file, "file");
      if (token.isPresent() && token.get().isBlank()) {
        throw new IllegalArgumentException("token must not be blank");
      }
    }

    /** Creates a textual inversion with the token that its file names. */
    public static TextualInversion of(Path file) {
      return new TextualInversion(file, Optional.empty());
    }

    /**
     * Creates a textual inversion with a token of the caller's choice.
     *
     * @param token must not be blank
     */
    public static TextualInversion of(String token, Path file) {
      return new TextualInversion(file, Optional.of(token));
    }
  }
}
