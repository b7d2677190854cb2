package org.diffsynth.job;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.diffsynth.RenderRequest;
import org.diffsynth.compute.ComputeOptions;
import org.diffsynth.deflicker.KeyframeInterpolation;
import org.diffsynth.deflicker.PatchBlending;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.Monitor;
import org.diffsynth.frame.Video;
import org.diffsynth.testkit.TestFrames;

/** A JVM that works on a job and prints a line for each frame; tests kill it. */
final class ChildProcess implements AutoCloseable {

  static final JobOptions OPTIONS = JobOptions.DEFAULT.withShardFrames(12).withPartFrames(4);

  private static final Video GUIDE = TestClips.guide(32, 24, 5);
  private static final Video STYLE = TestFrames.flicker(GUIDE, 9);
  private static final ComputeOptions COMPUTE =
      ComputeOptions.AUTO.withEngine("cpu-scalar").withThreads(1);

  private final Process process;
  private final BufferedReader lines;

  private ChildProcess(Process process) {
    this.process = process;
    this.lines =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
  }

  /** Returns the work by a name: sharp, fast, blind or interpolate. */
  static JobTask task(String name) {
    JobInput guide = JobInput.of("guide", GUIDE);
    JobInput style = JobInput.of("style", STYLE);
    return switch (name) {
      case "sharp" ->
          DeflickerJob.of(PatchBlending.sharp(3).withCompute(COMPUTE), style).withGuide(guide);
      case "fast" ->
          DeflickerJob.of(PatchBlending.fast(5).withCompute(COMPUTE), style).withGuide(guide);
      case "blind" -> DeflickerJob.of(PatchBlending.fast(2).withCompute(COMPUTE), style);
      case "interpolate" -> {
        Map<Integer, Frame> keys = new TreeMap<>();
        for (int key : new int[] {2, 20, 26, 40}) {
          keys.put(key, STYLE.frame(key));
        }
        yield InterpolateJob.of(KeyframeInterpolation.DEFAULT.withCompute(COMPUTE), guide, keys);
      }
      default -> throw new IllegalArgumentException(name);
    };
  }

  /** Works on the job in the folder given first; the second argument names the work. */
  public static void main(String[] arguments) throws IOException {
    Monitor printing =
        Monitor.of(
            step -> {
              System.out.println(step.stage() + " " + step.framesDone());
              System.out.flush();
            });
    Path folder = Path.of(arguments[0]);
    if (arguments[1].equals("render")) {
      try (RenderJob job = RenderJobTest.open(folder)) {
        RenderRequest request =
            RenderJobTest.request()
                .withListener(report -> System.out.println("step " + report.step()));
        RenderJobTest.render(job.continued(request), false, Monitor.NONE);
      }
    } else {
      Job.open(folder, task(arguments[1]), OPTIONS, printing).run(printing);
    }
    System.out.println("finished");
  }

  static ChildProcess start(Path folder, String task) throws IOException {
    String path =
        String.join(
            System.getProperty("path.separator"),
            Path.of("target/test-classes").toAbsolutePath().toString(),
            String.valueOf(System.getProperty("jdk.module.path")),
            System.getProperty("java.class.path"));
    ProcessBuilder builder =
        new ProcessBuilder(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                path,
                ChildProcess.class.getName(),
                folder.toString(),
                task));
    builder.redirectError(ProcessBuilder.Redirect.DISCARD);
    return new ChildProcess(builder.start());
  }

  /** Returns the next line that the process prints, or null after the last one. */
  String read() throws IOException {
    return lines.readLine();
  }

  /** Ends the process as {@code kill -9} does, and waits until it has ended. */
  void kill() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }

  @Override
  public void close() throws IOException {
    process.destroyForcibly();
    lines.close();
  }
}
