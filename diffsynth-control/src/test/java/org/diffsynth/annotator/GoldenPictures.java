package org.diffsynth.annotator;

import java.io.IOException;
import java.io.InputStream;
import javax.imageio.ImageIO;
import org.diffsynth.frame.Frame;
import org.diffsynth.io.FrameFiles;

/** Reads the golden pictures of the tests and compares frames. */
final class GoldenPictures {

  private GoldenPictures() {}

  static Frame read(String name) throws IOException {
    try (InputStream in = GoldenPictures.class.getResourceAsStream(name)) {
      return FrameFiles.fromImage(ImageIO.read(in));
    }
  }

  /** Returns the largest difference of two samples, in 8-bit levels. */
  static int largestDifference(Frame a, Frame b) {
    byte[] one = a.toRgb8();
    byte[] other = b.toRgb8();
    int largest = 0;
    for (int i = 0; i < one.length; i++) {
      largest = Math.max(largest, Math.abs((one[i] & 0xFF) - (other[i] & 0xFF)));
    }
    return largest;
  }

  /** Creates a frame whose samples, on the scale 0 to 255, come from a function. */
  static Frame painted(int width, int height, Paint paint) {
    byte[] rgb = new byte[width * height * 3];
    for (int y = 0, i = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        for (int c = 0; c < 3; c++, i++) {
          rgb[i] = (byte) Math.round(Math.min(Math.max(paint.at(x, y, c), 0), 255));
        }
      }
    }
    return Frame.ofRgb8(width, height, rgb);
  }

  /** Returns one sample, on the scale 0 to 255. */
  interface Paint {
    double at(int x, int y, int channel);
  }
}
