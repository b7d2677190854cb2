package org.diffsynth.app.options;

import java.util.ArrayList;
import java.util.List;
import org.diffsynth.compute.ComputeOptions;
import org.diffsynth.spi.PatchMatchers;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Spec.Target;

/** Which hardware works. */
public final class EngineOptions {

  @Spec(Target.MIXEE)
  private CommandSpec spec;

  @Option(
      names = "--backend",
      paramLabel = "NAME",
      defaultValue = "auto",
      description =
          "What matches patches: auto takes the fastest that can run here; 'diffsynth backends'"
              + " lists them. It never changes the result. Default: ${DEFAULT-VALUE}.")
  private String backend;

  @Option(
      names = "--threads",
      paramLabel = "N",
      description = "Threads on the CPU, at least 1. Default: one a processor.")
  private Integer threads;

  public ComputeOptions engine() {
    checkBackend();
    return ComputeOptions.AUTO.withEngine(backend).withThreads(threads());
  }

  /** One a processor where nothing else was said. */
  public int threads() {
    if (threads != null && threads < 1) {
      throw new CommandLine.ParameterException(
          spec.commandLine(), "--threads must be at least 1, was " + threads);
    }
    return threads == null ? ComputeOptions.AUTO.threads() : threads;
  }

  private void checkBackend() {
    List<String> known = new ArrayList<>(List.of(PatchMatchers.AUTO));
    PatchMatchers.providers().forEach(provider -> known.add(provider.name()));
    // What follows the colon, such as the numbers of graphics cards, is the backend's own business.
    if (!known.contains(backend.replaceFirst(":.*", ""))) {
      throw new CommandLine.ParameterException(
          spec.commandLine(),
          "--backend must be one of %s, was %s".formatted(String.join(", ", known), backend));
    }
  }
}
