package org.diffsynth.samples;

import java.io.IOException;
import java.nio.file.Path;
import org.diffsynth.control.Annotator;
import org.diffsynth.control.ControlNet;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.FrameSource;
import org.diffsynth.io.FrameSources;
import org.diffsynth.video.VideoFiles;
import org.diffsynth.video.VideoSettings;

/**
 * An annotator of one's own, which makes the control pictures of a ControlNet.
 *
 * <p>Run: {@code samples/run OwnAnnotator input.mp4 edges.mp4}
 */
public final class OwnAnnotator {

  private OwnAnnotator() {}

  /** Runs the sample; arguments in this order: input video, video of the control pictures. */
  public static void main(String[] arguments) throws IOException {
    if (arguments.length != 2) {
      System.err.println("usage: samples/run OwnAnnotator input.mp4 edges.mp4");
      return;
    }
    Annotator edges = new Edges();
    try (FrameSource input = VideoFiles.open(Path.of(arguments[0]));
        FrameSource pictures =
            FrameSources.changed(input, input.format().size(), edges::annotate)) {
      VideoFiles.write(
          Path.of(arguments[1]),
          VideoSettings.DEFAULT.withFrameRate(input.format().frameRate()),
          out -> {
            for (Frame frame = pictures.read(); frame != null; frame = pictures.read()) {
              out.write(frame);
            }
          });
    }
  }

  // README: own annotator
  /** Draws the difference of each green sample to its left and upper neighbours. */
  record Edges() implements Annotator {

    @Override
    public Frame annotate(Frame frame) {
      float[] rgb = frame.toFloat();
      float[] edges = new float[rgb.length];
      int row = frame.width() * 3;
      for (int y = 1; y < frame.height(); y++) {
        for (int i = y * row + 3; i < (y + 1) * row; i += 3) {
          float dx = rgb[i + 1] - rgb[i + 1 - 3];
          float dy = rgb[i + 1] - rgb[i + 1 - row];
          float edge = Math.min(1, 4 * (Math.abs(dx) + Math.abs(dy)));
          edges[i] = edges[i + 1] = edges[i + 2] = edge;
        }
      }
      return Frame.ofFloat(frame.width(), frame.height(), edges);
    }
  }

  static ControlNet controlNet(Path folder) {
    return ControlNet.of("edges", folder).withAnnotator(new Edges());
  }
  // README: end
}
