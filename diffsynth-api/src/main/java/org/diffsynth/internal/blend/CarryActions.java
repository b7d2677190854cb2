package org.diffsynth.internal.blend;

import java.io.IOException;
import java.util.List;
import org.diffsynth.spi.BlendSession.Remap;

/**
 * Actions that plans request from a {@link org.diffsynth.spi.BlendSession}. Finished frames come in
 * order.
 */
public interface CarryActions extends BlendActions {

  /** Finds fields, carries pictures along them and adds these to sums. */
  void remap(List<Remap> batch);

  /** Adds a picture to a sum without moving it. */
  void add(long picture, long sum, int weight);

  /** Turns a sum into a picture, its rounded mean. */
  void finish(long sum, long picture);

  /** Writes the rounded mean of a sum as the finished frame. */
  void output(int frame, long sum) throws IOException;

  /** Writes the key frame that the caller gave for this frame, unchanged, as the finished frame. */
  void outputKey(int frame) throws IOException;

  /** Writes the guide of a frame, unchanged, as the finished frame: its shot has no key frame. */
  void outputGuide(int frame) throws IOException;

  /** Frees the picture with the given number. */
  void dropPicture(long picture);

  /** Frees the field of a pair of frames. */
  void dropField(int source, int target);
}
