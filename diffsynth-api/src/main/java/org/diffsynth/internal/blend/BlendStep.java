package org.diffsynth.internal.blend;

import java.util.List;
import org.diffsynth.spi.BlendSession;
import org.diffsynth.spi.Remap;

/**
 * One instruction of a blend plan; each names the {@link BlendSession} call it stands for, or what
 * the sharp blend computes from that session's fields.
 */
public sealed interface BlendStep {

  /** {@link BlendSession#remap}. */
  record RemapBatch(List<Remap> remaps) implements BlendStep {}

  /** {@link BlendSession#add}. */
  record Add(long picture, long sum, int weight) implements BlendStep {}

  /** {@link BlendSession#finish}. */
  record Finish(long sum, long picture) implements BlendStep {}

  /** {@link BlendSession#take}: the sum is the finished frame; frames come out in order. */
  record Output(int frame, long sum) implements BlendStep {}

  /** The key frame given for this frame is the finished frame, untouched. */
  record OutputKey(int frame) implements BlendStep {}

  /** Finds out from the kept field (frame, frame − 1) whether a shot begins with this frame. */
  record LookForCut(int frame) implements BlendStep {}

  /** The sharp blend's first pass, from the kept fields of these frames to this one. */
  record Agree(int frame, int first, int last) implements BlendStep {}

  /** The sharp blend's second pass, over these agreed frames: the frame is finished. */
  record OutputSteady(int frame, int first, int last) implements BlendStep {}

  /** {@link BlendSession#dropGuide}; the frame will not be asked for again. */
  record DropGuide(int frame) implements BlendStep {}

  /** {@link BlendSession#dropPicture}. */
  record DropPicture(long picture) implements BlendStep {}

  /** {@link BlendSession#dropField}. */
  record DropField(int source, int target) implements BlendStep {}
}
