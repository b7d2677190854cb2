package org.diffsynth.patchmatch;

import java.util.Optional;
import org.diffsynth.compute.Availability;
import org.diffsynth.match.PatchMatchOptions;
import org.diffsynth.patchmatch.agreement.AgreementBlend;
import org.diffsynth.patchmatch.engine.WorkerPool;
import org.diffsynth.patchmatch.fast.KernelChoice;
import org.diffsynth.patchmatch.guide.SteadyGuide;
import org.diffsynth.patchmatch.reference.ReferenceEngine;
import org.diffsynth.spi.AgreementSession;
import org.diffsynth.spi.FlowSession;
import org.diffsynth.spi.GuideSession;
import org.diffsynth.spi.MatchSession;
import org.diffsynth.spi.PatchMatcher;
import org.diffsynth.spi.PatchMatcherProvider;

/**
 * The backend {@code "cpu-scalar"}: the reference classes, which run everywhere and define the
 * results of all other engines. Several times slower than {@code "cpu"}.
 */
public final class ScalarPatchMatcherProvider implements PatchMatcherProvider {

  private static final int SPEED = 10;

  /** Creates the provider; called by ServiceLoader. */
  public ScalarPatchMatcherProvider() {}

  @Override
  public String name() {
    return "cpu-scalar";
  }

  @Override
  public Availability probe() {
    String problem = KernelChoice.get().problem();
    return problem == null
        ? new Availability.Ready("CPU, scalar reference", SPEED)
        : new Availability.Missing(problem); // a forced choice is never replaced silently
  }

  @Override
  public PatchMatcher open(PatchMatchOptions options, int threads) {
    String problem = KernelChoice.get().problem();
    if (problem != null) {
      throw new IllegalStateException(problem);
    }
    return new CpuPatchMatcher(
        options, new ReferenceEngine(options), AgreementBlend::reference, threads);
  }

  @Override
  public Optional<AgreementSession> openAgreementOver(
      MatchSession matching, int width, int height, int threads) {
    return Optional.of(
        new AgreementOverSession(
            matching, AgreementBlend::reference, new WorkerPool(threads), width, height));
  }

  @Override
  public Optional<GuideSession> openGuide(int width, int height, int threads) {
    return Optional.of(new SteadyGuide(width, height, new WorkerPool(threads)));
  }

  @Override
  public Optional<FlowSession> openFlow(int width, int height, int threads) {
    return Optional.of(new CpuFlowSession(width, height, threads));
  }
}
