/**
 * Long work that survives interruption: a job is a folder, its shards can be computed by several
 * processes, and the result has the bytes of one uninterrupted run.
 *
 * <p>Start with {@link org.diffsynth.job.Job}.
 */
module org.diffsynth.job {
  requires transitive org.diffsynth.api;
  requires org.slf4j;

  exports org.diffsynth.job;
}
