package org.diffsynth.spi;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.diffsynth.compute.ProviderChoice;
import org.diffsynth.control.ControlSignal;

/**
 * A diffusion model inside a jar, with its ControlNets. A pipeline without a model uses the first
 * one that {@link java.util.ServiceLoader} finds.
 */
public interface BundledModel {

  /**
   * Returns every bundled model on the class path or module path. One that cannot be loaded is
   * logged and left out.
   */
  static List<BundledModel> all() {
    return ProviderChoice.find(BundledModel.class);
  }

  /** Returns the name of the model, such as {@code "quickstart"}. */
  String name();

  /** Returns the version of the weights; other weights have another version. */
  String version();

  /** Returns the kinds of control pictures that the model has ControlNets for. */
  Set<ControlSignal> controls();

  /**
   * Returns the scale of classifier-free guidance that suits the model, in [1, 100], for requests
   * that set none.
   */
  double guidanceScale();

  /**
   * Writes the model into an empty folder, in a layout that diffusion backends open.
   *
   * @throws IOException if the folder cannot be written
   */
  void copyTo(Path folder) throws IOException;

  /**
   * Returns where a ControlNet lies in a folder that {@link #copyTo} has filled.
   *
   * @param signal one of {@link #controls()}
   */
  Path controlNet(Path folder, ControlSignal signal);
}
