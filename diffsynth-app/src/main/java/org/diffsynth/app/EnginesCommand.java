package org.diffsynth.app;

import java.util.Comparator;
import java.util.List;
import org.diffsynth.app.terminal.AppCommand;
import org.diffsynth.compute.Availability;
import org.diffsynth.compute.ProviderChoice;
import org.diffsynth.internal.text.Text;
import org.diffsynth.spi.PatchMatcherProvider;
import picocli.CommandLine.Command;

/**
 * Command {@code diffsynth engines}: lists the engines that match and blend patches, and says why
 * an engine cannot run here.
 */
@Command(
    name = "engines",
    customSynopsis = "diffsynth engines [OPTIONS]",
    description =
        "Lists the engines that match and blend patches, and why one cannot run on this machine.")
final class EnginesCommand extends AppCommand {

  @Override
  public Integer call() {
    List<PatchMatcherProvider> providers =
        PatchMatcherProvider.all().stream()
            .sorted(Comparator.comparing(PatchMatcherProvider::name))
            .toList();
    String auto = PatchMatcherProvider.choose(ProviderChoice.AUTO).name();
    for (PatchMatcherProvider provider : providers) {
      out().println(line(provider, provider.name().equals(auto)));
    }
    out().flush();
    return 0;
  }

  private static String line(PatchMatcherProvider provider, boolean automatic) {
    Availability availability = provider.probe();
    String state =
        availability instanceof Availability.Ready ready
            ? "ready    " + ready.device() + (automatic ? " (used by --engine auto)" : "")
            : "missing  " + ((Availability.Missing) availability).reason();
    return Text.format("%-12s %s", provider.name(), state);
  }
}
