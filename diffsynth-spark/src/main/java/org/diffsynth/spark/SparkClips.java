package org.diffsynth.spark;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.concurrent.TimeUnit;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.util.LongAccumulator;
import org.diffsynth.deflicker.Deflicker;
import org.diffsynth.frame.FrameSink;
import org.diffsynth.frame.FrameSource;
import org.diffsynth.frame.Monitor;
import org.diffsynth.job.Job;
import org.diffsynth.job.JobOptions;
import org.diffsynth.video.VideoFiles;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Deflickers many clips, each in one task.
 *
 * <pre>{@code
 * Dataset<Clip> clips = spark.read().option("header", true).csv("clips.csv").as(Encoders.bean(Clip.class));
 * SparkClips.deflicker(clips.repartition((int) clips.count())).write().json("results");
 * }</pre>
 *
 * <p>Outputs are written under a name of their own for each attempt and then renamed, so a retry or
 * a speculative copy of a task does no harm.
 */
public final class SparkClips {

  private static final Logger LOG = LoggerFactory.getLogger(SparkClips.class);

  private SparkClips() {}

  /**
   * Returns a result for each clip, in the order of the clips. Nothing is computed before an action
   * of Spark needs the results; an action that needs them twice computes twice, so write or cache
   * them first.
   *
   * <p>A clip that cannot be read or has impossible settings gets a result with an error; the
   * others go on. Other failures, such as a lost executor or lack of memory, fail the task, which
   * Spark tries again.
   *
   * @param clips clips; each partition is one task, so give each clip a partition of its own unless
   *     the clips are very short
   */
  public static Dataset<ClipResult> deflicker(Dataset<Clip> clips) {
    LongAccumulator frames =
        clips.sparkSession().sparkContext().longAccumulator("deflickered frames");
    MapPartitionsFunction<Clip, ClipResult> function = rows -> results(rows, frames);
    return clips.mapPartitions(function, Encoders.bean(ClipResult.class));
  }

  private static Iterator<ClipResult> results(Iterator<Clip> clips, LongAccumulator frames) {
    TaskContext context = TaskContext.get();
    return new Iterator<>() {
      @Override
      public boolean hasNext() {
        return clips.hasNext();
      }

      @Override
      public ClipResult next() {
        return result(clips.next(), context, frames);
      }
    };
  }

  private static ClipResult result(Clip clip, TaskContext context, LongAccumulator frames) {
    ClipResult result = new ClipResult();
    result.setStyle(clip.getStyle());
    result.setOutput(clip.getOutput());
    result.setHost(SparkJob.host());
    long start = System.nanoTime();
    try {
      clip.check();
      Monitor monitor = new TaskMonitor(context, frames, "write");
      result.setFrames(
          clip.getJob() == null || clip.getJob().isBlank()
              ? compute(clip, context, frames)
              : continueJob(clip, context, monitor));
    } catch (IOException | IllegalArgumentException e) {
      LOG.warn("{} failed", clip, e);
      result.setError(e.getMessage() == null ? e.toString() : e.getMessage());
    }
    result.setSeconds((System.nanoTime() - start) / (double) TimeUnit.SECONDS.toNanos(1));
    return result;
  }

  private static long continueJob(Clip clip, TaskContext context, Monitor monitor)
      throws IOException {
    PreparedClip prepared = PreparedClip.of(clip);
    Job job =
        Job.open(
            Path.of(clip.getJob()),
            prepared.open(ExecutorCompute.of(context)),
            JobOptions.DEFAULT,
            monitor);
    job.run(monitor);
    prepared.write(job, monitor);
    return job.frames();
  }

  private static long compute(Clip clip, TaskContext context, LongAccumulator frames)
      throws IOException {
    Monitor cancelling = Monitor.of(progress -> {}, context::isInterrupted);
    Deflicker deflicker = clip.deflicker(ExecutorCompute.of(context));
    CountingSink[] counted = new CountingSink[1];
    VideoFiles.write(
        Path.of(clip.getOutput()),
        PreparedClip.settings(clip),
        sink -> {
          counted[0] = new CountingSink(sink, clip.depth(), frames);
          apply(deflicker, clip, counted[0], cancelling);
        });
    return counted[0].frames();
  }

  private static void apply(Deflicker deflicker, Clip clip, FrameSink sink, Monitor monitor)
      throws IOException {
    try (FrameSource style = VideoFiles.open(clip.stylePath())) {
      if (clip.guidePath() == null) {
        deflicker.apply(style, sink, monitor);
        return;
      }
      try (FrameSource guide = VideoFiles.open(clip.guidePath())) {
        deflicker.apply(guide, style, sink, monitor);
      }
    }
  }
}
