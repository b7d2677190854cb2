package org.diffsynth.patchmatch.engine;

import java.util.function.Consumer;

/**
 * A value that a job makes and that other jobs read. Whoever holds a result may {@link #drop} it at
 * any time; the value is freed when the last job that reads it has ended.
 *
 * @param <T> type of the value
 */
public final class JobResult<T> {

  private Job job;
  private T value;
  private int readers;
  private boolean isEnded;
  private Consumer<? super T> free;

  JobResult() {}

  /** Returns a result that exists already. */
  public static <T> JobResult<T> of(T value) {
    JobResult<T> result = new JobResult<>();
    result.set(value);
    result.end();
    return result;
  }

  /** Sets the job that makes the value, before the job can run. */
  void setJob(Job maker) {
    job = maker;
  }

  /** Returns the job that makes the value, or null if the value was there from the start. */
  Job job() {
    return job;
  }

  /** Returns the value; only for jobs that were created as readers. */
  public synchronized T get() {
    return value;
  }

  synchronized void set(T made) {
    value = made;
  }

  /** Called when the job has ended, with a value or with a failure. */
  synchronized void end() {
    isEnded = true;
    freeIfUnused();
  }

  synchronized void addReader() {
    readers++;
  }

  synchronized void removeReader() {
    readers--;
    freeIfUnused();
  }

  /**
   * Gives the value up.
   *
   * @param freeing receives the value, on any thread, when no job reads it any more; not called if
   *     the job that makes the value failed
   */
  public synchronized void drop(Consumer<? super T> freeing) {
    free = freeing;
    freeIfUnused();
  }

  private void freeIfUnused() {
    if (free != null && isEnded && readers == 0 && value != null) {
      T unused = value;
      value = null;
      free.accept(unused);
    }
  }
}
