package org.diffsynth.onnx.internal.vision;

import org.diffsynth.frame.FrameSize;
import org.diffsynth.io.Resampler;
import org.diffsynth.onnx.vision.InputSpec;

/**
 * The position of a frame in the input of a model: the frame is resized to {@code scaledWidth ×
 * scaledHeight}, and its upper left corner is at {@code left, top}, which are negative if the frame
 * is cropped. All values are in pixels.
 */
record FramePlacement(
    int frameWidth,
    int frameHeight,
    int scaledWidth,
    int scaledHeight,
    int left,
    int top,
    int inputWidth,
    int inputHeight) {

  static FramePlacement of(InputSpec spec, int width, int height) {
    int wantedWidth = spec.width();
    int wantedHeight = spec.height();
    int multiple = spec.multiple();
    double scaleX = (double) wantedWidth / width;
    double scaleY = (double) wantedHeight / height;
    return switch (spec.fit()) {
      case STRETCH -> filling(width, height, wantedWidth, wantedHeight);
      case ORIGINAL -> filling(width, height, nearest(width, multiple), nearest(height, multiple));
      case SHORTER -> {
        double scale = Math.max(scaleX, scaleY);
        yield filling(
            width,
            height,
            notBelow(width * scale, multiple, wantedWidth),
            notBelow(height * scale, multiple, wantedHeight));
      }
      case LONGER -> {
        double scale = Math.min(scaleX, scaleY);
        yield filling(
            width,
            height,
            notAbove(width * scale, multiple, wantedWidth),
            notAbove(height * scale, multiple, wantedHeight));
      }
      case HEIGHT -> {
        int scaledWidth = nearest(width * scaleY, 1);
        yield new FramePlacement(
            width,
            height,
            scaledWidth,
            wantedHeight,
            0,
            0,
            above(scaledWidth, multiple),
            above(wantedHeight, multiple));
      }
      case LETTERBOX -> {
        double scale = Math.min(scaleX, scaleY);
        int scaledWidth = Math.min(wantedWidth, nearest(width * scale, 1));
        int scaledHeight = Math.min(wantedHeight, nearest(height * scale, 1));
        yield new FramePlacement(
            width,
            height,
            scaledWidth,
            scaledHeight,
            (wantedWidth - scaledWidth) / 2,
            (wantedHeight - scaledHeight) / 2,
            wantedWidth,
            wantedHeight);
      }
      case CORNER -> {
        double scale = Math.min(scaleX, scaleY);
        yield new FramePlacement(
            width,
            height,
            Math.max(1, (int) (width * scale + 1e-9)),
            Math.max(1, (int) (height * scale + 1e-9)),
            0,
            0,
            wantedWidth,
            wantedHeight);
      }
      case CROP -> {
        // As torchvision: the longer side is truncated, and offsets are rounded half to even.
        boolean tall = scaleX >= scaleY;
        int scaledWidth = tall ? wantedWidth : (int) ((long) wantedHeight * width / height);
        int scaledHeight = tall ? (int) ((long) wantedWidth * height / width) : wantedHeight;
        yield new FramePlacement(
            width,
            height,
            Math.max(scaledWidth, wantedWidth),
            Math.max(scaledHeight, wantedHeight),
            (int) -Math.rint(Math.max(scaledWidth - wantedWidth, 0) / 2.0),
            (int) -Math.rint(Math.max(scaledHeight - wantedHeight, 0) / 2.0),
            wantedWidth,
            wantedHeight);
      }
    };
  }

  private static FramePlacement filling(int width, int height, int inputWidth, int inputHeight) {
    return new FramePlacement(
        width, height, inputWidth, inputHeight, 0, 0, inputWidth, inputHeight);
  }

  private static int nearest(double side, int multiple) {
    return Math.max(multiple, (int) Math.rint(side / multiple) * multiple);
  }

  private static int above(int side, int multiple) {
    return (side + multiple - 1) / multiple * multiple;
  }

  private static int notBelow(double side, int multiple, int least) {
    int nearest = nearest(side, multiple);
    // A side that is exact up to rounding errors must not grow by another multiple.
    return nearest >= least ? nearest : (int) Math.ceil(side / multiple - 1e-9) * multiple;
  }

  private static int notAbove(double side, int multiple, int most) {
    int nearest = nearest(side, multiple);
    return nearest <= most
        ? nearest
        : Math.max(multiple, (int) Math.floor(side / multiple + 1e-9) * multiple);
  }

  /**
   * Converts a column of the input to a column of the frame, in pixels; 0 is the centre of the
   * first pixel.
   */
  double frameX(double inputX) {
    return (inputX + 0.5 - left) * frameWidth / scaledWidth - 0.5;
  }

  /**
   * Converts a row of the input to a row of the frame, in pixels; 0 is the centre of the first
   * pixel.
   */
  double frameY(double inputY) {
    return (inputY + 0.5 - top) * frameHeight / scaledHeight - 0.5;
  }

  /** Crops the part of a map that shows the frame; its resolution does not change noticeably. */
  DenseMapModel.DepthMap shown(float[] map, int mapWidth, int mapHeight, Resampler.Filter filter) {
    int width = Math.max(1, (int) Math.rint(inMap(scaledWidth, mapWidth, inputWidth)));
    int height = Math.max(1, (int) Math.rint(inMap(scaledHeight, mapHeight, inputHeight)));
    return new DenseMapModel.DepthMap(
        width, height, part(map, mapWidth, mapHeight, width, height, filter));
  }

  /**
   * Resizes the part of a map that shows the frame to the size of the frame. Where the frame was
   * cropped, the edges of the map are repeated.
   */
  float[] toFrame(float[] map, int mapWidth, int mapHeight, Resampler.Filter filter) {
    return part(map, mapWidth, mapHeight, frameWidth, frameHeight, filter);
  }

  /** Resizes the part of a map that shows the frame to the given size. */
  float[] part(
      float[] map, int mapWidth, int mapHeight, int width, int height, Resampler.Filter filter) {
    return Resampler.resizedMap(
        map,
        new FrameSize(mapWidth, mapHeight),
        inMap(left, mapWidth, inputWidth),
        inMap(top, mapHeight, inputHeight),
        inMap(left + scaledWidth, mapWidth, inputWidth),
        inMap(top + scaledHeight, mapHeight, inputHeight),
        new FrameSize(width, height),
        filter);
  }

  private static double inMap(int at, int mapSide, int inputSide) {
    return (double) at * mapSide / inputSide;
  }
}
