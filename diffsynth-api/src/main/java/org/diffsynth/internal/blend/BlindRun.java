package org.diffsynth.internal.blend;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Queue;
import org.diffsynth.compute.ComputeOptions;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.FrameSink;
import org.diffsynth.frame.FrameSource;
import org.diffsynth.frame.Monitor;
import org.diffsynth.frame.VideoFormat;
import org.diffsynth.internal.shots.KnownShots;
import org.diffsynth.internal.shots.ShotAnalysis;
import org.diffsynth.internal.shots.ShotAnalysis.Kind;
import org.diffsynth.internal.shots.ShotAnalysis.ShotFrame;
import org.diffsynth.spi.GuideSession;

/**
 * A run over a flickering video without a guide: it divides the video into shots, derives a guide
 * for each shot, and pushes guide and style into a blend. An object serves one run.
 *
 * <p>The blend gets a frame when the guide of the frame is there, {@link GuideSession#delay} frames
 * later. Memory depends on that delay and on the blend, never on the length of the video.
 *
 * <p>Only cuts divide the video. A frame that the detector takes for a flash, and changes of
 * brightness, may be the flicker, so they are blended like all others.
 */
public final class BlindRun {

  private final BlendRun<?, ?> blend;
  private final ComputeOptions compute;
  private final Monitor monitor;
  private ShotAnalysis analysis;
  private final Queue<Frame> waiting = new ArrayDeque<>();
  private final Queue<Frame> withoutGuide = new ArrayDeque<>();
  private VideoFormat format;
  private GuideSession guides;
  private int framesInShot;
  private int framesPushed;
  private int framesRead;
  private int withoutBlend;

  /**
   * Creates a run.
   *
   * @param blend run of the blend, not yet open; this run opens and closes it
   * @param starts first frames of shots, or null to find them
   */
  public BlindRun(
      BlendRun<?, ?> blend, Collection<Integer> starts, ComputeOptions compute, Monitor monitor) {
    this.blend = blend;
    this.compute = compute;
    this.monitor = monitor;
    this.analysis = starts == null ? ShotAnalysis.automatic() : ShotAnalysis.of(starts);
  }

  /**
   * Reads the style to its end; see {@code Deflicker.apply}. If the source fails, the frames read
   * before are finished and written, and then the failure is thrown.
   */
  public void deflicker(FrameSource style, FrameSink output) throws IOException {
    format = style.format();
    BlendRun<?, ?> opened = blend;
    try (opened) {
      try {
        opened.open("deflicker", format, output);
        for (Frame frame = read(style); frame != null; frame = read(style)) {
          push(frame);
        }
        finish();
      } finally {
        closeGuides();
      }
    }
  }

  /**
   * Lets the run compute a part of a video: it gives the bytes that a run over the whole video
   * gives.
   *
   * @param shots what is known about all frames of the video, without flashes and exposure
   * @param from first frame of the part
   * @param style format of the video
   * @return the first frame that the run must read
   */
  public int usePart(KnownShots shots, int from, VideoFormat style) {
    blend.usePart(shots, from);
    int blended = blend.firstFrame();
    int halo;
    try (GuideSession session =
        GuideSession.open(style.width(), style.height(), compute.threads())) {
      halo = session.delay();
    }
    framesRead = shots.before(blended, halo);
    withoutBlend = blended - framesRead;
    analysis = ShotAnalysis.of(shots, framesRead);
    return framesRead;
  }

  /**
   * Computes a part of a video; {@link #usePart} was called before.
   *
   * @param style the video, from the frame on that {@link #usePart} returned
   * @param output receives the frames from the first of the part on; may get a few more
   * @param end decides where the part ends
   * @throws IOException if the video cannot be read or ends early
   */
  public void deflickerPart(FrameSource style, FrameSink output, PartEnd end) throws IOException {
    format = style.format();
    BlendRun<?, ?> opened = blend;
    try (opened) {
      try {
        opened.open("deflicker", format, output);
        while (!opened.endsPart(end)) {
          Frame frame = style.read();
          if (frame == null) {
            opened.part().checkWhole(framesRead);
            finish();
            return;
          }
          framesRead++;
          push(frame);
        }
      } finally {
        closeGuides();
      }
    }
  }

  /** Reads the next frame. If the source fails, the frames read before are finished first. */
  private Frame read(FrameSource style) throws IOException {
    try {
      return style.read();
    } catch (IOException e) {
      BlendRun.finishAfter(e, this::finish);
      throw e;
    }
  }

  private void finish() throws IOException {
    while (analysis.isWaiting()) {
      add(analysis.next());
    }
    endShot();
    blend.finish();
  }

  private void push(Frame frame) throws IOException {
    monitor.checkCancelled();
    analysis.push(frame);
    waiting.add(frame);
    while (analysis.isReady()) {
      add(analysis.next());
    }
  }

  private void add(ShotFrame found) throws IOException {
    if (guides == null || found.kind() == Kind.STARTS) {
      endShot();
      guides = GuideSession.open(format.width(), format.height(), compute.threads());
    }
    Frame frame = waiting.remove();
    withoutGuide.add(frame);
    guides.putStyle(framesInShot++, frame);
    if (withoutGuide.size() > guides.delay()) {
      pushWithGuide();
    }
  }

  private void pushWithGuide() throws IOException {
    monitor.checkCancelled();
    Frame style = withoutGuide.remove();
    int frame = framesPushed++;
    if (withoutBlend > 0) { // before a part: other guides depend on this frame
      withoutBlend--;
      return;
    }
    blend.push(guides.guide(frame), style, frame == 0);
  }

  private void endShot() throws IOException {
    while (!withoutGuide.isEmpty()) {
      pushWithGuide();
    }
    closeGuides();
    framesInShot = 0;
    framesPushed = 0;
  }

  private void closeGuides() {
    if (guides != null) {
      guides.close();
      guides = null;
    }
  }
}
