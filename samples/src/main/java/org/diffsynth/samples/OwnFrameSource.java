package org.diffsynth.samples;

import java.io.IOException;
import java.nio.file.Path;
import org.diffsynth.deflicker.PatchBlending;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.FrameRate;
import org.diffsynth.frame.FrameSize;
import org.diffsynth.frame.FrameSource;
import org.diffsynth.frame.Monitor;
import org.diffsynth.frame.VideoFormat;
import org.diffsynth.video.VideoFiles;
import org.diffsynth.video.VideoSettings;

/**
 * A source of one's own: frames that a program computes, deflickered without a file in between.
 *
 * <p>Run: {@code samples/run OwnFrameSource steady.mp4}
 */
public final class OwnFrameSource {

  private OwnFrameSource() {}

  /** Runs the sample; argument: output. */
  public static void main(String[] arguments) throws IOException {
    if (arguments.length != 1) {
      System.err.println("usage: samples/run OwnFrameSource steady.mp4");
      return;
    }
    VideoFormat format = new VideoFormat(new FrameSize(160, 96), FrameRate.of(25), 12);
    try (FrameSource guide = new Waves(format, 0);
        FrameSource style = new Waves(format, 40)) {
      VideoFiles.write(
          Path.of(arguments[0]),
          VideoSettings.DEFAULT.withFrameRate(format.frameRate()),
          steady -> PatchBlending.fast(4).apply(guide, style, steady, Monitor.NONE));
    }
  }

  // README: own source
  /** Waves that move, with a brightness that flickers by {@code flicker}. */
  static final class Waves implements FrameSource {

    private final VideoFormat format;
    private final int flicker;
    private int next;

    Waves(VideoFormat format, int flicker) {
      this.format = format;
      this.flicker = flicker;
    }

    @Override
    public VideoFormat format() {
      return format;
    }

    @Override
    public Frame read() {
      if (next == format.frameCount()) {
        return null; // the end
      }
      byte[] rgb = new byte[format.width() * format.height() * 3];
      for (int i = 0; i < rgb.length; i++) {
        double x = i / 3 % format.width() - 2.0 * next;
        double y = i / 3.0 / format.width();
        rgb[i] = (byte) (128 + 60 * Math.sin(x / 9) * Math.cos(y / 7) + next % 2 * flicker);
      }
      next++;
      return Frame.ofRgb8(format.width(), format.height(), rgb);
    }

    @Override
    public void close() {} // nothing to release
  }
  // README: end
}
