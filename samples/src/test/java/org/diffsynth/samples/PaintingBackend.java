package org.diffsynth.samples;

import java.util.List;
import org.diffsynth.compute.Availability;
import org.diffsynth.diffusion.Embedding;
import org.diffsynth.diffusion.Latents;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.Monitor;
import org.diffsynth.spi.DiffusionBackend;
import org.diffsynth.spi.DiffusionBackendProvider;
import org.diffsynth.spi.DiffusionSettings;
import org.diffsynth.spi.ModelDescription;
import org.diffsynth.spi.UnetInput;
import org.diffsynth.testkit.FakeDiffusionBackend;

/**
 * The fake backend with a noise prediction whose estimate of the clean picture stays between black
 * and white, as that of a trained model does, so that frames show the effect of a setting. The
 * estimate of the fake backend itself grows without bound.
 *
 * <p>With y the fake's prediction, x̂₀ = 0.22·s/(1 + |s|) with s = 6·(y − 0.2), and ε follows from
 * it. Only sums, products, quotients and square roots are used, so the bits are the same on every
 * machine.
 */
final class PaintingBackend implements DiffusionBackend {

  private final FakeDiffusionBackend fake;

  PaintingBackend(DiffusionSettings settings) {
    this.fake = new FakeDiffusionBackend(settings);
  }

  /** What the loop asked for is kept here. */
  FakeDiffusionBackend fake() {
    return fake;
  }

  DiffusionBackendProvider provider() {
    return new DiffusionBackendProvider() {
      @Override
      public String name() {
        return "painting";
      }

      @Override
      public Availability probe() {
        return new Availability.Ready("arithmetic", 1);
      }

      @Override
      public DiffusionBackend open(DiffusionSettings opening) {
        return PaintingBackend.this;
      }
    };
  }

  @Override
  public Latents predict(UnetInput query, Monitor monitor) {
    Latents predicted = fake.predict(query, monitor);
    float[] clean = predicted.toArray();
    for (int i = 0; i < clean.length; i++) {
      float s = 6 * (clean[i] - 0.2f);
      clean[i] = 0.22f * s / (1 + Math.abs(s));
    }
    Latents original =
        Latents.of(
            predicted.frames(), predicted.channels(), predicted.height(), predicted.width(), clean);
    return model()
        .noiseSchedule()
        .at(Math.round(query.timestep()))
        .returnToTimestep(query.sample().repeat(query.conditionings().size()), original);
  }

  @Override
  public ModelDescription model() {
    return fake.model();
  }

  @Override
  public List<Embedding> encodeText(List<String> prompts) {
    return fake.encodeText(prompts);
  }

  @Override
  public Latents encode(List<Frame> frames, Monitor monitor) {
    return fake.encode(frames, monitor);
  }

  @Override
  public List<Frame> decode(Latents latents, Monitor monitor) {
    return fake.decode(latents, monitor);
  }

  @Override
  public int rowsPerCall(int latentWidth, int latentHeight, int conditionings) {
    return fake.rowsPerCall(latentWidth, latentHeight, conditionings);
  }

  @Override
  public void close() {
    fake.close();
  }
}
