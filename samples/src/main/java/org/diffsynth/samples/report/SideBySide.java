package org.diffsynth.samples.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.diffsynth.Frame;
import org.diffsynth.FrameSink;
import org.diffsynth.VideoFormat;
import org.diffsynth.io.Pictures;
import org.diffsynth.video.VideoFiles;
import org.diffsynth.video.VideoSettings;

/** A video of before (left) and after (right), small enough for a page. */
final class SideBySide implements AutoCloseable {

  private static final int MAX_WIDTH = 640;
  private static final double MAX_SECONDS = 12;
  private static final int QUALITY = 78;

  private final Path folder;
  private final Path file;
  private final FrameSink sink;
  private final int width;
  private final int height;
  private final int maxFrames;
  private int frames;

  private SideBySide(VideoFormat format) throws IOException {
    double scale = Math.min(1, (double) MAX_WIDTH / format.width());
    width = even(format.width() * scale);
    height = even(format.height() * scale);
    maxFrames = (int) Math.ceil(MAX_SECONDS * format.frameRate().framesPerSecond());
    folder = Files.createTempDirectory("diffsynth");
    file = folder.resolve("side-by-side.mp4");
    sink =
        VideoFiles.create(
            file, VideoSettings.DEFAULT.withFrameRate(format.frameRate()).withQuality(QUALITY));
  }

  static SideBySide create(VideoFormat format) throws IOException {
    return new SideBySide(format);
  }

  private static int even(double size) {
    return Math.max(2, (int) Math.round(size / 2) * 2);
  }

  void add(Frame before, Frame after) throws IOException {
    if (frames == maxFrames) {
      return;
    }
    frames++;
    byte[] left = Pictures.resized(before, width, height).toRgb8();
    byte[] right = Pictures.resized(after, width, height).toRgb8();
    byte[] both = new byte[left.length * 2];
    int row = width * 3;
    for (int y = 0; y < height; y++) {
      System.arraycopy(left, y * row, both, 2 * y * row, row);
      System.arraycopy(right, y * row, both, (2 * y + 1) * row, row);
    }
    sink.write(Frame.ofRgb8(2 * width, height, both));
  }

  /** Ends the video. */
  String dataUri() throws IOException {
    sink.commit();
    return DataUri.of(file, "video/mp4");
  }

  @Override
  public void close() throws IOException {
    sink.close();
    Files.deleteIfExists(file);
    Files.deleteIfExists(folder);
  }
}
