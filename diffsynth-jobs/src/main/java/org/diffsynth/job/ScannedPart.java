package org.diffsynth.job;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import org.diffsynth.internal.shots.Exposure;
import org.diffsynth.internal.shots.ShotAnalysis.Kind;
import org.diffsynth.internal.shots.ShotAnalysis.ShotFrame;
import org.diffsynth.internal.text.Text;

/**
 * What the scan of a part of the inputs has found, to be sent from the process that scanned it to
 * the one that makes the job. Takes one byte per frame, and 24 more where the brightness changes.
 */
public final class ScannedPart implements Serializable {

  private static final long serialVersionUID = 1;
  private static final int USUAL = 16;
  private static final int STEP = 6;

  private final int from;
  private final int to;
  private final int decidedFrom;
  private final boolean isLast;
  private final int firstDifference;
  private final byte[] kinds;
  private final float[] steps;

  /**
   * Creates the result of a scan.
   *
   * @param from first frame of the part
   * @param to frame after the last one of the part
   * @param decidedFrom first frame with a decision
   * @param isLast whether the clip ends with the part
   * @param firstDifference first frame whose guide is not its style; {@link Integer#MAX_VALUE} if
   *     there is none
   * @param decisions decisions about the frames from {@code decidedFrom} on; empty for given shots
   */
  ScannedPart(
      int from,
      int to,
      int decidedFrom,
      boolean isLast,
      int firstDifference,
      List<ShotFrame> decisions) {
    this.from = from;
    this.to = to;
    this.decidedFrom = decidedFrom;
    this.isLast = isLast;
    this.firstDifference = firstDifference;
    this.kinds = new byte[decisions.size()];
    List<Exposure> changes = new ArrayList<>();
    for (int i = 0; i < kinds.length; i++) {
      ShotFrame decision = decisions.get(i);
      boolean isUsual = decision.exposure().isUsual();
      kinds[i] = (byte) (decision.kind().ordinal() | (isUsual ? USUAL : 0));
      if (!isUsual) {
        changes.add(decision.exposure());
      }
    }
    this.steps = new float[STEP * changes.size()];
    for (int i = 0; i < changes.size(); i++) {
      System.arraycopy(changes.get(i).gain(), 0, steps, STEP * i, 3);
      System.arraycopy(changes.get(i).offset(), 0, steps, STEP * i + 3, 3);
    }
  }

  int from() {
    return from;
  }

  int to() {
    return to;
  }

  int decidedFrom() {
    return decidedFrom;
  }

  boolean isLast() {
    return isLast;
  }

  int firstDifference() {
    return firstDifference;
  }

  /** Returns the decisions about the frames from {@link #decidedFrom} on. */
  List<ShotFrame> decisions() {
    List<ShotFrame> decisions = new ArrayList<>();
    int step = 0;
    for (byte kind : kinds) {
      Exposure exposure = Exposure.USUAL;
      if ((kind & USUAL) == 0) {
        float[] gain = new float[3];
        float[] offset = new float[3];
        System.arraycopy(steps, step, gain, 0, 3);
        System.arraycopy(steps, step + 3, offset, 0, 3);
        exposure = new Exposure(gain, offset);
        step += STEP;
      }
      decisions.add(new ShotFrame(Kind.values()[kind & ~USUAL], exposure));
    }
    return decisions;
  }

  @Override
  public String toString() {
    return Text.format("ScannedPart[%d to %d]", from, to - 1);
  }
}
