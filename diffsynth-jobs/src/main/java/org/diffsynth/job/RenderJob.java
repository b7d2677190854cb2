package org.diffsynth.job;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import org.diffsynth.RenderRequest;
import org.diffsynth.diffusion.StepListener;
import org.diffsynth.internal.diffusion.StepCheckpoints;
import org.diffsynth.internal.shots.KnownShots;
import org.diffsynth.internal.text.Text;

/**
 * A render by a {@link org.diffsynth.Pipeline} that survives interruption: the latents of the clip
 * are kept in a folder after every denoising step, and the same render continues after the last
 * step that was kept. The frames are those of an uninterrupted render.
 *
 * <p>A folder serves one render by one process at a time: frames are rendered together, because
 * attention and deflickering connect them. A checkpoint takes three times the memory of the
 * latents, 192 KB for a frame of 512×512 pixels, and one more part without an input video.
 *
 * <pre>{@code
 * try (RenderJob job = RenderJob.open(folder, settings, List.of(input), JobOptions.DEFAULT)) {
 *   pipeline.render(video, job.continued(request), sink, monitor);
 * }
 * }</pre>
 */
public final class RenderJob implements Closeable {

  private static final String CHECKPOINT = "latents.step";

  /** The only token of the job's folder. */
  private static final int TOKEN = 0;

  private final Worker worker;
  private final ShardClaims claims;
  private final Checkpoint checkpoint;

  private RenderJob(Worker worker, ShardClaims claims, Checkpoint checkpoint) {
    this.worker = worker;
    this.claims = claims;
    this.checkpoint = checkpoint;
  }

  /**
   * Makes a job, or continues the one in the folder. The caller closes it.
   *
   * @param folder folder of the job; is created if it does not exist
   * @param settings everything that decides about the frames besides the inputs, by name: the
   *     request, the options of the pipeline, and fingerprints of the models
   * @param inputs the input video, control videos and reference pictures
   * @param options the lease; the other options are not used
   * @throws JobChangedException if the folder holds a job for other inputs or settings; the message
   *     names the differences
   * @throws IOException if the folder holds something else, or another process works on the job
   */
  public static RenderJob open(
      Path folder, Map<String, String> settings, List<JobInput> inputs, JobOptions options)
      throws IOException {
    Map<String, String> all = new TreeMap<>(settings);
    all.put("version", JobTask.version());
    Manifest manifest =
        JobFolders.manifest(folder, all, inputs, options, () -> new KnownShots(List.of()));
    Worker worker = Worker.start(folder.resolve(JobFolders.WORKERS), options.lease());
    try {
      ShardClaims claims = new ShardClaims(folder.resolve(JobFolders.PLAN), worker);
      if (claims.claimAny(new TreeSet<>(List.of(TOKEN))) < 0) {
        throw new IOException(
            Text.format(
                "another process works on the job in %s; a render cannot be shared: wait for it, or"
                    + " use another folder (a process of another machine that has died is noticed"
                    + " after %d seconds)",
                folder, options.lease().toSeconds()));
      }
      return new RenderJob(
          worker, claims, new Checkpoint(folder.resolve(CHECKPOINT), manifest.id()));
    } catch (IOException | RuntimeException | Error e) {
      worker.close();
      throw e;
    }
  }

  /**
   * Returns the number of denoising steps that are kept.
   *
   * @throws IOException if the folder cannot be read
   */
  public int finishedSteps() throws IOException {
    return checkpoint.read().map(state -> state.step() + 1).orElse(0);
  }

  /**
   * Returns a copy of a request whose render continues after the last step that was kept, and keeps
   * every further step. A listener of the request still receives the reports of the steps that are
   * computed. The pipeline's own listener is not called.
   */
  public RenderRequest continued(RenderRequest request) {
    return request.withListener(new Keeper(request.listener().orElse(StepListener.NONE)));
  }

  /** Deletes the checkpoint when the frames are written, so that the next render starts afresh. */
  public void clear() throws IOException {
    checkpoint.delete();
  }

  /** Lets another process work on the job. A second call does nothing. */
  @Override
  public void close() throws IOException {
    try (worker) {
      claims.release(List.of(TOKEN));
    }
  }

  /** Keeps each step in the checkpoint. */
  private final class Keeper implements StepCheckpoints {

    private final StepListener listener;

    Keeper(StepListener listener) {
      this.listener = listener;
    }

    @Override
    public Optional<State> last() throws IOException {
      return checkpoint.read();
    }

    @Override
    public void keep(State state) throws IOException {
      checkpoint.write(state);
    }

    @Override
    public void afterStep(StepReport report) {
      listener.afterStep(report);
    }
  }
}
