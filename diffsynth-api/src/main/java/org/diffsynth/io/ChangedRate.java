package org.diffsynth.io;

import java.io.IOException;
import java.math.BigInteger;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.FrameRate;
import org.diffsynth.frame.FrameSource;
import org.diffsynth.frame.VideoFormat;

/**
 * Shows at frame k of its own rate the frame ⌊k·from/to⌋ of another source, in exact arithmetic.
 */
final class ChangedRate extends FrameSources.Derived {

  /** from/to as a fraction: frames of the other source for each frame of this one. */
  private final long step;

  private final long unit;
  private Frame current;
  private long missing = 1;
  private long rest;

  ChangedRate(FrameSource source, FrameRate to) {
    super(source, format(source.format(), to));
    FrameRate from = source.format().frameRate();
    this.step = (long) from.numerator() * to.denominator();
    this.unit = (long) from.denominator() * to.numerator();
  }

  private static VideoFormat format(VideoFormat format, FrameRate to) {
    VideoFormat changed = format.withFrameRate(to);
    if (format.frameCount() == VideoFormat.UNKNOWN_COUNT) {
      return changed;
    }
    FrameRate from = format.frameRate();
    BigInteger step = BigInteger.valueOf((long) from.numerator() * to.denominator());
    BigInteger frames =
        BigInteger.valueOf(format.frameCount())
            .multiply(BigInteger.valueOf((long) from.denominator() * to.numerator()));
    return changed.withFrameCount(
        frames.add(step).subtract(BigInteger.ONE).divide(step).longValueExact());
  }

  @Override
  public Frame read() throws IOException {
    for (; missing > 0; missing--) {
      current = source.read();
      if (current == null) {
        missing = 1; // asked again, the other source says again that it has ended
        return null;
      }
    }
    missing = (rest + step) / unit;
    rest = (rest + step) % unit;
    return current;
  }
}
