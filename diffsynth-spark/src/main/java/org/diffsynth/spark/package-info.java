/**
 * Deflickering on the executors of Apache Spark 4: many clips ({@link
 * org.diffsynth.spark.SparkClips}), or one long clip in shards ({@link
 * org.diffsynth.spark.SparkJob}). Rows hold paths and settings, never frames; driver and executors
 * see the files under the same paths. The frames are those of one process.
 */
package org.diffsynth.spark;
