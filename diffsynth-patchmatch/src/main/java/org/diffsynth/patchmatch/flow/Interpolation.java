package org.diffsynth.patchmatch.flow;

/**
 * How a value between four pixels is computed from them. Both ways are bilinear and differ only in
 * how floats round; results of older releases depend on each, so both stay.
 *
 * <p>Outside of a picture the value is that of the nearest pixel.
 */
enum Interpolation {

  /**
   * Interpolates by {@code a + f · (b − a)}; the fraction of a moved patch is computed once for the
   * whole patch.
   */
  DIFFERENCES {
    @Override
    float at(BrightnessImage image, float x, float y) {
      int width = image.width();
      int height = image.height();
      float[] values = image.values();
      float insideX = Math.min(Math.max(x, 0f), width - 1);
      float insideY = Math.min(Math.max(y, 0f), height - 1);
      int left = Math.min((int) insideX, Math.max(0, width - 2));
      int top = Math.min((int) insideY, Math.max(0, height - 2));
      float fractionX = insideX - left;
      float fractionY = insideY - top;
      int upper = top * width + left;
      int lower = height > 1 ? upper + width : upper;
      int next = width > 1 ? 1 : 0;
      float above = values[upper] + fractionX * (values[upper + next] - values[upper]);
      float below = values[lower] + fractionX * (values[lower + next] - values[lower]);
      return above + fractionY * (below - above);
    }

    @Override
    float at(float[] values, int width, int height, float x, float y) {
      float insideX = Math.min(Math.max(x, 0f), width - 1);
      float insideY = Math.min(Math.max(y, 0f), height - 1);
      int x0 = (int) insideX;
      int y0 = (int) insideY;
      int x1 = Math.min(x0 + 1, width - 1);
      int y1 = Math.min(y0 + 1, height - 1);
      float fx = insideX - x0;
      float fy = insideY - y0;
      float above =
          values[y0 * width + x0] + fx * (values[y0 * width + x1] - values[y0 * width + x0]);
      float below =
          values[y1 * width + x0] + fx * (values[y1 * width + x1] - values[y1 * width + x0]);
      return above + fy * (below - above);
    }

    @Override
    void readAlong(BrightnessImage image, int firstX, float dx, float y, float[] out) {
      int width = image.width();
      float lastX = width - 1;
      float lastY = image.height() - 1;
      if (width < 2 || lastY < 1 || firstX + dx < 0 || firstX + out.length - 1 + dx > lastX) {
        super.readAlong(image, firstX, dx, y, out);
        return;
      }
      float[] values = image.values();
      float insideY = Math.min(Math.max(y, 0f), lastY);
      int top = Math.min((int) insideY, image.height() - 2);
      float fractionY = insideY - top;
      int row = top * width;
      for (int k = 0; k < out.length; k++) {
        float insideX = firstX + k + dx;
        int left = Math.min((int) insideX, width - 2);
        float fractionX = insideX - left;
        int upper = row + left;
        int lower = upper + width;
        float above = values[upper] + fractionX * (values[upper + 1] - values[upper]);
        float below = values[lower] + fractionX * (values[lower + 1] - values[lower]);
        out[k] = above + fractionY * (below - above);
      }
    }

    @Override
    float readMoved(PatchDescent patch, BrightnessImage image, float dx, float dy) {
      int width = image.width();
      int height = image.height();
      float[] values = image.values();
      float[] template = patch.template;
      float[] differences = patch.differences;
      int wholeX = (int) Math.floor(dx);
      int wholeY = (int) Math.floor(dy);
      float right = dx - wholeX;
      float down = dy - wholeY;
      float sum = 0;
      int firstX = patch.left + wholeX;
      int firstY = patch.top + wholeY;
      if (firstX >= 0
          && firstX + patch.width < width
          && firstY >= 0
          && firstY + patch.height < height) {
        for (int y = 0, i = 0; y < patch.height; y++, i += patch.width) {
          readRow(values, (firstY + y) * width + firstX, width, right, down, patch, i);
        }
        for (int i = 0; i < patch.width * patch.height; i++) {
          sum += differences[i];
        }
        return sum;
      }
      for (int y = 0, i = 0; y < patch.height; y++) {
        int upper = clamp(patch.top + y + wholeY, height) * width;
        int lower = clamp(patch.top + y + wholeY + 1, height) * width;
        for (int x = firstX; x < firstX + patch.width; x++, i++) {
          int near = clamp(x, width);
          int next = clamp(x + 1, width);
          float above =
              values[upper + near] + right * (values[upper + next] - values[upper + near]);
          float below =
              values[lower + near] + right * (values[lower + next] - values[lower + near]);
          differences[i] = above + down * (below - above) - template[i];
          sum += differences[i];
        }
      }
      return sum;
    }

    /** A row of the moved patch inside of the picture, where no place is clamped. */
    private void readRow(
        float[] values, int upper, int stride, float right, float down, PatchDescent patch, int i) {
      float[] template = patch.template;
      float[] differences = patch.differences;
      int lower = upper + stride;
      for (int x = 0; x < patch.width; x++) {
        float above = values[upper + x] + right * (values[upper + x + 1] - values[upper + x]);
        float below = values[lower + x] + right * (values[lower + x + 1] - values[lower + x]);
        differences[i + x] = above + down * (below - above) - template[i + x];
      }
    }
  },

