package org.diffsynth.job;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.diffsynth.frame.FrameSink;
import org.diffsynth.frame.Monitor;
import org.diffsynth.internal.host.PartName;
import org.diffsynth.internal.shots.ShotScan;
import org.diffsynth.internal.text.Text;
import org.diffsynth.job.JobPlan.Part;
import org.diffsynth.job.JobPlan.Shard;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Long work in a folder, which can be interrupted at any moment and continued, and which several
 * processes can share.
 *
 * <pre>
 *   plan/manifest.txt             settings, fingerprints of the inputs, shots; never changes
 *   plan/00012.free               token of shard 12: free, at-PROCESS or done; the last token is
 *                                 that of the final work, see {@link #finish}
 *   parts/00000240-00000269.frames    finished frames, losslessly compressed, with a checksum
 *   workers/PROCESS               sign of life of a process that works on the job
 * </pre>
 *
 * <p>The folder holds nothing that depends on its place or its machine, so it can be moved while
 * nobody works on it. An object is used by one thread at a time; several processes, or several
 * objects of one process, may work on one folder.
 */
public final class Job {

  private static final Logger LOG = LoggerFactory.getLogger(Job.class);
  private static final String PARTS = "parts";
  private static final Duration LONGEST_WAIT = Duration.ofMillis(500);

  private final Path folder;
  private final JobTask task;
  private final JobOptions options;
  private final Manifest manifest;
  private final JobPlan plan;
  private final PartFiles files;

  private Job(
      Path folder,
      JobTask task,
      JobOptions options,
      Manifest manifest,
      UnaryOperator<OutputStream> outputs) {
    this.folder = folder;
    this.task = task;
    this.options = options;
    this.manifest = manifest;
    this.plan = new JobPlan(manifest.shots(), manifest.shardFrames(), manifest.partFrames());
    this.files = new PartFiles(folder.resolve(PARTS), manifest.id(), outputs);
  }

  /**
   * Makes a job, or continues the one in the folder. Making a job reads its inputs once, to find
   * the shots and to see that every frame can be read.
   *
   * @param folder folder of the job; is created if it does not exist
   * @param task what to compute
   * @param options how to divide the work
   * @param monitor receives the progress, and may cancel the scan of the inputs
   * @throws JobChangedException if the folder holds a job for other inputs, other settings or
   *     another version of the program; the message names the differences
   * @throws IOException if the folder holds something else, or an input cannot be read
   */
  public static Job open(Path folder, JobTask task, JobOptions options, Monitor monitor)
      throws IOException {
    return open(folder, task, options, monitor, UnaryOperator.identity());
  }

  static Job open(
      Path folder,
      JobTask task,
      JobOptions options,
      Monitor monitor,
      UnaryOperator<OutputStream> outputs)
      throws IOException {
    Manifest manifest =
        JobFolders.manifest(
            folder, task.settings(), task.inputs(), options, () -> task.scan(monitor));
    return new Job(folder, task, options, manifest, outputs);
  }

  /**
   * Makes a job from a scan that was divided between processes, or continues the one in the folder.
   *
   * @param parts results of {@link #scan} for ranges that follow each other from the first frame to
   *     the last one, in any order; not used if the folder holds the job already
   * @param monitor receives the progress
   * @throws JobChangedException if the folder holds a job for other work
   * @throws IOException if the folder holds something else, or an input cannot be read
   * @throws IllegalArgumentException if parts are missing
   */
  public static Job open(
      Path folder, JobTask task, JobOptions options, List<ScannedPart> parts, Monitor monitor)
      throws IOException {
    Manifest manifest =
        JobFolders.manifest(
            folder,
            task.settings(),
            task.inputs(),
            options,
            () -> PartScan.join(task, parts, monitor));
    return new Job(folder, task, options, manifest, UnaryOperator.identity());
  }

  /**
   * Scans a range of the inputs for shots, as {@link #open(Path, JobTask, JobOptions, Monitor)}
   * does for the whole clip, so that several processes can scan a clip at the same time. Some
   * frames before and after the range are read, too.
   *
   * @param from first frame of the range, counted from 0
   * @param to frame after the last one; the last range of a clip may end beyond the clip, and must
   *     if the number of frames is not known
   * @throws IOException if an input cannot be read
   */
  public static ScannedPart scan(JobTask task, int from, int to, Monitor monitor)
      throws IOException {
    if (from < 0 || to <= from) {
      throw new IllegalArgumentException(
          Text.format("from must be in [0, to), but they were %d and %d", from, to));
    }
    return PartScan.scan(task, from, to, ShotScan.LEAD, monitor);
  }

  /**
   * Returns the number of frames that the inputs of a task state, or a negative number if they do
   * not.
   */
  public static long statedFrames(JobTask task) throws IOException {
    return task.frameCount();
  }

  /** Returns the number of frames of the video. */
  public int frames() {
    return manifest.shots().size();
  }

  /**
   * Returns the first frames of all shots but the first, as the job treats them, counted from 0.
   */
  public List<Integer> shotStarts() {
    List<Integer> starts = new ArrayList<>();
    for (int frame = 1; frame < frames(); frame++) {
      if (manifest.shots().isStart(frame)) {
        starts.add(frame);
      }
    }
    return starts;
  }

  /** Returns the number of frames that are finished and stored, of all processes together. */
  public int finishedFrames() throws IOException {
    int frames = 0;
    for (Part part : plan.parts()) {
      frames += files.isFinished(part) ? part.frames() : 0;
    }
    return frames;
  }

  /** Returns the number of shards into which the frames are divided. */
  public int shards() {
    return plan.shards().size();
  }

  /** Returns the numbers of the shards that have frames that are not finished, in order. */
  public List<Integer> unfinishedShards() throws IOException {
    return List.copyOf(unfinished());
  }

  /** Returns whether all frames are finished. */
  public boolean isFinished() throws IOException {
    return finishedFrames() == frames();
  }

  /**
   * Computes what is missing, and returns when all frames are finished, by this process or by
   * others. Several processes may run one job at a time.
   *
   * @param monitor receives the progress of the whole job, and may cancel the run
   * @throws java.util.concurrent.CancellationException if the monitor or an interrupt ends the run;
   *     finished parts are kept, and the job can be continued
   * @throws IOException if an input cannot be read or the folder cannot be written; finished parts
   *     are kept, and the job can be continued
   */
  public void run(Monitor monitor) throws IOException {
    try (Worker worker = Worker.start(folder.resolve(JobFolders.WORKERS), options.lease())) {
      ShardClaims claims = new ShardClaims(folder.resolve(JobFolders.PLAN), worker);
      TreeSet<Integer> unfinished = unfinished();
      while (!unfinished.isEmpty()) {
        monitor.checkCancelled();
        int shard = claims.claimAny(unfinished);
        if (shard < 0) {
          waitForOthers(monitor);
        } else {
          compute(shard, claims, monitor);
        }
        unfinished = unfinished();
      }
      claims.tidy(plan.shards().size());
    }
    removeLeftovers();
  }

  /**
   * Computes what is missing of some shards that follow each other. For schedulers that divide the
   * work by themselves, such as Apache Spark: shards are not claimed, so two processes that are
   * given one shard both compute it, which takes time but does no harm. When all shards are
   * finished, {@link #run} tidies the folder.
   *
   * @param first number of the first shard, counted from 0
   * @param end number of the shard after the last one; at most {@link #shards()}
   * @param monitor receives the progress of the whole job, and may cancel the run
   * @throws java.util.concurrent.CancellationException if the monitor or an interrupt ends the run
   * @throws IOException if an input cannot be read or the folder cannot be written
   */
  public void runShards(int first, int end, Monitor monitor) throws IOException {
    if (first < 0 || first >= end || end > shards()) {
      throw new IllegalArgumentException(
          Text.format(
              "first and end must be in 0 <= first < end <= %d, but were %d and %d",
              shards(), first, end));
    }
    for (int shard = first; shard < end; shard++) {
      Part missing = firstMissing(plan.shards().get(shard));
      if (missing != null) {
        compute(missing, part -> part.shard() < end, monitor);
      }
    }
  }

  private TreeSet<Integer> unfinished() throws IOException {
    TreeSet<Integer> unfinished = new TreeSet<>();
    for (Part part : plan.parts()) {
      if (!unfinished.contains(part.shard()) && !files.isFinished(part)) {
        unfinished.add(part.shard());
      }
    }
    return unfinished;
  }

  private void waitForOthers(Monitor monitor) {
    try {
      Thread.sleep(Math.max(1, Math.min(LONGEST_WAIT.toMillis(), options.lease().toMillis() / 4)));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      monitor.checkCancelled();
    }
  }

  /** Computes from the first missing part of a shard on, as far as no other process works. */
  private void compute(int number, ShardClaims claims, Monitor monitor) throws IOException {
    try {
      Part first = firstMissing(plan.shards().get(number));
      if (first == null) {
        return; // another process has finished the shard meanwhile
      }
      compute(first, part -> claims.claim(part.shard()), monitor);
    } finally {
      claims.release(unfinished());
    }
  }

  /** Says which parts this process may compute. */
  private interface Permission {
    boolean mayCompute(Part part) throws IOException;
  }

  /**
   * Computes from a part on, up to a part that is finished or that this process may not compute.
   */
  private void compute(Part first, Permission permission, Monitor monitor) throws IOException {
    JobProgress progress = new JobProgress(task.name(), frames(), finishedFrames(), monitor);
    PartSink.Parts parts =
        frame -> {
          Part part = plan.partAt(frame);
          return part != null && !files.isFinished(part) && permission.mayCompute(part)
              ? part
              : null;
        };
    try (PartSink sink = new PartSink(files, first, task.depth(), parts, progress::frameDone)) {
      task.compute(manifest.shots(), first.first(), sink, sink, progress);
    }
  }

  private Part firstMissing(Shard shard) throws IOException {
    for (Part part : plan.parts(shard)) {
      if (!files.isFinished(part)) {
        return part;
      }
    }
    return null;
  }

  /** Removes parts that processes which were killed have left unfinished. */
  private void removeLeftovers() throws IOException {
    List<Path> left = new ArrayList<>();
    try (Stream<Path> entries = Files.list(folder.resolve(PARTS))) {
      entries.filter(entry -> entry.getFileName().toString().startsWith(".")).forEach(left::add);
    }
    for (Path entry : left) {
      String name = entry.getFileName().toString();
      int end = name.indexOf(".frames.");
      if (end > 0) { // the name that the part would have got
        PartName.of(entry.resolveSibling(name.substring(1, end) + ".frames")).close();
      }
    }
  }

  /**
   * Writes all frames in order to a sink, as they were finished. A part that was damaged on the
   * disk is noticed and computed again.
   *
   * @param sink receives the frames; the caller commits and closes it
   * @param monitor receives the progress, and may cancel
   * @throws IOException if a part cannot be read or computed, or the sink cannot be written
   */
  public void writeTo(FrameSink sink, Monitor monitor) throws IOException {
    run(monitor);
    JobProgress progress = new JobProgress("write", frames(), 0, monitor);
    for (Part part : plan.parts()) {
      if (!files.isWhole(part)) {
        repair(part, monitor);
      }
      try (PartFiles.Reader reader = files.read(part)) {
        for (int i = 0; i < part.frames(); i++) {
          monitor.checkCancelled();
          sink.write(reader.next());
          progress.frameDone();
        }
      }
    }
  }

  private void repair(Part part, Monitor monitor) throws IOException {
    LOG.warn(
        "the frames {} to {} of the job were damaged on the disk; computing them again",
        part.first(),
        part.end() - 1);
    files.delete(part);
    run(monitor);
    if (!files.isWhole(part)) {
      throw new IOException(
          Text.format(
              "the frames %d to %d were damaged again after they were written to %s; check that disk",
              part.first(), part.end() - 1, folder));
    }
  }

  /** Work that needs all frames of a job, such as writing the video. */
  @FunctionalInterface
  public interface FinalWork {

    /**
     * Does the work.
     *
     * @throws IOException if the work fails
     */
    void run() throws IOException;
  }

  /**
   * Does the work that follows the last frame, in one process at a time: where several processes
   * share a job, one of them writes the video.
   *
   * @param work calls {@link #writeTo}
   * @return false if another process is doing its final work; then {@code work} was not called
   * @throws IOException if the work fails
   */
  public boolean finish(FinalWork work) throws IOException {
    try (Worker worker = Worker.start(folder.resolve(JobFolders.WORKERS), options.lease())) {
      ShardClaims claims = new ShardClaims(folder.resolve(JobFolders.PLAN), worker);
      int token = plan.shards().size();
      if (claims.claimAny(new TreeSet<>(List.of(token))) < 0) {
        return false;
      }
      try {
        work.run();
      } finally {
        claims.release(List.of(token));
      }
      return true;
    }
  }

  @Override
  public String toString() {
    return Text.format("Job[%s, %s, %d frames]", folder, task.name(), frames());
  }
}
