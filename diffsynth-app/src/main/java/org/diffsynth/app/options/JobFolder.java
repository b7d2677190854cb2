package org.diffsynth.app.options;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.function.Consumer;
import org.diffsynth.app.terminal.KeptFrames;
import org.diffsynth.app.terminal.UsageException;
import org.diffsynth.frame.FrameSink;
import org.diffsynth.frame.Monitor;
import org.diffsynth.internal.text.Text;
import org.diffsynth.job.Job;
import org.diffsynth.job.JobInput;
import org.diffsynth.job.JobOptions;
import org.diffsynth.job.JobTask;
import org.diffsynth.job.RenderJob;
import picocli.CommandLine.Option;

/** Command-line option for the folder of a job, which survives interruption. */
public final class JobFolder {

  private static final String WRITTEN = "output.txt";

  @Option(
      names = "--job",
      paramLabel = "DIR",
      description =
          "Folder that keeps finished work: after an interruption the same command continues."
              + " Several processes with one 'deflicker' or 'interpolate' command share the work."
              + " Delete the folder when the video is written. Default: none; an interruption keeps"
              + " finished frames as a shorter video.")
  private Path folder;

  /** Returns whether the work is to be done as a job. */
  public boolean isGiven() {
    return folder != null;
  }

  /** Checks that the folder of the job is not also an input or the output. */
  public void check(OutputOptions output, Path... inputs) throws IOException {
    UsageException.check(
        !folder.toAbsolutePath().normalize().equals(output.path().toAbsolutePath().normalize()),
        "--job and --out must be different, but both were " + folder);
    for (Path input : inputs) {
      UsageException.check(
          input == null
              || !Files.exists(folder)
              || !Files.exists(input)
              || !Files.isSameFile(folder, input),
          "--job must be a folder of its own, but " + folder + " is an input");
    }
  }

  /**
   * Computes what is missing of a job, and writes the output when all frames are finished.
   *
   * @param say receives lines for the user
   * @return whether the output is written; false if another process is writing it
   */
  public boolean write(
      JobTask task, OutputOptions output, OutputVideo video, Monitor monitor, Consumer<String> say)
      throws IOException {
    if (!isWritten(output) || output.overwrites()) {
      output.check(video);
    }
    Job job = Job.open(folder, task, JobOptions.DEFAULT, monitor);
    int before = job.finishedFrames();
    if (before > 0) {
      say.accept(Text.format("%s holds %d of %d finished frames", folder, before, job.frames()));
    }
    try {
      job.run(monitor);
      boolean isMine = job.finish(() -> writeOutput(job, output, video, monitor, say));
      if (!isMine) {
        say.accept("another process is writing " + output.path());
      }
      return isMine;
    } catch (CancellationException e) {
      throw new CancellationException("cancelled; " + kept(job));
    } catch (IOException | RuntimeException | Error e) {
      KeptFrames.note(e, kept(job));
      throw e;
    }
  }

  /** Rendering into a sink. */
  @FunctionalInterface
  public interface Rendering {

    /**
     * Renders all frames.
     *
     * @param job continues the request, and keeps its steps
     * @param sink receives the frames; the caller commits it
     */
    void run(RenderJob job, FrameSink sink) throws IOException;
  }

  /**
   * Renders what is missing, and writes the output.
   *
   * @param settings everything that decides about the frames besides the inputs
   * @param say receives lines for the user
   */
  public void render(
      Map<String, String> settings,
      List<JobInput> inputs,
      OutputOptions output,
      OutputVideo video,
      Rendering rendering,
      Consumer<String> say)
      throws IOException {
    boolean isWritten = isWritten(output) && !output.overwrites();
    if (!isWritten) {
      output.check(video);
    }
    try (RenderJob job = RenderJob.open(folder, settings, inputs, JobOptions.DEFAULT)) {
      if (isWritten) {
        say.accept(written(output));
        return;
      }
      int before = job.finishedSteps();
      if (before > 0) {
        say.accept(Text.format("%s holds %d finished denoising steps", folder, before));
      }
      try {
        output.writeWhole(video, sink -> rendering.run(job, sink), () -> note(output));
      } catch (CancellationException e) {
        throw new CancellationException("cancelled; " + kept(job));
      } catch (IOException | RuntimeException | Error e) {
        KeptFrames.note(e, kept(job));
        throw e;
      }
    }
  }

  private static String written(OutputOptions output) {
    return output.path() + " was written by this job; --overwrite writes it again";
  }

  private String kept(RenderJob job) {
    try {
      return Text.format(
          "%s holds %d finished denoising steps; the same command continues",
          folder, job.finishedSteps());
    } catch (IOException e) {
      return folder + " cannot be read: " + e.getMessage();
    }
  }

  private void writeOutput(
      Job job, OutputOptions output, OutputVideo video, Monitor monitor, Consumer<String> say)
      throws IOException {
    if (isWritten(output) && !output.overwrites()) {
      say.accept(written(output));
      return;
    }
    output.writeWhole(video, sink -> job.writeTo(sink, monitor), () -> note(output));
    say.accept("wrote " + output.path());
  }

  /**
   * Notes the output just before it gets its name, so that a process that is killed right after
   * that does not refuse its own output when it is started again.
   */
  private void note(OutputOptions output) throws IOException {
    Path part = folder.resolve("." + WRITTEN);
    Files.writeString(part, name(output), StandardCharsets.UTF_8);
    Files.move(part, folder.resolve(WRITTEN), StandardCopyOption.REPLACE_EXISTING);
  }

  private boolean isWritten(OutputOptions output) throws IOException {
    try {
      return Files.exists(output.path())
          && Files.readString(folder.resolve(WRITTEN), StandardCharsets.UTF_8).equals(name(output));
    } catch (NoSuchFileException e) {
      return false;
    }
  }

  private static String name(OutputOptions output) {
    return output.path().toAbsolutePath().normalize() + "\n";
  }

  private String kept(Job job) {
    try {
      int frames = job.finishedFrames();
      return Text.format(
          "%s holds %d of %d finished frames; the same command continues",
          folder, frames, job.frames());
    } catch (IOException e) {
      return folder + " cannot be read: " + e.getMessage();
    }
  }
}
