package org.diffsynth.app.report;

import java.io.IOException;
import java.nio.file.Path;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.FrameRate;
import org.diffsynth.frame.FrameSink;
import org.diffsynth.frame.FrameSize;
import org.diffsynth.frame.VideoFormat;
import org.diffsynth.internal.host.PartName;
import org.diffsynth.internal.host.TemporaryFolder;
import org.diffsynth.io.Resampler;
import org.diffsynth.video.VideoFiles;
import org.diffsynth.video.VideoSettings;

/**
 * Encodes the first 12 seconds of a video, at most 640 pixels wide, for a page. Closing a clip
 * removes its temporary file.
 */
final class PageClip implements AutoCloseable {

  private static final int MAX_WIDTH = 640;
  private static final double MAX_SECONDS = 12;
  private static final int QUALITY = 78;

  private final PartName folder;
  private final Path file;
  private final FrameSink sink;
  private final int maxFrames;
  private int frames;

  /** Creates an empty clip. The first frame decides its size. */
  PageClip(FrameRate rate) throws IOException {
    maxFrames = (int) Math.ceil(MAX_SECONDS * rate.framesPerSecond());
    folder = TemporaryFolder.createFolder("diffsynth-clip");
    file = folder.path().resolve("clip.mp4");
    sink = VideoFiles.create(file, VideoSettings.DEFAULT.withFrameRate(rate).withQuality(QUALITY));
  }

  /** Returns width and height of a video on a page, both even. */
  static int[] size(VideoFormat format) {
    double scale = Math.min(1, (double) MAX_WIDTH / format.width());
    return new int[] {even(format.width() * scale), even(format.height() * scale)};
  }

  private static int even(double size) {
    return Math.max(2, (int) Math.round(size / 2) * 2);
  }

  /** Returns whether further frames are left out. */
  boolean isFull() {
    return frames == maxFrames;
  }

  /** Adds the next frame, whose width and height must be even. */
  void add(Frame frame) throws IOException {
    if (!isFull()) {
      frames++;
      sink.write(frame.as(Frame.Depth.UINT8));
    }
  }

  /** Adds the next frame, scaled to {@link #size}. */
  void addScaled(Frame frame, int[] size) throws IOException {
    if (!isFull()) {
      add(Resampler.resized(frame, new FrameSize(size[0], size[1])));
    }
  }

  /** Completes the clip and returns it as text. */
  String dataUri() throws IOException {
    sink.commit();
    return DataUri.of(file, "video/mp4");
  }

  @Override
  public void close() throws IOException {
    sink.close();
    folder.delete();
  }
}
