package org.diffsynth.app;

import java.util.Locale;
import java.util.function.IntFunction;
import org.diffsynth.deflicker.PatchBlending;
import org.diffsynth.deflicker.PatchBlending.BlendMode;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.FrameRate;
import org.diffsynth.frame.FrameSink;
import org.diffsynth.frame.FrameSize;
import org.diffsynth.frame.FrameSource;
import org.diffsynth.frame.Monitor;
import org.diffsynth.frame.VideoFormat;
import org.diffsynth.testkit.TestFrames;

/**
 * Blends a long clip that is never in memory as a whole: frames are created when they are read and
 * dropped when they are written. Started by {@link StreamingMemoryTest} in a JVM with little heap.
 *
 * <p>Arguments: MODE FRAMES WIDTH HEIGHT WINDOW.
 */
final class StreamingRun {

  private StreamingRun() {}

  public static void main(String[] arguments) throws Exception {
    BlendMode mode = BlendMode.valueOf(arguments[0]);
    int frames = Integer.parseInt(arguments[1]);
    int width = Integer.parseInt(arguments[2]);
    int height = Integer.parseInt(arguments[3]);
    int window = Integer.parseInt(arguments[4]);
    VideoFormat format = new VideoFormat(new FrameSize(width, height), FrameRate.DEFAULT, frames);
    Counter counter = new Counter();
    long start = System.nanoTime();
    try (FrameSource guide =
            source(format, i -> TestFrames.window(width, height, 4000 + 2 * i, 4000 + i, 1));
        FrameSource style =
            source(
                format, i -> TestFrames.window(width, height, 4000 + 2 * i, 4000 + i, 2 + i % 2))) {
      PatchBlending.of(mode, window).apply(guide, style, counter, Monitor.NONE);
    }
    System.out.printf(
        Locale.ROOT,
        "%s: %d frames of %s, window %d, in %.0f s with a heap of %d MB%n",
        mode,
        counter.frames,
        format.size(),
        window,
        (System.nanoTime() - start) / 1e9,
        Runtime.getRuntime().maxMemory() >> 20);
  }

  private static FrameSource source(VideoFormat format, IntFunction<Frame> frame) {
    return new FrameSource() {
      private int next;

      @Override
      public VideoFormat format() {
        return format;
      }

      @Override
      public Frame read() {
        return next == format.frameCount() ? null : frame.apply(next++);
      }

      @Override
      public void close() {}
    };
  }

  private static final class Counter implements FrameSink {
    private int frames;

    @Override
    public void write(Frame frame) {
      frames++;
    }

    @Override
    public void commit() {}

    @Override
    public void close() {}
  }
}
