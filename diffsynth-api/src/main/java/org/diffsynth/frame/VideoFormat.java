package org.diffsynth.frame;

import java.util.Objects;

/**
 * Size, frame rate and length of a stream of frames.
 *
 * @param size size of every frame
 * @param frameRate frames per second
 * @param frameCount number of frames, or {@link #UNKNOWN_COUNT}. Video files may state a count that
 *     is wrong by a few frames, so use it for progress only
 */
public record VideoFormat(FrameSize size, FrameRate frameRate, long frameCount) {

  /** Value of {@link #frameCount} for a stream whose length is only known at its end. */
  public static final long UNKNOWN_COUNT = -1;

  /** Checks that the frame count is at least 0, or {@link #UNKNOWN_COUNT}. */
  public VideoFormat {
    Objects.requireNonNull(size, "size");
    Objects.requireNonNull(frameRate, "frameRate");
    if (frameCount < UNKNOWN_COUNT) {
      throw new IllegalArgumentException("frameCount must be at least -1, but was " + frameCount);
    }
  }

  /** Returns the number of columns of every frame. */
  public int width() {
    return size.width();
  }

  /** Returns the number of rows of every frame. */
  public int height() {
    return size.height();
  }

  /** Returns whether frames of the other format have this format's width and height. */
  public boolean sameSize(VideoFormat other) {
    return size.equals(other.size);
  }

  /** Returns a copy of this format with the given frame size. */
  public VideoFormat withSize(FrameSize newSize) {
    return new VideoFormat(newSize, frameRate, frameCount);
  }

  /** Returns a copy of this format with the given frame rate. */
  public VideoFormat withFrameRate(FrameRate newRate) {
    return new VideoFormat(size, newRate, frameCount);
  }

  /** Returns a copy of this format with the given frame count. */
  public VideoFormat withFrameCount(long newCount) {
    return new VideoFormat(size, frameRate, newCount);
  }
}
