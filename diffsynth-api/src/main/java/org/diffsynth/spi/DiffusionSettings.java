package org.diffsynth.spi;

import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.diffsynth.control.ControlNet;
import org.diffsynth.diffusion.CrossFrameAttention;

/**
 * Which model to open, and what for.
 *
 * @param model the model's folder
 * @param controlNets the ControlNets that queries may name; those of scale 0 need not be opened
 * @param attention what {@link NoiseQuery#attention} will ask for; backends may prepare for it
 * @param device where to run, in the backend's words, such as {@code "cpu"}; {@code "auto"} for the
 *     fastest that works here
 * @param threads threads to work with where the device is the CPU, at least 1
 * @param clipSkip how many of the text encoder's last layers to leave out, plus 1, as users of web
 *     interfaces count; 1 uses all
 */
public record DiffusionSettings(
    Path model,
    List<ControlNet> controlNets,
    CrossFrameAttention attention,
    String device,
    int threads,
    int clipSkip) {

  /** The device that stands for the fastest that works. */
  public static final String AUTO = "auto";

  /** Checks the ranges. */
  public DiffusionSettings {
    Objects.requireNonNull(model, "model");
    controlNets = List.copyOf(controlNets);
    Objects.requireNonNull(attention, "attention");
    Objects.requireNonNull(device, "device");
    if (threads < 1) {
      throw new IllegalArgumentException("threads must be at least 1, was " + threads);
    }
    if (clipSkip < 1 || clipSkip > 12) {
      throw new IllegalArgumentException("clipSkip must be in [1, 12], was " + clipSkip);
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
        1);
  }

  /** The same with these ControlNets. */
  public DiffusionSettings withControlNets(List<ControlNet> nets) {
    return new DiffusionSettings(model, nets, attention, device, threads, clipSkip);
  }

  /** The same with another cross-frame attention. */
  public DiffusionSettings withAttention(CrossFrameAttention newAttention) {
    return new DiffusionSettings(model, controlNets, newAttention, device, threads, clipSkip);
  }

  /** The same on another device. */
  public DiffusionSettings withDevice(String newDevice) {
    return new DiffusionSettings(model, controlNets, attention, newDevice, threads, clipSkip);
  }

  /** The same with another number of threads. */
  public DiffusionSettings withThreads(int newThreads) {
    return new DiffusionSettings(model, controlNets, attention, device, newThreads, clipSkip);
  }

  /** The same with another clip skip. */
  public DiffusionSettings withClipSkip(int newSkip) {
    return new DiffusionSettings(model, controlNets, attention, device, threads, newSkip);
  }
}
