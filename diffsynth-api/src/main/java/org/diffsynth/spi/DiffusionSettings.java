package org.diffsynth.spi;

import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
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
 * @param vaeTiling which pictures go through the VAE in tiles; default {@link VaeTiling#AUTO}
 * @param loras low-rank changes of the weights of UNet and text encoder, which add up; a backend
 *     that cannot apply one refuses to open the model
 * @param compute device, number of threads and memory
 */
public record DiffusionSettings(
    Path model,
    List<ControlNet> controlNets,
    CrossFrameAttention attention,
    int clipSkip,
    VaeTiling vaeTiling,
    List<Lora> loras,
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
    Objects.requireNonNull(vaeTiling, "vaeTiling");
    loras = List.copyOf(loras);
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
        VaeTiling.AUTO,
        List.of(),
        ComputeOptions.AUTO);
  }

  /** Returns a copy of these settings with the given model folder. */
  public DiffusionSettings withModel(Path folder) {
    return new DiffusionSettings(
        folder, controlNets, attention, clipSkip, vaeTiling, loras, compute);
  }

  /** Returns a copy of these settings with the given ControlNets instead of the present ones. */
  public DiffusionSettings withControlNets(List<ControlNet> nets) {
    return new DiffusionSettings(model, nets, attention, clipSkip, vaeTiling, loras, compute);
  }

  /** Returns a copy of these settings with the given cross-frame attention. */
  public DiffusionSettings withAttention(CrossFrameAttention newAttention) {
    return new DiffusionSettings(
        model, controlNets, newAttention, clipSkip, vaeTiling, loras, compute);
  }

  /** Returns a copy of these settings with the given clip skip, in [1, 12]. */
  public DiffusionSettings withClipSkip(int newSkip) {
    return new DiffusionSettings(model, controlNets, attention, newSkip, vaeTiling, loras, compute);
  }

  /** Returns a copy of these settings with the given tiling of the VAE. */
  public DiffusionSettings withVaeTiling(VaeTiling newTiling) {
    return new DiffusionSettings(
        model, controlNets, attention, clipSkip, newTiling, loras, compute);
  }

  /** Returns a copy of these settings with the given LoRAs instead of the present ones. */
  public DiffusionSettings withLoras(List<Lora> newLoras) {
    return new DiffusionSettings(
        model, controlNets, attention, clipSkip, vaeTiling, newLoras, compute);
  }

  /** Returns a copy of these settings with the given device, threads and memory. */
  public DiffusionSettings withCompute(ComputeOptions newCompute) {
    return new DiffusionSettings(
        model, controlNets, attention, clipSkip, vaeTiling, loras, newCompute);
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
}
