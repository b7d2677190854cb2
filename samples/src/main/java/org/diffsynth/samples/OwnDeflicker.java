package org.diffsynth.samples;

import java.io.IOException;
import java.nio.file.Path;
import org.diffsynth.deflicker.Deflicker;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.FrameSink;
import org.diffsynth.frame.FrameSource;
import org.diffsynth.frame.Monitor;
import org.diffsynth.video.VideoFiles;
import org.diffsynth.video.VideoSettings;

/**
 * A deflicker of one's own, which a pipeline accepts as well ({@code LatentDeflicker.then}).
 *
 * <p>Run: {@code samples/run OwnDeflicker guide.mp4 style.mp4 faded.mp4}
 */
public final class OwnDeflicker {

  private OwnDeflicker() {}

  /** Runs the sample; arguments in this order: guide video, flickering video, output. */
  public static void main(String[] arguments) throws IOException {
    if (arguments.length != 3) {
      System.err.println("usage: samples/run OwnDeflicker guide.mp4 style.mp4 faded.mp4");
      return;
    }
    try (FrameSource guide = VideoFiles.open(Path.of(arguments[0]));
        FrameSource style = VideoFiles.open(Path.of(arguments[1]))) {
      VideoFiles.write(
          Path.of(arguments[2]),
          VideoSettings.DEFAULT.withFrameRate(style.format().frameRate()),
          out -> new Fading(0.6f).withStrength(0.8).apply(guide, style, out, Monitor.NONE));
    }
  }

  // README: own deflicker
  /** Keeps a share of the frame before: simple, and it smears whatever moves. */
  record Fading(float share) implements Deflicker {

    @Override
    public void apply(FrameSource guide, FrameSource style, FrameSink sink, Monitor monitor)
        throws IOException {
      float[] mean = null;
      for (Frame frame = style.read(); frame != null; frame = style.read()) {
        monitor.checkCancelled();
        float[] samples = frame.toFloat();
        for (int i = 0; mean != null && i < samples.length; i++) {
          samples[i] += share * (mean[i] - samples[i]);
        }
        mean = samples;
        sink.write(Frame.ofFloat(frame.width(), frame.height(), samples));
      }
    }
  }
  // README: end
}
