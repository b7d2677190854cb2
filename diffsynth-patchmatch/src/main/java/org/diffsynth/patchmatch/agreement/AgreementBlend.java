package org.diffsynth.patchmatch.agreement;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.diffsynth.frame.Frame;
import org.diffsynth.patchmatch.engine.CompactField;
import org.diffsynth.patchmatch.engine.Texels;
import org.diffsynth.patchmatch.engine.WorkerPool;
import org.diffsynth.patchmatch.flow.BrightnessImage;
import org.diffsynth.patchmatch.flow.DenseInverseSearch;
import org.diffsynth.patchmatch.flow.FlowOptions;

/**
 * The state of one default blend on the CPU: guides, styles, agreed pictures, and motion of a
 * window. Its arrays are shared with the session that it serves, never copied.
 */
public final class AgreementBlend {

  private final int width;
  private final int height;
  private final WorkerPool workers;
  private final BoxSum boxes;
  private final Agreement agreement;
  private final GuideDetail guideDetail;
  private final Steadying steadying;
  private final DenseInverseSearch motionSearch;
  private final Map<Integer, Texels> guides = new HashMap<>();
  private final Map<Integer, StyleSamples> styles = new HashMap<>();
  private final Map<Integer, StyleDetail> details = new HashMap<>();
  private final Map<Integer, Agreed> agreed = new HashMap<>();
  private final Map<Integer, List<BrightnessImage>> brightness = new HashMap<>();
  private final Map<Pair, Motion> motions = new HashMap<>();

  private record Agreed(short[] picture, byte[] boost, SharedDetail shared) {}

  private record Pair(int from, int to) {}

  /** Creates the state of a blend. */
  public interface Factory {
    /** Creates the state of a blend over frames of one size. */
    AgreementBlend create(int width, int height, WorkerPool workers);
  }

  /** The fields that a session keeps. */
  public interface Fields {
    /**
     * Returns a field that the session keeps.
     *
     * @throws IllegalStateException if the session does not hold it
     */
    CompactField field(int source, int target);
  }

  private AgreementBlend(
      int width,
      int height,
      WorkerPool workers,
      BoxSum boxes,
      Agreement agreement,
      GuideDetail guideDetail,
      Steadying steadying) {
    this.width = width;
    this.height = height;
    this.workers = workers;
    this.boxes = boxes;
    this.agreement = agreement;
    this.guideDetail = guideDetail;
    this.steadying = steadying;
    this.motionSearch = DenseInverseSearch.on(workers, FlowOptions.STEADYING);
  }

  /**
   * Creates a blend with the fast classes.
   *
   * @param vectors whether to use the Vector API, whose vectors must have 256 bits or more
   */
  public static AgreementBlend fast(int width, int height, WorkerPool workers, boolean vectors) {
    AgreementKernels kernels =
        vectors ? new VectorAgreementKernels() : new ScalarAgreementKernels();
    BoxSum boxes = new FastBoxSum(width, height, workers);
    return new AgreementBlend(
        width,
        height,
        workers,
        boxes,
        new FastAgreement(width, height, workers, kernels),
        new FastGuideDetail(width, height, workers, boxes),
        new FastSteadying(
            width,
            height,
            workers,
            boxes,
            vectors
                ? () -> new VectorMovedRows(width, height)
                : () -> new ScalarMovedRows(width, height)));
  }

  /** Creates a blend with the classes that define the result. */
  public static AgreementBlend reference(int width, int height, WorkerPool workers) {
    return new AgreementBlend(
        width,
        height,
        workers,
        new ReferenceBoxSum(width, height, workers),
        new ReferenceAgreement(width, height, workers),
        new ReferenceGuideDetail(width, height, workers),
        new ReferenceSteadying(width, height, workers));
  }

  /** Keeps the guide of a frame. */
  public void putGuide(int frame, Texels guide) {
    guides.put(frame, guide);
  }

  /** Keeps the style of a frame: 16-bit samples, three a pixel. */
  public void putStyle(int frame, short[] style) {
    styles.put(frame, StyleSamples.of(style));
  }

