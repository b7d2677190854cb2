package org.diffsynth.internal.blend;

/** Actions that every plan requests from a session. */
public interface BlendActions {

  /** Frees the guide and the style of a frame that no later action names. */
  void dropFrame(int frame);
}
