package org.diffsynth.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import org.diffsynth.compute.Availability;
import org.diffsynth.diffusion.CrossFrameAttention;
import org.diffsynth.onnx.golden.Golden;
import org.diffsynth.onnx.golden.GoldenModel;
import org.diffsynth.spi.DiffusionBackend;
import org.diffsynth.spi.DiffusionBackendProvider;
import org.diffsynth.testkit.DiffusionBackendContract;
import org.junit.jupiter.api.Test;

class OnnxDiffusionBackendTest extends DiffusionBackendContract {
  @Override
  protected DiffusionBackend open(CrossFrameAttention attention) throws IOException {
    GoldenModel model = new GoldenModel(Golden.open());
    return new OnnxDiffusionBackendProvider().open(model.settings(attention, true));
  }

  @Override
  protected List<String> controlNets() {
    return List.of(GoldenModel.NET);
  }

  @Test
  void provider_serviceLoader_findsItReady() {
    DiffusionBackendProvider provider = DiffusionBackendProvider.choose("onnx");
    assertThat(provider).isInstanceOf(OnnxDiffusionBackendProvider.class);
    assertThat(provider.probe()).isInstanceOf(Availability.Ready.class);
  }
}
