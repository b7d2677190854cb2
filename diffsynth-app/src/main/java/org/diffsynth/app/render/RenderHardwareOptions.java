package org.diffsynth.app.render;

import org.diffsynth.app.options.ByteCountConverter;
import org.diffsynth.app.options.HardwareOptions;
import org.diffsynth.app.terminal.UsageException;
import org.diffsynth.compute.ComputeOptions;
import picocli.CommandLine.Option;

/** Command-line options that choose the hardware and the memory limit of the diffusion model. */
final class RenderHardwareOptions extends HardwareOptions {

  @Option(
      names = "--model-memory",
      paramLabel = "SIZE",
      converter = ByteCountConverter.class,
      description =
          "Memory for one model call, such as 4G; decides how many frames are evaluated together."
              + " Default: a quarter of the memory on the CPU, 4G on other devices.")
  private Long modelMemory;

  @Option(
      names = "--frames-per-call",
      paramLabel = "N",
      description =
          "Largest number of frames in one model call, at least 1. Default: as --model-memory"
              + " allows.")
  private Integer framesPerCall;

  @Option(
      names = "--guidance-in-two-calls",
      description =
          "Evaluate the two branches of guidance one after the other, which halves the memory of a"
              + " model call. Default: together, which is faster.")
  private boolean guidanceInTwoCalls;

  @Option(
      names = "--field-cache",
      paramLabel = "SIZE",
      converter = ByteCountConverter.class,
      description =
          "Disk space for correspondences that later deflicker steps use again, such as 500M; 0"
              + " searches each time. Default: 2G.")
  private Long fieldCache;

  @Override
  public ComputeOptions compute() {
    ComputeOptions options = super.compute().withGuidanceInTwoCalls(guidanceInTwoCalls);
    try {
      if (modelMemory != null) {
        options = options.withModelMemory(modelMemory);
      }
      if (framesPerCall != null) {
        options = options.withFramesPerCall(framesPerCall);
      }
      return fieldCache == null ? options : options.withFieldCache(fieldCache);
    } catch (IllegalArgumentException e) {
      throw new UsageException(e.getMessage());
    }
  }
}
