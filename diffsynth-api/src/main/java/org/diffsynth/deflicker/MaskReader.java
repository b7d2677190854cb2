package org.diffsynth.deflicker;

import java.io.Closeable;
import java.io.IOException;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.FrameSize;
import org.diffsynth.frame.FrameSource;
import org.diffsynth.frame.VideoFormat;
import org.diffsynth.internal.text.Text;

/** Reads the pictures of a mask along with the frames of a video. */
final class MaskReader implements Closeable {

  private final FrameSource source;
  private final FrameSize size;
  private final int feather;
  private Frame picture;
  private float[] shares;
  private boolean isStill;
  private long frames;

  /**
   * Opens a mask for a video and reads its first picture.
   *
   * @throws IllegalArgumentException if the mask has other proportions than the video, or neither
   *     one picture nor as many as the video
   */
  MaskReader(DeflickerMask mask, VideoFormat video) throws IOException {
    source = mask.open();
    size = video.size();
    feather = mask.feather();
    try {
      check(source.format(), video);
      picture = source.read();
      if (picture == null) {
        throw new IOException("the mask has no pictures");
      }
      shares = MaskShares.of(picture, size, feather);
    } catch (IOException | RuntimeException | Error e) {
      source.close();
      throw e;
    }
  }

  private static void check(VideoFormat mask, VideoFormat video) {
    if (!mask.size().isProportionalTo(video.size())) {
      throw new IllegalArgumentException(
          Text.format(
              "mask must have the proportions of the video, but was %s for a video of %s; crop or"
                  + " pad the mask",
              mask.size(), video.size()));
    }
    if (mask.frameCount() > 1
        && video.frameCount() > 0
        && mask.frameCount() != video.frameCount()) {
      throw wrongCount(mask.frameCount(), video.frameCount());
    }
  }

  private static IllegalArgumentException wrongCount(long pictures, long frames) {
    return new IllegalArgumentException(
        Text.format(
            "mask must have 1 picture or %d, one for each frame of the video, but had %d",
            frames, pictures));
  }

  /**
   * Returns the share of the deflickered picture in the next frame for each pixel, row by row, in
   * [0, 1]; 0 keeps the input. The caller must not change the array.
   */
  float[] next() throws IOException {
    advance();
    if (shares == null) {
      shares = MaskShares.of(picture, size, feather);
    }
    return shares;
  }

  /** Passes over frames of the video that are not mixed. */
  void skip(int count) throws IOException {
    for (int i = 0; i < count && !isStill; i++) {
      advance();
    }
  }

  private void advance() throws IOException {
    frames++;
    if (frames == 1 || isStill) {
      return;
    }
    Frame next = source.read();
    if (next == null && frames > 2) {
      throw new IllegalArgumentException(
          Text.format(
              "mask must have 1 picture, or one for each frame of the video, but ended after %d"
                  + " pictures",
              frames - 1));
    }
    isStill = next == null;
    if (!isStill && !next.equals(picture)) {
      picture = next;
      shares = null;
    }
  }

  /** Checks that the mask has no further pictures when the video has ended. */
  void checkEnd() throws IOException {
    long rest = 0;
    while (frames > 0 && !isStill && source.read() != null) {
      rest++;
    }
    if (rest > 0) {
      throw wrongCount(frames + rest, frames);
    }
  }

  @Override
  public void close() throws IOException {
    source.close();
  }
}
