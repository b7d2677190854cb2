package org.diffsynth.spi;

import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.diffsynth.control.ControlNet;
import org.diffsynth.diffusion.CrossFrameAttention;
import org.diffsynth.diffusion.Lora;
import org.diffsynth.diffusion.VaeTiling;

/**
 * Which model to open, and what for.
 *
 * @param model the model's folder
 * @param controlNets the ControlNets that queries may name; those of scale 0 need not be opened
 * @param attention what {@link UnetInput#attention} will ask for; backends may prepare for it
 * @param device where to run, in the backend's words, such as {@code "cpu"}; {@code "auto"} for the
 *     fastest that works here
 * @param threads threads to work with where the device is the CPU, at least 1
 * @param clipSkip how many of the text encoder's last layers to leave out, plus 1, as users of web
 *     interfaces count; 1 uses all
 * @param vaeTiling which pictures go through the VAE in tiles
 * @param loras changes of the weights of UNet and text encoder, which add up; a backend that cannot
 *     apply one refuses to open
 * @param modelMemory bytes that one evaluation of the UNet may take; 0 for what the backend thinks
 *     fit
 */
public record DiffusionSettings(
    Path model,
    List<ControlNet> controlNets,
    CrossFrameAttention attention,
    String device,
    int threads,
    int clipSkip,
    VaeTiling vaeTiling,
    List<Lora> loras,
    long modelMemory) {

  /** The device that stands for the fastest that works. */
  public static final String AUTO = "auto";

  /** Checks the ranges. */
  public DiffusionSettings {
    Objects.requireNonNull(model, "model");
    controlNets = List.copyOf(controlNets);
    Objects.requireNonNull(attention, "attention");
    Objects.requireNonNull(device, "device");
    Objects.requireNonNull(vaeTiling, "vaeTiling");
    loras = List.copyOf(loras);
    if (threads < 1) {
      throw new IllegalArgumentException("threads must be at least 1, was " + threads);
    }
    if (clipSkip < 1 || clipSkip > 12) {
      throw new IllegalArgumentException("clipSkip must be in [1, 12], was " + clipSkip);
    }
    if (modelMemory < 0) {
      throw new IllegalArgumentException("modelMemory must be at least 0, was " + modelMemory);
    }
    Set<String> names = new HashSet<>();
    for (ControlNet net : controlNets) {
      if (!names.add(net.name())) {
        throw new IllegalArgumentException(
            "names of ControlNets must differ, was twice '" + net.name() + "'");
      }
    }
  }

  /** A model alone, with one thread per processor. */
  public static DiffusionSettings of(Path model) {
    return new DiffusionSettings(
        model,
        List.of(),
        CrossFrameAttention.NONE,
        AUTO,
        Runtime.getRuntime().availableProcessors(),
        1,
        VaeTiling.AUTO,
        List.of(),
        0);
  }

  /** The same with these ControlNets. */
  public DiffusionSettings withControlNets(List<ControlNet> nets) {
    return new DiffusionSettings(
        model, nets, attention, device, threads, clipSkip, vaeTiling, loras, modelMemory);
  }

  /** The same with another cross-frame attention. */
  public DiffusionSettings withAttention(CrossFrameAttention newAttention) {
    return new DiffusionSettings(
        model, controlNets, newAttention, device, threads, clipSkip, vaeTiling, loras, modelMemory);
  }

  /** The same on another device. */
  public DiffusionSettings withDevice(String newDevice) {
    return new DiffusionSettings(
        model, controlNets, attention, newDevice, threads, clipSkip, vaeTiling, loras, modelMemory);
  }

  /** The same with another number of threads. */
  public DiffusionSettings withThreads(int newThreads) {
    return new DiffusionSettings(
        model, controlNets, attention, device, newThreads, clipSkip, vaeTiling, loras, modelMemory);
  }

  /** The same with another clip skip. */
  public DiffusionSettings withClipSkip(int newSkip) {
    return new DiffusionSettings(
        model, controlNets, attention, device, threads, newSkip, vaeTiling, loras, modelMemory);
  }

  /** The same with other tiles. */
  public DiffusionSettings withVaeTiling(VaeTiling newTiling) {
    return new DiffusionSettings(
        model, controlNets, attention, device, threads, clipSkip, newTiling, loras, modelMemory);
  }

  /** The same with these changes of weights. */
  public DiffusionSettings withLoras(List<Lora> newLoras) {
    return new DiffusionSettings(
        model, controlNets, attention, device, threads, clipSkip, vaeTiling, newLoras, modelMemory);
  }
}
