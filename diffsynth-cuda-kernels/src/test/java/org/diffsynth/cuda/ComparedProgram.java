package org.diffsynth.cuda;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.diffsynth.frame.Video;

/**
 * Another program whose speed is compared with the engine's on the same frames.
 *
 * <p>The program gets the name of a folder with {@code frames.txt} (lines "width W", "height H",
 * "frames N") and the frames {@code 0000.rgb}, {@code 0001.rgb} and so on, 8-bit RGB row by row. It
 * must match every frame but the first with the first frame and carry it there, and print a line
 * "seconds-per-pair X".
 */
final class ComparedProgram {

  private static final String ANSWER = "seconds-per-pair ";

  private final String command;

  /** Creates the comparison from a shell command, to which the folder is added as last argument. */
  ComparedProgram(String command) {
    this.command = command;
  }

  /**
   * Runs the program and prints its time.
   *
   * @param ourMillis time of the engine in milliseconds per pair, for the ratio
   */
  void run(CheckTable table, Video frames, double ourMillis) throws IOException {
    String what = "the compared program on the same frames";
    Path folder = Files.createTempDirectory("gpu-check-frames");
    try {
      write(frames, folder);
      Process process =
          new ProcessBuilder("sh", "-c", command + " \"$1\"", "sh", folder.toString())
              .redirectError(ProcessBuilder.Redirect.INHERIT)
              .start();
      process.getOutputStream().close();
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      int status = process.waitFor();
      List<String> answers = output.lines().filter(line -> line.startsWith(ANSWER)).toList();
      if (status != 0 || answers.size() != 1) {
        table.failed(
            what, "exit status %d, %d lines \"%sX\"".formatted(status, answers.size(), ANSWER));
        return;
      }
      double theirMillis = 1e3 * Double.parseDouble(answers.get(0).substring(ANSWER.length()));
      table.row(
          what,
          String.format(
              Locale.ROOT,
              "%.4f ms a pair, %.1f times ours in batches of 32",
              theirMillis,
              theirMillis / ourMillis));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while running " + command, e);
    } finally {
      delete(folder);
    }
  }

  private static void write(Video frames, Path folder) throws IOException {
    int width = frames.frame(0).width();
    int height = frames.frame(0).height();
    Files.writeString(
        folder.resolve("frames.txt"),
        "width %d%nheight %d%nframes %d%n".formatted(width, height, frames.size()));
    for (int i = 0; i < frames.size(); i++) {
      short[] samples = frames.frame(i).toRgb16();
      byte[] bytes = new byte[samples.length];
      for (int k = 0; k < bytes.length; k++) {
        bytes[k] = (byte) (samples[k] >>> 8); // 8 bits widened by 257
      }
      Files.write(folder.resolve("%04d.rgb".formatted(i)), bytes);
    }
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }
}
