package org.diffsynth.internal.blend;

/** Actions that every plan requests from a session. */
public interface BlendActions {

  /** Forgets the field of a pair. */
  void dropField(int source, int target);

  /** Forgets the guide and the style of a frame that no later action names. */
  void dropFrame(int frame);
}
