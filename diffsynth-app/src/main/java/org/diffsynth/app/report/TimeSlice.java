package org.diffsynth.app.report;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import org.diffsynth.frame.Frame;

/**
 * The middle row of every frame, stacked: time runs down. Steady things draw smooth lines, flicker
 * draws noise.
 */
final class TimeSlice {

  /** A slice of more rows would only be scaled down again. */
  private static final int MAX_FRAMES = 400;

  /** Short clips are stretched to about this many rows. */
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
