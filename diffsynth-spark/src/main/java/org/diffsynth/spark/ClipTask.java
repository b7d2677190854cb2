package org.diffsynth.spark;

import java.io.IOException;
import java.io.Serializable;
import org.diffsynth.compute.ComputeOptions;
import org.diffsynth.job.JobTask;

/**
 * Makes the work on a clip, on the driver and on every executor. Spark sends it to the executors,
 * so it holds paths and settings, not frames; a lambda that captures strings is enough:
 *
 * <pre>{@code
 * String fingerprint = JobInput.of("style", Path.of(style), opener).fingerprint(); // once
 * ClipTask task = compute -> DeflickerJob.of(
 *     PatchBlending.fast(7).withCompute(compute),
 *     new JobInput("style", fingerprint, () -> VideoFiles.open(Path.of(style))));
 * }</pre>
 *
 * <p>{@code JobInput.of} reads all bytes of a file, so a task for a long clip should take the
 * fingerprint from the driver, as here.
 */
@FunctionalInterface
public interface ClipTask extends Serializable {

  /**
   * Returns the work. Every call returns the same work.
   *
   * @param compute threads and device of the executor, which change no frame
   * @throws IOException if an input cannot be read
   */
  JobTask open(ComputeOptions compute) throws IOException;
}
