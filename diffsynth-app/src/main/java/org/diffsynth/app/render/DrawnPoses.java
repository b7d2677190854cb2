package org.diffsynth.app.render;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.FrameSource;
import org.diffsynth.frame.VideoFormat;
import org.diffsynth.pose.PoseDrawing;
import org.diffsynth.pose.PoseJson;
import org.diffsynth.pose.PoseTrack;
import org.diffsynth.pose.SavitzkyGolay;

/** A folder of OpenPose JSON as a video: people followed, gaps filled, smoothed, then drawn. */
public final class DrawnPoses {

  private static final int MAX_GAP = 5;
  private static final int ORDER = 3;

  private final PoseTrack track;
  private final VideoFormat format;

  private DrawnPoses(PoseTrack track, VideoFormat format) {
    this.track = track;
    this.format = format;
  }

  /**
   * Whether this is a folder with JSON files in it.
   *
   * @throws IOException if it is a folder without any file
   */
  static boolean isJson(Path path) throws IOException {
    if (!Files.isDirectory(path)) {
      return false;
    }
    if (!holds(path, "*")) {
      throw new IOException(
          "the folder %s holds neither pose files (.json) nor pictures".formatted(path));
    }
    return holds(path, "*.json");
  }

  private static boolean holds(Path folder, String names) throws IOException {
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, names)) {
      return files.iterator().hasNext();
    }
  }

  /**
   * Reads the folder.
   *
   * @param like size and rate of the drawings
   * @param width columns of the pictures that the points lie in
   * @param window of the smoothing, 1 for none
   * @throws IOException if a file is broken, or nobody is seen in any of them
   */
  static DrawnPoses read(Path folder, VideoFormat like, int width, int height, int window)
      throws IOException {
    PoseTrack track = PoseTrack.of(PoseJson.readFolder(folder)).filled(MAX_GAP);
    if (track.persons() == 0) {
      throw new IOException(
          "there is nobody in any of the %d pose files of %s".formatted(track.frames(), folder));
    }
    if (window > 1) {
      track = track.smoothed(new SavitzkyGolay(window, ORDER));
    }
    return new DrawnPoses(
        track.scaled((double) like.width() / width, (double) like.height() / height),
        like.withFrameCount(track.frames()));
  }

  VideoFormat format() {
    return format;
  }

  /** The drawings from the first on. A frame without people is black. */
  FrameSource open() {
    PoseDrawing drawing = PoseDrawing.forSize(format.width(), format.height());
    return new FrameSource() {
      private int next;

      @Override
      public VideoFormat format() {
        return format;
      }

      @Override
      public Frame read() {
        return next == track.frames()
            ? null
            : drawing.draw(track.pose(next++), format.width(), format.height());
      }

      @Override
      public void close() {}
    };
  }
}
