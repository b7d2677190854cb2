package org.diffsynth.testkit;

import java.nio.file.Path;
import java.util.List;
import org.diffsynth.control.ControlNet;
import org.diffsynth.diffusion.CrossFrameAttention;
import org.diffsynth.spi.DiffusionBackend;
import org.diffsynth.spi.DiffusionSettings;

/** The fake keeps the contract too. */
class FakeDiffusionBackendTest extends DiffusionBackendContract {

  @Override
  protected DiffusionBackend open(CrossFrameAttention attention) {
    return new FakeDiffusionBackend(
        DiffusionSettings.of(Path.of("fake"))
            .withAttention(attention)
            .withControlNets(List.of(ControlNet.of("edges", Path.of("edges")))));
  }

  @Override
  protected List<String> controlNets() {
    return List.of("edges");
  }

  @Override
  protected double tolerance() {
    return 1e-6;
  }
}