  /**
   * Interpolates by {@code a · (1 − f) + b · f}; each pixel of a moved patch has a fraction of its
   * own.
   */
  WEIGHTS {
    @Override
    float at(BrightnessImage image, float x, float y) {
      int width = image.width();
      int height = image.height();
      float[] values = image.values();
      float insideX = Math.min(Math.max(x, 0), width - 1);
      float insideY = Math.min(Math.max(y, 0), height - 1);
      int left = Math.min((int) insideX, Math.max(0, width - 2));
      int top = Math.min((int) insideY, Math.max(0, height - 2));
      int right = Math.min(left + 1, width - 1);
      int bottom = Math.min(top + 1, height - 1);
      float fx = insideX - left;
      float fy = insideY - top;
      float upper = values[top * width + left] * (1 - fx) + values[top * width + right] * fx;
      float lower = values[bottom * width + left] * (1 - fx) + values[bottom * width + right] * fx;
      return upper * (1 - fy) + lower * fy;
    }

    @Override
    float at(float[] values, int width, int height, float x, float y) {
      float insideX = Math.min(Math.max(x, 0), width - 1);
      float insideY = Math.min(Math.max(y, 0), height - 1);
      int left = Math.min((int) insideX, Math.max(0, width - 2));
      int top = Math.min((int) insideY, Math.max(0, height - 2));
      int right = Math.min(left + 1, width - 1);
      int bottom = Math.min(top + 1, height - 1);
      float fx = insideX - left;
      float fy = insideY - top;
      return values[top * width + left] * ((1 - fx) * (1 - fy))
          + values[top * width + right] * (fx * (1 - fy))
          + values[bottom * width + left] * ((1 - fx) * fy)
          + values[bottom * width + right] * (fx * fy);
    }

    @Override
    float readMoved(PatchDescent patch, BrightnessImage image, float dx, float dy) {
      float sum = 0;
      for (int y = 0, i = 0; y < patch.height; y++) {
        for (int x = 0; x < patch.width; x++, i++) {
          patch.differences[i] =
              at(image, patch.left + x + dx, patch.top + y + dy) - patch.template[i];
          sum += patch.differences[i];
        }
      }
      return sum;
    }
  };

  /** Returns the brightness of a picture at column x and row y, both fractional. */
  abstract float at(BrightnessImage image, float x, float y);

  /**
   * Reads the brightness of a picture at columns {@code firstX + dx}, {@code firstX + 1 + dx} and
   * so on of row {@code y}, which is fractional as well.
   */
  void readAlong(BrightnessImage image, int firstX, float dx, float y, float[] out) {
    for (int k = 0; k < out.length; k++) {
      out[k] = at(image, firstX + k + dx, y);
    }
  }

  /** Returns a component of a flow at column x and row y, both fractional. */
  abstract float at(float[] values, int width, int height, float x, float y);

  /**
   * Fills {@code patch.differences} with the picture under the moved patch less its template, and
   * returns their sum.
   */
  abstract float readMoved(PatchDescent patch, BrightnessImage image, float dx, float dy);

  private static int clamp(int value, int size) {
    return Math.min(Math.max(value, 0), size - 1);
  }
}
