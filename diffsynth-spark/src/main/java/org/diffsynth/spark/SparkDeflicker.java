package org.diffsynth.spark;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoder;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.diffsynth.frame.Monitor;

/**
 * A program for {@code spark-submit}:
 *
 * <pre>
 *   clips CLIPS.csv RESULTS               many clips: a table with the columns style, output and,
 *                                         if wanted, guide, job, mode, window, strength
 *   film JOB STYLE OUTPUT [GUIDE [MODE [WINDOW]]]   one long clip, with its job folder
 * </pre>
 */
public final class SparkDeflicker {

  private static final String USAGE =
      "arguments: clips CLIPS.csv RESULTS, or film JOB STYLE OUTPUT [GUIDE [MODE [WINDOW]]]";

  private SparkDeflicker() {}

  /**
   * Runs the program.
   *
   * @param arguments see above
   * @throws IOException if a video cannot be read or written, or clips failed
   */
  public static void main(String[] arguments) throws IOException {
    List<String> words = Arrays.asList(arguments);
    boolean isClips = words.size() == 3 && words.get(0).equals("clips");
    boolean isFilm = words.size() >= 4 && words.size() <= 7 && words.get(0).equals("film");
    if (!isClips && !isFilm) {
      throw new IllegalArgumentException(USAGE + ", but were " + words);
    }
    try (SparkSession spark = SparkSession.builder().appName("diffsynth").getOrCreate()) {
      if (isClips) {
        clips(spark, words.get(1), words.get(2));
      } else {
        film(spark, words);
      }
    }
  }

  private static void clips(SparkSession spark, String table, String results) throws IOException {
    Dataset<Clip> clips = clips(spark, table);
    int count = Math.toIntExact(clips.count());
    SparkClips.deflicker(clips.repartition(count)).write().mode("overwrite").json(results);
    Dataset<Row> written = spark.read().json(results);
    boolean hasErrors = Arrays.asList(written.columns()).contains("error");
    long failed = hasErrors ? written.filter("error is not null").count() : 0;
    System.out.printf(
        Locale.ROOT, "%d of %d clips written; see %s%n", count - failed, count, results);
    if (failed > 0) {
      throw new IOException(failed + " clips failed; see the column error in " + results);
    }
  }

  /** Reads a table of clips, in which columns may be missing. */
  static Dataset<Clip> clips(SparkSession spark, String table) {
    Encoder<Clip> encoder = Encoders.bean(Clip.class);
    Dataset<Row> rows = spark.read().option("header", true).csv(table);
    List<String> there = Arrays.asList(rows.columns());
    List<String> known = Arrays.asList(encoder.schema().fieldNames());
    for (String column : there) {
      if (!known.contains(column)) {
        throw new IllegalArgumentException(
            "columns of " + table + " must be among " + known + ", but one was '" + column + "'");
      }
    }
    String[] columns =
        Arrays.stream(encoder.schema().fields())
            .map(
                field ->
                    "cast("
                        + (there.contains(field.name()) ? "`" + field.name() + "`" : "null")
                        + " as "
                        + field.dataType().sql()
                        + ") as "
                        + field.name())
            .toArray(String[]::new);
    return rows.selectExpr(columns).as(encoder);
  }

  private static void film(SparkSession spark, List<String> words) throws IOException {
    Clip film = Clip.of(words.get(2), words.get(3));
    film.setGuide(words.size() > 4 ? words.get(4) : null);
    film.setMode(words.size() > 5 ? words.get(5) : null);
    film.setWindow(words.size() > 6 ? Integer.valueOf(words.get(6)) : null);
    long[] shown = {-1};
    Monitor printing =
        Monitor.of(
            progress -> {
              long percent = Math.round(100 * progress.fraction());
              if (percent != shown[0]) {
                shown[0] = percent;
                System.out.printf(Locale.ROOT, "%s %d %%%n", progress.stage(), percent);
              }
            });
    SparkJob.of(spark, words.get(1), film).run(printing);
    System.out.println("wrote " + words.get(3));
  }
}
