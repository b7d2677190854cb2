package org.diffsynth.app;

import java.util.Comparator;
import org.diffsynth.app.terminal.AppCommand;
import org.diffsynth.compute.Availability;
import org.diffsynth.compute.ProviderChoice;
import org.diffsynth.internal.text.Text;
import org.diffsynth.spi.DiffusionBackendProvider;
import org.diffsynth.spi.PatchMatcherProvider;
import picocli.CommandLine.Command;

/**
 * Command {@code diffsynth engines}: lists the engines that match and blend patches and the
 * backends that run diffusion models, and says why one cannot run here.
 */
@Command(
    name = "engines",
    customSynopsis = "diffsynth engines [OPTIONS]",
    description =
        "Lists the engines that match and blend patches, the backends that run diffusion models with"
            + " their devices, and why one cannot run on this machine.")
final class EnginesCommand extends AppCommand {

  @Override
  public Integer call() {
    out().println("Engines that match and blend patches (--engine):");
    String auto = PatchMatcherProvider.choose(ProviderChoice.AUTO).name();
    PatchMatcherProvider.all().stream()
        .sorted(Comparator.comparing(PatchMatcherProvider::name))
        .forEach(engine -> print(engine.name(), engine.probe(), engine.name().equals(auto)));
    out().println("Backends that run diffusion models (--device names a device of one):");
    DiffusionBackendProvider.all().stream()
        .sorted(Comparator.comparing(DiffusionBackendProvider::name))
        .forEach(backend -> print(backend.name(), backend.probe(), false));
    out().flush();
    return 0;
  }

  private void print(String name, Availability availability, boolean automatic) {
    String state =
        availability instanceof Availability.Ready ready
            ? "ready    " + ready.device() + (automatic ? " (used by --engine auto)" : "")
            : "missing  " + ((Availability.Missing) availability).reason();
    out().println(Text.format("  %-12s %s", name, state));
  }
}
