package org.diffsynth.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.spark.resource.ResourceInformation;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.SparkSession;
import org.diffsynth.compute.ComputeOptions;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.Monitor;
import org.diffsynth.job.Job;
import org.diffsynth.job.JobOptions;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Clips on {@code local[2]}: two tasks at a time in this JVM. */
class LocalSparkTest {

  private static final JobOptions OPTIONS =
      JobOptions.DEFAULT.withShardFrames(12).withPartFrames(4);

  private static SparkSession spark;

  @TempDir private Path temp;

  @BeforeAll
  static void start() {
    spark =
        SparkSession.builder()
            .master("local[2]")
            .config("spark.ui.enabled", false)
            .config("spark.driver.host", "127.0.0.1")
            .config("spark.driver.bindAddress", "127.0.0.1")
            .config("spark.sql.warehouse.dir", System.getProperty("java.io.tmpdir"))
            .getOrCreate();
  }

  @AfterAll
  static void stop() throws IOException {
    spark.close();
  }

  @Test
  void film_hasTheBytesOfOneProcess() throws IOException {
    Clip film = TestVideos.write(temp, "film", 70);
    Path folder = temp.resolve("film.job");
    List<Long> done = new ArrayList<>();
    Monitor monitor = Monitor.of(progress -> done.add(progress.framesDone()));

    SparkJob.of(spark, folder.toString(), film).withOptions(OPTIONS).run(monitor);

    assertThat(TestVideos.read(film.getOutput())).isEqualTo(TestVideos.plain(film));
    assertThat(done).contains(70L);
    try (Stream<Path> files = Files.walk(folder)) {
      assertThat(files.filter(file -> file.getFileName().toString().startsWith("."))).isEmpty();
    }
  }

  @Test
  void cancelledFilm_isContinued_byOneProcess() throws IOException {
    Clip film = TestVideos.write(temp, "film", 70);
    film.setMode("sharp");
    Path folder = temp.resolve("film.job");
    SparkJob job = SparkJob.of(spark, folder.toString(), film).withOptions(OPTIONS);
    AtomicBoolean begun = new AtomicBoolean();
    Monitor cancelling = Monitor.of(progress -> begun.set(progress.framesDone() > 0), begun::get);
    assertThatThrownBy(() -> job.run(cancelling)).isInstanceOf(CancellationException.class);

    Job rest =
        Job.open(folder, PreparedClip.of(film).open(ComputeOptions.AUTO), OPTIONS, Monitor.NONE);
    rest.run(Monitor.NONE);
    job.run(Monitor.NONE);

    assertThat(TestVideos.read(film.getOutput())).isEqualTo(TestVideos.plain(film));
  }

  @Test
  void missingFolder_onAnExecutor_isNamed() throws IOException {
    Clip film = TestVideos.write(temp, "film", 10);
    ClipTask task =
        compute -> {
          throw new IOException("no disk here");
        };

    assertThatThrownBy(
            () ->
                SparkJob.of(spark, temp.resolve("job").toString(), task, (job, monitor) -> {})
                    .run(Monitor.NONE))
        .isInstanceOf(IOException.class)
        .hasMessage("no disk here");
    film.setStyle(temp.resolve("missing.mp4").toString());
    assertThatThrownBy(() -> SparkJob.of(spark, temp.resolve("job").toString(), film))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("missing.mp4");
  }

  @Test
  void clips_haveTheBytesOfOneProcess_andABrokenClipHasAnError() throws IOException {
    List<Clip> clips = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      clips.add(TestVideos.write(temp, "clip" + i, 12 + i));
    }
    clips.get(1).setJob(temp.resolve("clip1.job").toString());
    Clip missing = Clip.of(temp.resolve("none.mp4").toString(), temp.resolve("o.mp4").toString());
    Clip wrong = TestVideos.write(temp, "wrong", 5);
    wrong.setMode("soft");
    clips.add(missing);
    clips.add(wrong);
    Dataset<Clip> table = spark.createDataset(clips, Encoders.bean(Clip.class)).repartition(5);

    Map<String, ClipResult> results =
        SparkClips.deflicker(table).collectAsList().stream()
            .collect(Collectors.toMap(ClipResult::getOutput, result -> result));

    for (int i = 0; i < 3; i++) {
      ClipResult result = results.get(clips.get(i).getOutput());
      assertThat(result.getError()).isNull();
      assertThat(result.getFrames()).isEqualTo(12 + i);
      assertThat(result.getSeconds()).isPositive();
      List<Frame> plain = TestVideos.plain(clips.get(i));
      assertThat(TestVideos.read(result.getOutput())).isEqualTo(plain);
    }
    assertThat(results.get(missing.getOutput()).getError()).contains("none.mp4");
    assertThat(results.get(wrong.getOutput()).getError())
        .startsWith("mode must be one of")
        .endsWith("but was 'soft'");
  }

  @Test
  void table_withoutOptionalColumns_isRead() throws IOException {
    Path table = temp.resolve("clips.csv");
    Files.writeString(table, "style,output,window\na.mp4,b.mp4,7\n");

    Clip clip = SparkDeflicker.clips(spark, table.toString()).first();

    assertThat(clip.getStyle()).isEqualTo("a.mp4");
    assertThat(clip.getWindow()).isEqualTo(7);
    assertThat(clip.getGuide()).isNull();
    Files.writeString(table, "style,output,windows\na.mp4,b.mp4,7\n");
    assertThatThrownBy(() -> SparkDeflicker.clips(spark, table.toString()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("'windows'");
  }

  @Test
  void gpuOfTheTask_choosesTheEngine() {
    ResourceInformation gpu = new ResourceInformation("gpu", new String[] {"3"});

    assertThat(ExecutorCompute.of(4, Map.of("gpu", gpu)))
        .isEqualTo(ComputeOptions.AUTO.withThreads(4).withEngine("cuda:3"));
    assertThat(ExecutorCompute.of(2, Map.of())).isEqualTo(ComputeOptions.AUTO.withThreads(2));
    ResourceInformation mig = new ResourceInformation("gpu", new String[] {"MIG-1"});
    assertThatThrownBy(() -> ExecutorCompute.of(1, Map.of("gpu", mig)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("'MIG-1'");
  }

  @Test
  void runs_followEachOther_andAreEvenlyLong() {
    assertThat(SparkJob.runs(List.of(0, 1, 2, 3, 4, 7, 8), 3))
        .containsExactly(new int[] {0, 3}, new int[] {3, 5}, new int[] {7, 9});
    assertThat(SparkJob.runs(List.of(5), 100)).containsExactly(new int[] {5, 6});
    assertThat(SparkJob.runs(List.of(), 100)).isEmpty();
  }
}
