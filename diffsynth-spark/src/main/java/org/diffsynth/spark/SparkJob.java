package org.diffsynth.spark;

import java.io.IOException;
import java.io.Serializable;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.JavaFutureAction;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.util.LongAccumulator;
import org.diffsynth.compute.ComputeOptions;
import org.diffsynth.frame.Monitor;
import org.diffsynth.frame.Monitor.Progress;
import org.diffsynth.job.Job;
import org.diffsynth.job.JobOptions;
import org.diffsynth.job.JobTask;
import org.diffsynth.job.ScannedPart;

/**
 * One long clip on the executors of Spark: the inputs are scanned for cuts in parallel, the shards
 * are computed in parallel, and one task writes the video.
 *
 * <pre>{@code
 * Clip film = Clip.of("/shared/style.mp4", "/shared/steady.mp4");
 * SparkJob job = SparkJob.of(spark, "/shared/film.job", film);
 * job.run(Monitor.NONE);
 * }</pre>
 *
 * <p>The folder is a job folder, as {@link Job} describes it, on a disk that driver and executors
 * share. It keeps what is finished: after a lost executor, a failed application or a stopped
 * cluster, the same call continues, also in another cluster or with {@code Job} in one process. The
 * frames are those of one process.
 */
public final class SparkJob {

  private static final long POLL_MILLIS = 1000;

  /** Fewest frames of a scan task, of which it reads 32 more. */
  private static final int LEAST_SCAN = 500;

  /** Tasks for each slot of the cluster, so that slow executors get fewer of them. */
  private static final int TASKS_PER_SLOT = 3;

  private final JavaSparkContext spark;
  private final String folder;
  private final ClipTask task;
  private final Writer writer;
  private final JobOptions options;

  /** Writes the finished video. Spark sends it to an executor. */
  @FunctionalInterface
  public interface Writer extends Serializable {

    /**
     * Writes the video with {@link Job#writeTo}. May be called again after a failure, so it should
     * replace an output that exists.
     *
     * @throws IOException if the video cannot be written
     */
    void write(Job job, Monitor monitor) throws IOException;
  }

  private SparkJob(
      JavaSparkContext spark, String folder, ClipTask task, Writer writer, JobOptions options) {
    this.spark = spark;
    this.folder = folder;
    this.task = task;
    this.writer = writer;
    this.options = options;
  }

  /**
   * Returns the job that deflickers a clip. Reads all bytes of the inputs once, for their
   * fingerprints.
   *
   * @param folder folder of the job, under a path that driver and executors share; {@link
   *     Clip#getJob} is not used
   * @throws IOException if an input cannot be read
   * @throws IllegalArgumentException if a setting of the clip is outside its range
   */
  public static SparkJob of(SparkSession spark, String folder, Clip clip) throws IOException {
    PreparedClip prepared = PreparedClip.of(clip);
    return of(spark, folder, prepared, prepared::write);
  }

  /**
   * Returns the job of another task, such as the interpolation between key frames.
   *
   * @param folder folder of the job, under a path that driver and executors share
   * @param writer writes the finished video
   */
  public static SparkJob of(SparkSession spark, String folder, ClipTask task, Writer writer) {
    return new SparkJob(
        JavaSparkContext.fromSparkContext(spark.sparkContext()),
        Objects.requireNonNull(folder, "folder"),
        Objects.requireNonNull(task, "task"),
        Objects.requireNonNull(writer, "writer"),
        JobOptions.DEFAULT);
  }

  /** Returns a copy of this job that is divided in another way. Default: shards of 240 frames. */
  public SparkJob withOptions(JobOptions newOptions) {
    Objects.requireNonNull(newOptions, "options");
    return new SparkJob(spark, folder, task, writer, newOptions);
  }

  /**
   * Computes what is missing and writes the video.
   *
   * @param monitor receives the progress of the whole job on the driver, and may cancel it
   * @throws CancellationException if the monitor or an interrupt ends the work; finished frames are
   *     kept, and the same call continues
   * @throws IOException if a task of Spark fails for good; finished frames are kept
   */
  public void run(Monitor monitor) throws IOException {
    JobTask work = task.open(ComputeOptions.AUTO);
    Path path = Path.of(folder);
    boolean isNew = !Files.exists(path.resolve("plan"));
    List<ScannedPart> scanned = isNew ? scan(work, monitor) : List.of();
    Job job = Job.open(path, work, options, scanned, monitor);
    compute(job, monitor);
    job.run(monitor); // nothing is missing: removes what killed executors have left
    write(monitor);
  }

  private int slots() {
    int cpus = spark.sc().conf().getInt("spark.task.cpus", 1);
    return Math.max(1, spark.defaultParallelism() / cpus);
  }

