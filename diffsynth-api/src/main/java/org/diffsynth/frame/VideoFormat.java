package org.diffsynth.frame;

/**
 * What is known of a stream of frames before its first frame is read.
 *
 * @param width columns of every frame, at least 1
 * @param height rows of every frame, at least 1
 * @param frameRate frames per second
 * @param frameCount number of frames, or {@link #UNKNOWN_COUNT} where the container does not say; a
 *     container's word may be wrong by a few, so use it for progress only
 */
public record VideoFormat(int width, int height, FrameRate frameRate, long frameCount) {

  /** The {@link #frameCount} of a stream whose length shows only at its end. */
  public static final long UNKNOWN_COUNT = -1;

  /** Checks the ranges. */
  public VideoFormat {
    if (width < 1 || height < 1) {
      throw new IllegalArgumentException(
          "width and height must be at least 1, were " + width + "x" + height);
    }
    if (frameCount < UNKNOWN_COUNT) {
      throw new IllegalArgumentException("frameCount must be at least -1, was " + frameCount);
    }
  }

  /** {@code "640x360"}, as error messages print it. */
  public String size() {
    return width + "x" + height;
  }

  /** Whether both have the same width and height. */
  public boolean sameSize(VideoFormat other) {
    return width == other.width && height == other.height;
  }

  /** The same with another size. */
  public VideoFormat withSize(int newWidth, int newHeight) {
    return new VideoFormat(newWidth, newHeight, frameRate, frameCount);
  }

  /** The same with another frame rate. */
  public VideoFormat withFrameRate(FrameRate newRate) {
    return new VideoFormat(width, height, newRate, frameCount);
  }

  /** The same with another frame count. */
  public VideoFormat withFrameCount(long newCount) {
    return new VideoFormat(width, height, frameRate, newCount);
  }
}
