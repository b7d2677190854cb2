package org.diffsynth.app;

import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Callable;
import org.diffsynth.app.options.Verbosity;
import org.diffsynth.compute.Availability;
import org.diffsynth.spi.PatchMatcherProvider;
import org.diffsynth.spi.PatchMatchers;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code diffsynth backends}. */
@Command(
    name = "backends",
    mixinStandardHelpOptions = true,
    description = "Lists what can match patches here, and why something cannot.")
final class BackendsCommand implements Callable<Integer> {

  @Mixin private Verbosity verbosity;

  @Override
  public Integer call() {
    List<PatchMatcherProvider> providers =
        PatchMatchers.providers().stream()
            .sorted(Comparator.comparing(PatchMatcherProvider::name))
            .toList();
    String auto = PatchMatchers.choose(PatchMatchers.AUTO).name();
    for (PatchMatcherProvider provider : providers) {
      verbosity.out().println(line(provider, provider.name().equals(auto)));
    }
    verbosity.out().flush();
    return 0;
  }

  private static String line(PatchMatcherProvider provider, boolean chosen) {
    Availability availability = provider.probe();
    String state =
        availability instanceof Availability.Ready ready
            ? "ready    " + ready.device() + (chosen ? " (what auto takes)" : "")
            : "missing  " + ((Availability.Missing) availability).reason();
    return "%-12s %s".formatted(provider.name(), state);
  }
}
