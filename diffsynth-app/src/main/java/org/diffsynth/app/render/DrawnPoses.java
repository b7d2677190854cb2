package org.diffsynth.app.render;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.FrameSize;
import org.diffsynth.frame.FrameSource;
import org.diffsynth.frame.VideoFormat;
import org.diffsynth.internal.text.Text;
import org.diffsynth.pose.PoseDrawing;
import org.diffsynth.pose.PoseJson;
import org.diffsynth.pose.PoseTrack;
import org.diffsynth.pose.SavitzkyGolay;

/**
 * A folder of OpenPose JSON files as a video: people are tracked, gaps are filled, key points are
 * smoothed, and the result is drawn.
 */
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
   * Returns whether a path is a folder that contains JSON files.
   *
   * @throws IOException if the path is an empty folder
   */
  static boolean isJson(Path path) throws IOException {
    if (!Files.isDirectory(path)) {
      return false;
    }
    if (!holds(path, "*")) {
      throw new IOException(
          Text.format("the folder %s holds neither pose files (.json) nor pictures", path));
    }
    return holds(path, "*.json");
  }

  private static boolean holds(Path folder, String names) throws IOException {
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, names)) {
      for (Path file : files) {
        if (!file.getFileName().toString().startsWith(".")) {
          return true;
        }
      }
      return false;
    }
  }

  /**
   * Reads a folder of pose files.
   *
   * @param like size and frame rate of the drawings
   * @param size size of the pictures in whose pixels the key points are given
   * @param window frames over which key points are smoothed; 1 for no smoothing
   * @throws IOException if a file is broken, or there is no person in any file
   */
  static DrawnPoses read(Path folder, VideoFormat like, FrameSize size, int window)
      throws IOException {
    PoseTrack track = PoseTrack.of(PoseJson.readFolder(folder)).filled(MAX_GAP);
    if (track.persons() == 0) {
      throw new IOException(
          Text.format("there is nobody in any of the %d pose files of %s", track.frames(), folder));
    }
    if (window > 1) {
      track = track.smoothed(new SavitzkyGolay(window, ORDER));
    }
    return new DrawnPoses(
        track.scaled((double) like.width() / size.width(), (double) like.height() / size.height()),
        like.withFrameCount(track.frames()));
  }

  /** Returns size, frame rate and length of the drawings. */
  VideoFormat format() {
    return format;
  }

  /** Opens the drawings at the first frame. A frame without people is black. */
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
