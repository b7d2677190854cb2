package org.diffsynth.app.report;

import java.io.IOException;
import java.nio.file.Path;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.FrameSize;
import org.diffsynth.frame.FrameSource;
import org.diffsynth.io.FrameFiles;
import org.diffsynth.io.Resampler;

/**
 * Writes one picture that shows the effect of deflickering: the middle frame before and after, and
 * a slice through time below each.
 */
public final class Poster {

  private static final int HALF = 640;
  private static final int GAP = 8;
  private static final int SLICE_ROWS = 144;

  private Poster() {}

  /** Reads both sources to their end and writes a JPEG or PNG picture, by the file extension. */
  public static void write(Path file, FrameSource style, FrameSource result) throws IOException {
    long middle = result.format().frameCount() / 2;
    Frame stillBefore = null;
    Frame stillAfter = null;
    TimeSlice slice = new TimeSlice();
    for (long i = 0; ; i++) {
      Frame before = style.read();
      Frame after = result.read();
      if (before == null || after == null) {
        break;
      }
      slice.add(before, after);
      if (i == middle) {
        stillBefore = before;
        stillAfter = after;
      }
    }
    int height = stillHeight(stillBefore);
    byte[] canvas = new byte[(2 * HALF + GAP) * (height + GAP + SLICE_ROWS) * 3];
    java.util.Arrays.fill(canvas, (byte) 255);
    paste(Resampler.resized(stillBefore, new FrameSize(HALF, height)), canvas, 0, 0);
    paste(Resampler.resized(stillAfter, new FrameSize(HALF, height)), canvas, HALF + GAP, 0);
    paste(
        Resampler.resized(slice.before(), new FrameSize(HALF, SLICE_ROWS)),
        canvas,
        0,
        height + GAP);
    paste(
        Resampler.resized(slice.after(), new FrameSize(HALF, SLICE_ROWS)),
        canvas,
        HALF + GAP,
        height + GAP);
    FrameFiles.writePicture(file, Frame.ofRgb8(2 * HALF + GAP, height + GAP + SLICE_ROWS, canvas));
  }

  private static int stillHeight(Frame frame) {
    return Math.round((float) HALF * frame.height() / frame.width());
  }

  private static void paste(Frame frame, byte[] canvas, int left, int top) {
    byte[] samples = frame.toRgb8();
    int row = frame.width() * 3;
    for (int y = 0; y < frame.height(); y++) {
      System.arraycopy(samples, y * row, canvas, ((top + y) * (2 * HALF + GAP) + left) * 3, row);
    }
  }
}
