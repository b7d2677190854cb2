package org.diffsynth.onnx.internal.vision;

import org.diffsynth.onnx.vision.InputSpec;

/**
 * Where a frame lies in the input of a model: scaled to {@code scaledWidth × scaledHeight}, with
 * its corner at {@code left, top}, which are negative where it is cropped.
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
        // The longer side is cut down, not rounded, and halves go to even, as torchvision does.
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
    // What is exact but for rounding must not become a multiple more.
    return nearest >= least ? nearest : (int) Math.ceil(side / multiple - 1e-9) * multiple;
  }

  private static int notAbove(double side, int multiple, int most) {
    int nearest = nearest(side, multiple);
    return nearest <= most
        ? nearest
        : Math.max(multiple, (int) Math.floor(side / multiple + 1e-9) * multiple);
  }

  /** Column of the frame, in pixels with the first pixel's centre at 0, for one of the input. */
  double frameX(double inputX) {
    return (inputX + 0.5 - left) * frameWidth / scaledWidth - 0.5;
  }

  /** Row of the frame for one of the input. */
  double frameY(double inputY) {
    return (inputY + 0.5 - top) * frameHeight / scaledHeight - 0.5;
  }

  /** The part of a map that shows the frame, at about the size it has there. */
  DenseMapModel.DepthMap shown(float[] map, int mapWidth, int mapHeight, InputSpec.Filter filter) {
    int width = Math.max(1, (int) Math.rint(inMap(scaledWidth, mapWidth, inputWidth)));
    int height = Math.max(1, (int) Math.rint(inMap(scaledHeight, mapHeight, inputHeight)));
    return new DenseMapModel.DepthMap(
        width, height, part(map, mapWidth, mapHeight, width, height, filter));
  }

  /**
   * The part of a map that shows the frame, at the frame's size. Where the frame was cropped, the
   * edges of the map are repeated.
   */
  float[] toFrame(float[] map, int mapWidth, int mapHeight, InputSpec.Filter filter) {
    return part(map, mapWidth, mapHeight, frameWidth, frameHeight, filter);
  }

  /** The part of a map that shows the frame, at another size. */
  float[] part(
      float[] map, int mapWidth, int mapHeight, int width, int height, InputSpec.Filter filter) {
    return Resize.map(
        map,
        mapWidth,
        mapHeight,
        inMap(left, mapWidth, inputWidth),
        inMap(top, mapHeight, inputHeight),
        inMap(left + scaledWidth, mapWidth, inputWidth),
        inMap(top + scaledHeight, mapHeight, inputHeight),
        width,
        height,
        filter);
  }

  private static double inMap(int at, int mapSide, int inputSide) {
    return (double) at * mapSide / inputSide;
  }
}
