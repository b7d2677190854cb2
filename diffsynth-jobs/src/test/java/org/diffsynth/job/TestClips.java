package org.diffsynth.job;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.diffsynth.deflicker.Deflicker;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.FrameRate;
import org.diffsynth.frame.FrameSource;
import org.diffsynth.frame.Monitor;
import org.diffsynth.frame.Video;
import org.diffsynth.testkit.TestFrames;

/** Small clips, and the frames that plain runs and jobs make of them. */
final class TestClips {

  private TestClips() {}

  /**
   * Returns a steady clip: a shot that fades in and has a flash, a shot of {@code shortShot}
   * frames, and a shot that fades out.
   */
  static Video guide(int width, int height, int shortShot) {
    List<Frame> frames = new ArrayList<>();
    Video first = TestFrames.pan(24, width, height, 1, 0, 1);
    for (int i = 0; i < first.size(); i++) {
      frames.add(scaled(first.frame(i), Math.min(1, 0.2 + 0.1 * i)));
    }
    frames.set(15, TestFrames.plain(width, height, 250));
    frames.addAll(TestFrames.pan(shortShot, width, height, 0, 2, 2).frames());
    Video last = TestFrames.pan(21, width, height, -1, 1, 3);
    for (int i = 0; i < last.size(); i++) {
      frames.add(scaled(last.frame(i), Math.min(1, 0.1 * (last.size() - i))));
    }
    return Video.of(frames, FrameRate.DEFAULT);
  }

  private static Frame scaled(Frame frame, double factor) {
    byte[] samples = frame.toRgb8();
    for (int i = 0; i < samples.length; i++) {
      samples[i] = (byte) Math.round((samples[i] & 0xFF) * factor);
    }
    return Frame.ofRgb8(frame.width(), frame.height(), samples);
  }

  /** Returns what an uninterrupted run writes. */
  static List<Frame> plain(Deflicker deflicker, Video guide, Video style) throws IOException {
    Video.Collector out = Video.collector(FrameRate.DEFAULT);
    try (FrameSource styles = style.open();
        FrameSource guides = guide == null ? null : guide.open()) {
      if (guides == null) {
        deflicker.apply(styles, out, Monitor.NONE);
      } else {
        deflicker.apply(guides, styles, out, Monitor.NONE);
      }
    }
    return out.toVideo().frames();
  }

  static DeflickerJob job(Deflicker deflicker, Video guide, Video style) {
    DeflickerJob job = DeflickerJob.of(deflicker, JobInput.of("style", style));
    return guide == null ? job : job.withGuide(JobInput.of("guide", guide));
  }

  /** Returns what the job in a folder writes. */
  static List<Frame> result(Path folder, JobTask task, JobOptions options) throws IOException {
    return result(Job.open(folder, task, options, Monitor.NONE));
  }

  static List<Frame> result(Job job) throws IOException {
    Video.Collector out = Video.collector(FrameRate.DEFAULT);
    job.writeTo(out, Monitor.NONE);
    return out.toVideo().frames();
  }

  /** Returns the files of finished parts, in order. */
  static List<Path> parts(Path folder) {
    try (Stream<Path> files = Files.list(folder.resolve("parts"))) {
      return files.filter(file -> file.toString().endsWith(".frames")).sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Returns the names of files that a finished job must not have. */
  static List<String> strays(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      return files
          .filter(Files::isRegularFile)
          .map(file -> folder.relativize(file).toString())
          .filter(
              name ->
                  !name.matches(
                      "plan.(manifest\\.txt|[0-9]+\\.(free|done))|parts.[0-9-]+\\.frames"))
          .toList();
    }
  }
}
