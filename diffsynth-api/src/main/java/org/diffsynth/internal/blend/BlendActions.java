package org.diffsynth.internal.blend;

/** What every plan asks of a session. */
public interface BlendActions {

  /** Forgets the field of a pair. */
  void dropField(int source, int target);

  /** Forgets the guide and the style of a frame that no later action names. */
  void dropFrame(int frame);
}
