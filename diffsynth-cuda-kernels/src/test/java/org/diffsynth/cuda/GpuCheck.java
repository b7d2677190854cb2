package org.diffsynth.cuda;

import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;
import org.diffsynth.compute.Availability;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;
import org.junit.platform.launcher.listeners.TestExecutionSummary;

/**
 * Everything there is to check on a machine with a GPU, as one table on standard output: the
 * contract suites and every kernel on the device, then {@link GpuTimings}. Run by gpu-check.sh;
 * ends with status 1 if a test failed or was skipped, or a figure is not what it must be.
 *
 * <p>Arguments: {@code tests} for the tests alone; {@code quick} for small pictures; {@code
 * minutes=N} to blend for so long at the end and watch the memory; {@code compare=COMMAND} to run
 * another program on the same frames, see {@link ComparedProgram}.
 */
final class GpuCheck {

  private final List<String> arguments;
  private final CheckTable table = new CheckTable();

  private GpuCheck(List<String> arguments) {
    this.arguments = arguments;
  }

  /** See the class. */
  public static void main(String[] arguments) throws IOException {
    System.exit(new GpuCheck(List.of(arguments)).run() ? 0 : 1);
  }

  private boolean run() throws IOException {
    Availability probe = new CudaPatchMatcherProvider().probe();
    if (probe instanceof Availability.Missing missing) {
      System.out.println("no GPU to check: " + missing.reason());
      return false;
    }
    table.row("what", "result");
    table.row("---", "---");
    CudaDriver driver = CudaDriver.find();
    for (CudaDriver.Gpu gpu : driver.gpus()) {
      table.row(
          "device cuda:" + gpu.number(),
          gpu.name() + ", compute capability " + gpu.capability() / 10.0);
    }
    table.row("driver", "CUDA " + driver.version() / 1000 + "." + driver.version() % 1000 / 10);
    table.row("Java", Runtime.version().toString());
    tests();
    if (table.passed() && !arguments.contains("tests")) {
      new GpuTimings(table, arguments.contains("quick"))
          .run(Double.parseDouble(option("minutes", "0")), option("compare", null));
    }
    return table.passed();
  }

  private String option(String name, String otherwise) {
    return arguments.stream()
        .filter(argument -> argument.startsWith(name + "="))
        .map(argument -> argument.substring(name.length() + 1))
        .findFirst()
        .orElse(otherwise);
  }

  private void tests() {
    for (Class<?> suite :
        List.of(CudaPatchMatcherTest.class, CudaBlendingTest.class, CudaKernelsTest.class)) {
      LauncherDiscoveryRequest request =
          LauncherDiscoveryRequestBuilder.request().selectors(selectClass(suite)).build();
      SummaryGeneratingListener listener = new SummaryGeneratingListener();
      LauncherFactory.create().execute(request, listener);
      TestExecutionSummary summary = listener.getSummary();
      String result =
          "%d of %d passed, %d failed, %d skipped"
              .formatted(
                  summary.getTestsSucceededCount(),
                  summary.getTestsFoundCount(),
                  summary.getTestsFailedCount(),
                  summary.getTestsAbortedCount() + summary.getTestsSkippedCount());
      summary.printFailuresTo(new PrintWriter(System.err, true), 12);
      if (summary.getTestsFoundCount() > 0
          && summary.getTestsSucceededCount() == summary.getTestsFoundCount()) {
        table.row(suite.getSimpleName(), result);
      } else {
        table.failed(suite.getSimpleName(), result);
      }
    }
  }
}
