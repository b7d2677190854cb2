package org.diffsynth.patchmatch.engine;

import java.util.ArrayList;
import java.util.List;

/** A piece of work that a {@link WorkerPool} runs once, after the jobs that it needs. */
final class Job {

  private static final ThreadLocal<Job> CURRENT = new ThreadLocal<>();

  final JobGroup group;
  final boolean isUrgent;
  private final List<Job> followers = new ArrayList<>();
  private Runnable work;
  private Runnable cleanup;
  private int needed;
  private volatile Throwable failure;
  private volatile boolean isDone;

  /**
   * Creates a job.
   *
   * @param work work that may fail
   * @param cleanup called after the work, after a failure too
   */
  Job(JobGroup group, boolean isUrgent, Runnable work, Runnable cleanup) {
    this.group = group;
    this.isUrgent = isUrgent;
    this.work = work;
    this.cleanup = cleanup;
  }

  /** Returns the job that this thread works on, or null. */
  static Job current() {
    return CURRENT.get();
  }

  /** Sets the job that this thread works on, and returns the one before. */
  static Job enter(Job job) {
    Job before = CURRENT.get();
    CURRENT.set(job);
    return before;
  }

  static void rethrow(Throwable failure) {
    if (failure instanceof Error error) {
      throw error;
    }
    if (failure instanceof RuntimeException exception) {
      throw exception;
    }
  }

  /** Does the work, unless an earlier job failed or the group is closed. */
  void run() {
    Job before = enter(this);
    try {
      if (group.isClosed()) {
        failure = WorkerPool.cancelled();
      }
      if (failure == null) {
        work.run();
      }
    } catch (Throwable e) { // the thread that waits for the result gets it
      failure = e;
    } finally {
      enter(before);
      work = null;
      cleanup.run();
      cleanup = null;
    }
  }

  // The pool calls what follows under its lock.

  boolean isDone() {
    return isDone;
  }

  void addFollower(Job follower) {
    followers.add(follower);
    follower.needed++;
  }

  boolean isReady() {
    return needed == 0;
  }

  /** Notes that one of the needed jobs is done, and returns whether it was the last. */
  boolean isReadyWithout(Job earlier) {
    needed--;
    return needed == 0;
  }

  void inheritFailure(Job earlier) {
    if (failure == null) {
      failure = earlier.failure;
    }
  }

  /** Marks the job as done, and returns the jobs that waited for it. */
  List<Job> end() {
    isDone = true;
    List<Job> waited = List.copyOf(followers);
    followers.clear();
    return waited;
  }

  /** Throws the failure of the job itself, if it failed. */
  void check() {
    rethrow(failure);
  }
}
