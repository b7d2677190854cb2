package org.diffsynth.patchmatch;

import java.util.Optional;
import org.diffsynth.compute.Availability;
import org.diffsynth.match.PatchMatchOptions;
import org.diffsynth.patchmatch.agreement.AgreementBlend;
import org.diffsynth.patchmatch.engine.WorkerPool;
import org.diffsynth.patchmatch.fast.FastEngine;
import org.diffsynth.patchmatch.fast.KernelChoice;
import org.diffsynth.patchmatch.guide.SteadyGuide;
import org.diffsynth.spi.AgreementSession;
import org.diffsynth.spi.FlowSession;
import org.diffsynth.spi.GuideSession;
import org.diffsynth.spi.MatchSession;
import org.diffsynth.spi.PatchMatcher;
import org.diffsynth.spi.PatchMatcherProvider;

/**
 * The backend {@code "cpu"}: the CPU at full speed, with vectors where Java runs with {@code
 * --add-modules jdk.incubator.vector}, in plain Java elsewhere. Its results are those of the
 * backend {@code "cpu-scalar"}, byte for byte.
 *
 * <p>The system property {@value KernelChoice#PROPERTY} forces kernels: {@code vector} or {@code
 * scalar}. If those cannot run, {@link #probe} answers with the reason.
 */
public final class CpuPatchMatcherProvider implements PatchMatcherProvider {

  private static final int SPEED_WITH_VECTORS = 30;
  private static final int SPEED_WITHOUT = 20;

  /** Creates the provider; called by ServiceLoader. */
  public CpuPatchMatcherProvider() {}

  @Override
  public String name() {
    return "cpu";
  }

  @Override
  public Availability probe() {
    KernelChoice choice = KernelChoice.get();
    if (choice.problem() != null) {
      return new Availability.Missing(choice.problem());
    }
    return new Availability.Ready(
        choice.kernels().device(), choice.vectors() ? SPEED_WITH_VECTORS : SPEED_WITHOUT);
  }

  @Override
  public PatchMatcher open(PatchMatchOptions options, int threads) {
    KernelChoice choice = KernelChoice.get();
    if (choice.problem() != null) {
      throw new IllegalStateException(choice.problem());
    }
    choice.warnOnce();
    return new CpuPatchMatcher(
        options,
        new FastEngine(options, choice.kernels()),
        CpuPatchMatcherProvider::blend,
        threads);
  }

  @Override
  public Optional<AgreementSession> openAgreementOver(
      MatchSession matching, int width, int height, int threads) {
    return Optional.of(
        new AgreementOverSession(
            matching, CpuPatchMatcherProvider::blend, new WorkerPool(threads), width, height));
  }

  private static AgreementBlend blend(int width, int height, WorkerPool workers) {
    return AgreementBlend.fast(width, height, workers, KernelChoice.get().vectors());
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
