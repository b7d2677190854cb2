package org.diffsynth.onnx;

import java.util.Objects;
import org.diffsynth.spi.DiffusionSettings;

/**
 * Where a single model, such as an annotator or a metric's encoder, computes.
 *
 * @param device {@code auto}, {@code cpu}, {@code cuda} or another that {@link
 *     OnnxDiffusionBackendProvider} names; {@code auto} falls back to the CPU
 * @param threads threads to work with on the CPU, at least 1
 */
public record OnnxOptions(String device, int threads) {

  /** The fastest device that works, one thread per processor. */
  public static final OnnxOptions DEFAULT =
      new OnnxOptions(DiffusionSettings.AUTO, Runtime.getRuntime().availableProcessors());

  /** Checks the ranges. */
  public OnnxOptions {
    Objects.requireNonNull(device, "device");
    if (threads < 1) {
      throw new IllegalArgumentException("threads must be at least 1, was " + threads);
    }
  }

  /** The same on another device. */
  public OnnxOptions withDevice(String newDevice) {
    return new OnnxOptions(newDevice, threads);
  }

  /** The same with another number of threads. */
  public OnnxOptions withThreads(int newThreads) {
    return new OnnxOptions(device, newThreads);
  }
}
