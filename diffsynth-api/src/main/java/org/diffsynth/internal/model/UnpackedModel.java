package org.diffsynth.internal.model;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.diffsynth.control.ControlNet;
import org.diffsynth.control.ControlSignal;
import org.diffsynth.internal.host.PartName;
import org.diffsynth.internal.host.TemporaryFolder;
import org.diffsynth.internal.text.Text;
import org.diffsynth.spi.BundledModel;
import org.diffsynth.spi.DiffusionSettings;

/**
 * A bundled model in a temporary folder, which is deleted when this object is closed. A folder that
 * a killed process has left behind is deleted when the next one is made.
 */
public final class UnpackedModel implements AutoCloseable {

  /** Stands for the bundled model, as the folder of a model or of a ControlNet. */
  public static final Path BUNDLED = Path.of("");

  private final BundledModel model;
  private final PartName part;

  private UnpackedModel(BundledModel model, PartName part) {
    this.model = model;
    this.part = part;
  }

  /** Returns the bundled model that pipelines without a model use, if there is one. */
  public static Optional<BundledModel> find() {
    return BundledModel.all().stream().findFirst();
  }

  /**
   * Returns a bundled model with everything on disk.
   *
   * @throws IOException with a remedy, if the temporary folder cannot be written
   */
  public static UnpackedModel unpack(BundledModel model) throws IOException {
    return unpack(model, TemporaryFolder.path());
  }

  /** Returns a bundled model with everything in a folder inside of {@code parent}. */
  public static UnpackedModel unpack(BundledModel model, Path parent) throws IOException {
    PartName part = TemporaryFolder.createFolder(parent, "diffsynth-model-" + model.name());
    try {
      model.copyTo(part.path());
    } catch (IOException e) {
      deleteAfter(part, e);
      throw TemporaryFolder.failure(parent, e);
    } catch (RuntimeException e) {
      deleteAfter(part, e);
      throw e;
    }
    return new UnpackedModel(model, part);
  }

  private static void deleteAfter(PartName part, Exception failure) {
    try {
      part.delete();
    } catch (IOException e) {
      failure.addSuppressed(e);
    }
  }

  /**
   * Returns settings with the folders of this model, where they stand for the bundled model.
   *
   * @throws IOException if the model has no ControlNet of a name; lists those that it has
   */
  public DiffusionSettings applyTo(DiffusionSettings settings) throws IOException {
    List<ControlNet> nets = new ArrayList<>();
    for (ControlNet net : settings.controlNets()) {
      nets.add(net.folder().equals(BUNDLED) ? withFolder(net) : net);
    }
    return settings.withModel(part.path()).withControlNets(nets);
  }

  private ControlNet withFolder(ControlNet net) throws IOException {
    ControlSignal signal =
        ControlSignal.named(net.name())
            .filter(model.controls()::contains)
            .orElseThrow(
                () ->
                    new IOException(
                        Text.format(
                            "the bundled model '%s' has no ControlNet '%s', only %s",
                            model.name(),
                            net.name(),
                            model.controls().stream()
                                .map(ControlSignal::usualName)
                                .sorted()
                                .toList())));
    return new ControlNet(
        net.name(),
        model.controlNet(part.path(), signal),
        net.scale(),
        net.start(),
        net.end(),
        net.annotator());
  }

  @Override
  public void close() throws IOException {
    part.delete();
  }
}