  /**
   * Computes the agreed picture of a frame from the frames {@code first} to {@code last}.
   * Implements {@link org.diffsynth.spi.AgreementSession#agree}.
   */
  public void agree(int frame, int first, int last, Fields fields) {
    List<AgreementSource> sources = new ArrayList<>();
    int own = 0;
    for (int source = first; source <= last; source++) {
      if (source == frame) {
        own = sources.size();
        sources.add(new AgreementSource(guide(source), style(source), null));
      } else {
        sources.add(new AgreementSource(guide(source), style(source), fields.field(source, frame)));
      }
    }
    AgreedPicture result = agreement.of(sources, own);
    SharedDetail shared = shared(sources, own, first);
    byte[] boost =
        sources.size() > 1
            ? guideDetail.apply(result, guide(frame), shared)
            : new byte[width * height];
    agreed.put(frame, new Agreed(result.picture(), boost, shared));
  }

  /**
   * Returns the finished frame, averaged along motion. Implements {@link
   * org.diffsynth.spi.AgreementSession#steady}.
   */
  public Frame steady(int frame, int first, int last) {
    Agreed own = agreed(frame);
    List<SteadyingNeighbour> neighbours = new ArrayList<>();
    for (int step : new int[] {-1, 1}) {
      Motion motion = null;
      for (int other = frame + step; other >= first && other <= last; other += step) {
        Motion next = motion(other - step, other);
        motion = motion == null ? next : motion.then(next, workers);
        neighbours.add(new SteadyingNeighbour(guide(other), agreed(other).picture(), motion));
      }
    }
    short[] finished =
        steadying.of(guide(frame), own.picture(), own.boost(), own.shared(), neighbours);
    dropBefore(first);
    return Frame.ofRgb16(width, height, finished);
  }

  private SharedDetail shared(List<AgreementSource> sources, int own, int first) {
    List<StyleDetail> all = new ArrayList<>();
    for (int k = 0; k < sources.size(); k++) {
      AgreementSource source = sources.get(k);
      all.add(
          details.computeIfAbsent(
              first + k,
              frame ->
                  StyleDetail.of(source.guide(), source.style(), width, height, workers, boxes)));
    }
    return SharedDetail.of(all, sources, own, width, height, workers);
  }

  /** The motion between two frames in a row; both directions are found at once. */
  private Motion motion(int from, int to) {
    if (!motions.containsKey(new Pair(from, to))) {
      List<BrightnessImage> a = brightness(from);
      List<BrightnessImage> b = brightness(to);
      motions.put(new Pair(from, to), Motion.of(motionSearch.between(a, b)));
      motions.put(new Pair(to, from), Motion.of(motionSearch.between(b, a)));
      brightness.keySet().removeIf(frame -> frame < Math.max(from, to)); // frames come in order
    }
    return motions.get(new Pair(from, to));
  }

  private List<BrightnessImage> brightness(int frame) {
    return brightness.computeIfAbsent(
        frame, key -> motionSearch.pyramid(BrightnessImage.of(guide(key))));
  }

  /** Frees what only the steadying of neighbours reads. Guides and styles have other readers. */
  private void dropBefore(int first) {
    agreed.keySet().removeIf(frame -> frame < first);
    motions.keySet().removeIf(pair -> pair.from() < first || pair.to() < first);
  }

  /** Frees a frame and all data computed from the frame. */
  public void drop(int frame) {
    guides.remove(frame);
    styles.remove(frame);
    details.remove(frame);
    agreed.remove(frame);
    brightness.remove(frame);
    motions.keySet().removeIf(pair -> pair.from() == frame || pair.to() == frame);
  }

  private Texels guide(int frame) {
    return present(guides.get(frame), "guide", frame);
  }

  private StyleSamples style(int frame) {
    return present(styles.get(frame), "style", frame);
  }

  private Agreed agreed(int frame) {
    return present(agreed.get(frame), "agreed picture", frame);
  }

  private static <T> T present(T value, String what, int frame) {
    if (value == null) {
      throw new IllegalStateException("this session holds no " + what + " of frame " + frame);
    }
    return value;
  }
}
