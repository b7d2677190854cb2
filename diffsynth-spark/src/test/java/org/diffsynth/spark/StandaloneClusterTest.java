package org.diffsynth.spark;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerExecutorRemoved;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.SparkSession;
import org.diffsynth.frame.Monitor;
import org.diffsynth.job.JobOptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real cluster of two workers, one of which is killed while it works. Takes a minute. */
@Tag("nightly")
class StandaloneClusterTest {

  @TempDir private Path temp;

  private static SparkSession connect(StandaloneCluster cluster) {
    return SparkSession.builder()
        .master(cluster.master())
        .appName("cluster test")
        .config("spark.ui.enabled", false)
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.executor.memory", "512m")
        .config("spark.executor.extraClassPath", cluster.classPath())
        .config("spark.scheduler.minRegisteredResourcesRatio", 1)
        .config("spark.cores.max", 2)
        .getOrCreate();
  }

  @Test
  void workerKilledInTheMiddle_filmAndClipsHaveTheBytesOfOneProcess() throws IOException {
    Clip film = TestVideos.write(temp, "film", 120);
    film.setMode("sharp");
    film.setWindow(6);
    Path folder = temp.resolve("film.job");
    AtomicInteger lost = new AtomicInteger();
    long[] atKill = {-1};
    try (StandaloneCluster cluster =
            new StandaloneCluster(
                Files.createDirectory(temp.resolve("spark")),
                System.getProperty("diffsynth.sparkJvmOptions"));
        SparkSession spark = connect(cluster)) {
      spark
          .sparkContext()
          .addSparkListener(
              new SparkListener() {
                @Override
                public void onExecutorRemoved(SparkListenerExecutorRemoved removed) {
                  lost.incrementAndGet();
                }
              });
      Monitor killing =
          Monitor.of(
              progress -> {
                if (progress.stage().equals("shards")
                    && progress.framesDone() >= 8
                    && atKill[0] < 0) {
                  atKill[0] = progress.framesDone();
                  cluster.killWorker(0);
                }
              });
      SparkJob.of(spark, folder.toString(), film)
          .withOptions(JobOptions.DEFAULT.withShardFrames(8).withPartFrames(4))
          .run(killing);

      Clip clip = TestVideos.write(temp, "clip", 10);
      Dataset<Clip> clips = spark.createDataset(List.of(clip), Encoders.bean(Clip.class));
      assertThat(SparkClips.deflicker(clips).first().getError()).isNull();
      assertThat(TestVideos.read(clip.getOutput())).isEqualTo(TestVideos.plain(clip));
    }

    assertThat(atKill[0]).isBetween(8L, 110L);
    assertThat(lost.get()).isPositive();
    assertThat(TestVideos.read(film.getOutput())).isEqualTo(TestVideos.plain(film));
    try (Stream<Path> files = Files.walk(folder)) {
      assertThat(files.filter(file -> file.getFileName().toString().startsWith("."))).isEmpty();
    }
  }
}