  private List<ScannedPart> scan(JobTask work, Monitor monitor) throws IOException {
    long stated = Job.statedFrames(work);
    List<int[]> ranges = new ArrayList<>();
    if (stated > LEAST_SCAN) {
      int frames = (int) Math.max(LEAST_SCAN, stated / ((long) slots() * TASKS_PER_SLOT));
      for (int from = 0; from + frames < stated; from += frames) {
        ranges.add(new int[] {from, from + frames});
      }
    }
    int last = ranges.isEmpty() ? 0 : ranges.get(ranges.size() - 1)[1];
    ranges.add(new int[] {last, Integer.MAX_VALUE}); // to the end, wherever that is
    LongAccumulator frames = spark.sc().longAccumulator("scanned frames");
    ClipTask task = this.task; // without this object, which Spark cannot send
    return await(
        spark
            .parallelize(ranges, ranges.size())
            .map(
                range -> {
                  TaskContext context = TaskContext.get();
                  return Job.scan(
                      task.open(ExecutorCompute.of(context)),
                      range[0],
                      range[1],
                      new TaskMonitor(context, frames, ""));
                })
            .collectAsync(),
        monitor,
        () -> {});
  }

  private void compute(Job job, Monitor monitor) throws IOException {
    List<int[]> runs = runs(job.unfinishedShards(), slots() * TASKS_PER_SLOT);
    if (runs.isEmpty()) {
      return;
    }
    LongAccumulator frames = spark.sc().longAccumulator("finished frames");
    ClipTask task = this.task;
    String folder = this.folder;
    await(
        spark
            .parallelize(runs, runs.size())
            .foreachPartitionAsync(
                tasks -> {
                  TaskContext context = TaskContext.get();
                  JobTask work = task.open(ExecutorCompute.of(context));
                  TaskMonitor counting = new TaskMonitor(context, frames, "");
                  Job shared = opened(folder, work);
                  while (tasks.hasNext()) {
                    int[] run = tasks.next();
                    shared.runShards(run[0], run[1], counting);
                  }
                }),
        monitor,
        () -> {
          int done = job.finishedFrames();
          monitor.progress(
              new Progress(
                  "shards", done / (double) job.frames(), done, job.frames(), Optional.empty()));
        });
  }

  /**
   * Divides shards into runs of shards that follow each other: a run computes the frames before its
   * first one, on which that depends, but goes on from shard to shard without loss.
   *
   * @param shards numbers of unfinished shards, in order
   * @param tasks number of runs at which even small gaps are not divided any further
   * @return for each run, its first shard and the shard after its last one
   */
  static List<int[]> runs(List<Integer> shards, int tasks) {
    int longest = Math.max(1, (shards.size() + tasks - 1) / tasks);
    List<int[]> runs = new ArrayList<>();
    for (int shard : shards) {
      int[] last = runs.isEmpty() ? null : runs.get(runs.size() - 1);
      if (last != null && last[1] == shard && last[1] - last[0] < longest) {
        last[1]++;
      } else {
        runs.add(new int[] {shard, shard + 1});
      }
    }
    return runs;
  }

  private void write(Monitor monitor) throws IOException {
    LongAccumulator frames = spark.sc().longAccumulator("written frames");
    ClipTask task = this.task;
    Writer writer = this.writer;
    String folder = this.folder;
    await(
        spark
            .parallelize(List.of(folder), 1)
            .foreachPartitionAsync(
                one -> {
                  TaskContext context = TaskContext.get();
                  JobTask work = task.open(ExecutorCompute.of(context));
                  Job shared = opened(folder, work);
                  writer.write(shared, new TaskMonitor(context, frames, ""));
                }),
        monitor,
        () ->
            monitor.progress(
                new Progress("write", 0, frames.value().intValue(), -1, Optional.empty())));
  }

  /** Opens the job of the driver on an executor. */
  private static Job opened(String folder, JobTask work) throws IOException {
    if (!Files.isDirectory(Path.of(folder, "plan"))) {
      throw new IOException(
          "the executor on "
              + host()
              + " does not see the job in "
              + folder
              + ", which the driver has made; use a folder on a disk that driver and executors"
              + " share, under one path");
    }
    // The division is that of the folder.
    return Job.open(Path.of(folder), work, JobOptions.DEFAULT, List.of(), Monitor.NONE);
  }

  /** Waits for an action of Spark, and cancels it when the monitor says so. */
  private static <T> T await(JavaFutureAction<T> action, Monitor monitor, Polled polled)
      throws IOException {
    try {
      while (true) {
        monitor.checkCancelled();
        try {
          T result = action.get(POLL_MILLIS, TimeUnit.MILLISECONDS);
          polled.poll();
          return result;
        } catch (TimeoutException e) {
          polled.poll();
        }
      }
    } catch (CancellationException | IOException e) {
      action.cancel(true);
      throw e;
    } catch (InterruptedException e) {
      action.cancel(true);
      Thread.currentThread().interrupt();
      throw new CancellationException("cancelled");
    } catch (ExecutionException e) {
      throw new IOException(
          "a task of Spark has failed: " + e.getCause().getMessage(), e.getCause());
    }
  }

  /** Looks at the work in progress. */
  private interface Polled {
    void poll() throws IOException;
  }

  static String host() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      return "an unknown machine";
    }
  }
}
