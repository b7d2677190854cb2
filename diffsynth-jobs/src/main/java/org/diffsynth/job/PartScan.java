package org.diffsynth.job;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.Monitor;
import org.diffsynth.frame.Monitor.Progress;
import org.diffsynth.internal.shots.KnownShots;
import org.diffsynth.internal.shots.ShotAnalysis;
import org.diffsynth.internal.shots.ShotAnalysis.ShotFrame;
import org.diffsynth.internal.shots.ShotScan;
import org.diffsynth.internal.text.Text;

/** Scans parts of a clip, and joins what was found. */
final class PartScan {

  private PartScan() {}

  /** Scans a part, with frames before and after it that the decisions about its frames need. */
  static ScannedPart scan(JobTask task, int from, int to, int lead, Monitor monitor)
      throws IOException {
    ShotAnalysis analysis = task.analysis();
    ShotScan scan = analysis.isAutomatic() ? analysis.scan() : null;
    int first = scan == null ? from : Math.max(0, from - lead);
    long end = scan == null ? to : (long) to + analysis.lookahead();
    int[] read = {first};
    int[] firstDifference = {Integer.MAX_VALUE};
    boolean isLast =
        task.read(
            first,
            (guide, style) -> {
              monitor.checkCancelled();
              if (scan != null) {
                scan.push(guide);
              }
              if (firstDifference[0] == Integer.MAX_VALUE && !guide.equals(style)) {
                firstDifference[0] = read[0];
              }
              read[0]++;
              monitor.progress(
                  new Progress("shots", 0, read[0] - first, to - first, Optional.empty()));
              return read[0] < end;
            },
            monitor);
    List<ShotFrame> decisions = List.of();
    if (scan != null) {
      if (isLast) {
        scan.end();
      }
      decisions = scan.decisions();
      decisions = decisions.subList(0, Math.max(0, Math.min(decisions.size(), to - first)));
    }
    int partEnd = Math.min(to, read[0]);
    return new ScannedPart(
        from, partEnd, first, isLast && read[0] <= to, firstDifference[0], decisions);
  }

  /** Receives the inputs, frame by frame. */
  interface Frames {

    /**
     * Adds a frame.
     *
     * @param style the style of the frame, or null if it has none
     * @return whether more frames are wanted
     */
    boolean add(Frame guide, Frame style) throws IOException;
  }

  /** Joins the parts of a whole clip to the result of one scan. */
  static KnownShots join(JobTask task, List<ScannedPart> parts, Monitor monitor)
      throws IOException {
    List<ScannedPart> ordered = new ArrayList<>(parts);
    ordered.sort(Comparator.comparingInt(ScannedPart::from));
    List<ShotFrame> decisions = new ArrayList<>();
    int firstDifference = Integer.MAX_VALUE;
    int end = 0;
    boolean isLast = false;
    for (ScannedPart part : ordered) {
      if (part.from() != end || isLast) {
        throw new IllegalArgumentException(
            Text.format(
                "scanned parts must follow each other, but %s follows frame %d", part, end));
      }
      if (task.analysis().isAutomatic()) {
        addDecisions(task, part, decisions, monitor);
      }
      firstDifference = Math.min(firstDifference, part.firstDifference());
      end = part.to();
      isLast = part.isLast();
    }
    if (!isLast) {
      throw new IllegalArgumentException(
          Text.format("scanned parts must end with the clip, but ended before frame %d", end));
    }
    ClipScan scan = task.newScan(end, monitor);
    scan.add(decisions, end, firstDifference);
    KnownShots shots = scan.end();
    task.checkScanned(shots);
    return shots;
  }

  private static void addDecisions(
      JobTask task, ScannedPart part, List<ShotFrame> decisions, Monitor monitor)
      throws IOException {
    ScannedPart found = part;
    int lead = ShotScan.LEAD;
    List<ShotFrame> own = found.decisions();
    while (found.decidedFrom() > 0
        && ShotScan.agreement(decisions, own, found.decidedFrom(), part.from()) < 0) {
      lead *= 4; // rarely: begin earlier, and at last with the clip
      found = scan(task, part.from(), part.to(), lead, monitor);
      own = found.decisions();
    }
    decisions.addAll(own.subList(part.from() - found.decidedFrom(), own.size()));
  }
}
