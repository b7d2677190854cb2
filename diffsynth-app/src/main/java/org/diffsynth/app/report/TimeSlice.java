package org.diffsynth.app.report;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import org.diffsynth.frame.Frame;

/**
 * Stacks the middle row of every frame, so that time runs down. Steady objects draw smooth lines,
 * flicker draws noise.
 */
final class TimeSlice {

  /** Rows beyond this number would only be scaled down by the page. */
  private static final int MAX_FRAMES = 400;

  /** Slices of short clips are stretched to about this number of rows. */
  private static final int WANTED_ROWS = 240;

  private final ByteArrayOutputStream before = new ByteArrayOutputStream();
  private final ByteArrayOutputStream after = new ByteArrayOutputStream();
  private int width;
  private int frames;

  void add(Frame beforeFrame, Frame afterFrame) {
    if (frames == MAX_FRAMES) {
      return;
    }
    width = beforeFrame.width();
    frames++;
    addRow(beforeFrame, before);
    addRow(afterFrame, after);
  }

  private static void addRow(Frame frame, ByteArrayOutputStream rows) {
    int row = frame.width() * 3;
    rows.write(frame.toRgb8(), frame.height() / 2 * row, row);
  }

  String beforeUri() throws IOException {
    return DataUri.png(before());
  }

  String afterUri() throws IOException {
    return DataUri.png(after());
  }

  Frame before() {
    return picture(before.toByteArray());
  }

  Frame after() {
    return picture(after.toByteArray());
  }

  private Frame picture(byte[] rows) {
    int repeat = Math.max(1, WANTED_ROWS / frames);
    byte[] picture = new byte[rows.length * repeat];
    int row = width * 3;
    for (int y = 0; y < frames * repeat; y++) {
      System.arraycopy(rows, y / repeat * row, picture, y * row, row);
    }
    return Frame.ofRgb8(width, frames * repeat, picture);
  }
}
