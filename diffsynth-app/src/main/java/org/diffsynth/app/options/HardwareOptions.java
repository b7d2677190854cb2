package org.diffsynth.app.options;

import java.util.ArrayList;
import java.util.List;
import org.diffsynth.app.terminal.UsageException;
import org.diffsynth.compute.ComputeOptions;
import org.diffsynth.internal.text.Text;
import org.diffsynth.spi.PatchMatcherProvider;
import picocli.CommandLine.Option;

/**
 * Command-line options that choose the hardware. These options change the speed, never the
 * deflickered result.
 */
public class HardwareOptions {

  @Option(
      names = "--engine",
      paramLabel = "NAME",
      defaultValue = ComputeOptions.AUTOMATIC,
      description =
          "Engine that matches and blends patches; 'diffsynth engines' lists the names. All engines"
              + " give identical bytes. Default: ${DEFAULT-VALUE}, the fastest that can run here.")
  private String engine;

  @Option(
      names = "--device",
      paramLabel = "NAME",
      defaultValue = ComputeOptions.AUTOMATIC,
      description =
          "Device that models run on, such as cpu, cuda or cuda:1. Default: ${DEFAULT-VALUE}, the"
              + " fastest that works, otherwise the CPU.")
  private String device;

  @Option(
      names = "--threads",
      paramLabel = "N",
      description =
          "CPU threads of the engine and of models, at least 1. Default: one per processor.")
  private Integer threads;

  /** Returns the options as the library uses them. */
  public ComputeOptions compute() {
    checkEngine();
    UsageException.check(
        threads == null || threads >= 1, "--threads must be at least 1, but was " + threads);
    ComputeOptions options = ComputeOptions.AUTO.withEngine(engine).withDevice(device);
    return threads == null ? options : options.withThreads(threads);
  }

  private void checkEngine() {
    List<String> known = new ArrayList<>(List.of(ComputeOptions.AUTOMATIC));
    PatchMatcherProvider.all().forEach(provider -> known.add(provider.name()));
    // The engine itself checks what follows a colon, such as the numbers of graphics cards.
    UsageException.check(
        known.contains(engine.replaceFirst(":.*", "")),
        Text.format("--engine must be one of %s, but was %s", String.join(", ", known), engine));
  }
}
