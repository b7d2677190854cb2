package org.diffsynth.internal.blend;

import java.io.IOException;
import java.util.List;
import org.diffsynth.spi.BlendSession.Remap;

/** What plans ask of a {@link org.diffsynth.spi.BlendSession}. Finished frames come in order. */
public interface CarryActions extends BlendActions {

  /** Finds fields, carries pictures along them and adds these to sums. */
  void remap(List<Remap> batch);

  /** Adds a picture to a sum without moving it. */
  void add(long picture, long sum, int weight);

  /** Turns a sum into a picture, its rounded mean. */
  void finish(long sum, long picture);

  /** The rounded mean of a sum is the finished frame. */
  void output(int frame, long sum) throws IOException;

  /** The key frame that the caller gave for this frame is the finished frame, unchanged. */
  void outputKey(int frame) throws IOException;

  /** Forgets a picture. */
  void dropPicture(long picture);
}
