package org.diffsynth.patchmatch.engine;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.function.Supplier;

/**
 * The jobs of one session on a {@link WorkerPool}. One thread creates jobs and waits for results.
 *
 * <p>A job that fails, or whose group is closed before it starts, lets all jobs fail that read its
 * result; {@link #get} throws that first failure.
 */
public final class JobGroup implements AutoCloseable {

  /**
   * Jobs that may wait, for each thread. With fewer, a thread could run out of work; with more, the
   * fields that waiting jobs keep alive would be a large part of a window's.
   */
  private static final int WAITING_PER_THREAD = 4;

  private static final int LEAST_WAITING = 32;

  /** Jobs that have not ended; guarded by the lock of the pool. */
  int unfinished;

  private final WorkerPool pool;
  private final int mostUnfinished;
  private volatile boolean isClosed;

  /** Creates an empty group on a pool, which must stay open longer than the group. */
  public JobGroup(WorkerPool pool) {
    this.pool = pool;
    this.mostUnfinished = Math.max(LEAST_WAITING, WAITING_PER_THREAD * pool.threads());
  }

  boolean isClosed() {
    return isClosed;
  }

  /**
   * Creates a job. If many jobs have not ended yet, the calling thread works on them first.
   *
   * @param isUrgent whether the job is started before others that are ready too
   * @param reads results that the job reads; it starts when all exist
   * @param after results that must exist, although the job does not read them
   * @param work computes the value on any thread; may run batches on the pool
   * @return the result, which the caller drops when no further job will read it
   * @throws CancellationException if the calling thread is interrupted; its flag stays set
   */
  public <T> JobResult<T> make(
      boolean isUrgent,
      List<? extends JobResult<?>> reads,
      Collection<? extends JobResult<?>> after,
      Supplier<T> work) {
    if (Thread.currentThread().isInterrupted()) {
      throw WorkerPool.cancelled();
    }
    pool.workUntil(() -> unfinished < mostUnfinished, true);
    JobResult<T> result = new JobResult<>();
    List<JobResult<?>> readResults = List.copyOf(reads);
    Job job =
        new Job(
            this,
            isUrgent,
            () -> result.set(work.get()),
            () -> {
              readResults.forEach(JobResult::removeReader);
              result.end();
            });
    result.setJob(job);
    List<Job> needed = new ArrayList<>();
    for (JobResult<?> read : readResults) {
      read.addReader();
      addJob(read, needed);
    }
    after.forEach(earlier -> addJob(earlier, needed));
    pool.submit(job, needed);
    return result;
  }

  private static void addJob(JobResult<?> result, List<Job> jobs) {
    if (result.job() != null) {
      jobs.add(result.job());
    }
  }

  /**
   * Works on jobs until a result exists, and returns its value.
   *
   * @throws CancellationException if the calling thread is interrupted; its flag stays set
   */
  public <T> T get(JobResult<T> result) {
    Job job = result.job();
    if (job != null) {
      pool.workUntil(job::isDone, true);
      job.check();
    }
    return result.get();
  }

  /** Lets no further job start, and waits for those that run. A second call does nothing. */
  @Override
  public void close() {
    isClosed = true;
    pool.workUntil(() -> unfinished == 0, false);
  }
}
