package org.diffsynth.cuda;

import java.util.List;
import org.diffsynth.compute.ComputeOptions;
import org.diffsynth.deflicker.PatchBlending;
import org.diffsynth.deflicker.PatchBlending.BlendMode;
import org.diffsynth.frame.Video;
import org.diffsynth.match.PatchMatchOptions;
import org.diffsynth.match.QuantizedLatents;
import org.diffsynth.spi.PatchMatcher;
import org.diffsynth.spi.PatchMatcherProvider;
import org.diffsynth.testkit.TestFrames;

/**
 * The program that {@link FakeDriverTest} runs in a JVM of its own. {@code probe ENGINE} prints
 * whether the engine is ready and which engine "auto" selects; {@code blend ENGINE MODES...}
 * compares blended frames with those of the scalar CPU engine; {@code latents ENGINE} compares
 * exact fields of latents.
 */
final class CudaSubprocess {

  private CudaSubprocess() {}

  /** Runs the command that the arguments name. */
  public static void main(String[] arguments) {
    try {
      if (arguments[0].equals("probe")) {
        probe(arguments[1]);
      } else if (arguments[0].equals("latents")) {
        latents(arguments[1]);
      } else {
        blend(arguments[1], List.of(arguments).subList(2, arguments.length));
      }
    } catch (RuntimeException e) {
      e.printStackTrace(System.out);
    }
  }

  private static void probe(String backend) {
    long start = System.nanoTime();
    new CudaPatchMatcherProvider().probe();
    System.out.println("probed in " + (System.nanoTime() - start) / 1_000_000 + " ms");
    try {
      System.out.println(PatchMatcherProvider.choose(backend).probe());
    } catch (IllegalStateException e) {
      System.out.println(
          e.getMessage().replace("patch matcher '" + backend + "' cannot run here: ", "missing: "));
    }
    System.out.println("auto: " + PatchMatcherProvider.choose("auto").name());
  }

  private static void blend(String backend, List<String> modes) {
    Video guide = TestFrames.pan(7, 60, 44, 2, 1, 3);
    Video style = TestFrames.flicker(guide, 4);
    for (String mode : modes) {
      PatchBlending blending = PatchBlending.of(BlendMode.valueOf(mode), 3);
      Video expected =
          blending.withCompute(ComputeOptions.AUTO.withEngine("cpu-scalar")).apply(guide, style);
      Video actual =
          blending.withCompute(ComputeOptions.AUTO.withEngine(backend)).apply(guide, style);
      System.out.println(mode + " equal: " + actual.frames().equals(expected.frames()));
    }
  }

  private static void latents(String backend) {
    QuantizedLatents source = TestFrames.latents(23, 19, 1, 3);
    QuantizedLatents target = TestFrames.latents(23, 19, 2, 3);
    try (PatchMatcher matcher =
            PatchMatcherProvider.choose(backend).open(PatchMatchOptions.DEFAULT, 1);
        PatchMatcher scalar =
            PatchMatcherProvider.choose("cpu-scalar").open(PatchMatchOptions.DEFAULT, 1)) {
      System.out.println(
          "latents equal: "
              + matcher.matchLatents(source, target).equals(scalar.matchLatents(source, target)));
    }
  }
}
