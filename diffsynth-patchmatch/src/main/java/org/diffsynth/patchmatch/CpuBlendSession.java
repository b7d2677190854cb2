package org.diffsynth.patchmatch;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.diffsynth.Frame;
import org.diffsynth.match.BlendSession;
import org.diffsynth.match.NearestNeighborField;
import org.diffsynth.match.PatchMatchOptions;
import org.diffsynth.match.Remap;
import org.diffsynth.match.SearchSchedule;

/** A blending run on the CPU: one task a remap, guides and fields on the heap. */
final class CpuBlendSession implements BlendSession {

  private final PatchMatchOptions options;
  private final WorkerPool workers;
  private final int width;
  private final int height;
  private final int levelCount;
  private final Map<Integer, Pyramid> guides = new HashMap<>();
  private final Map<Long, Picture> pictures = new HashMap<>();
  private final Map<Long, BlendSum> sums = new HashMap<>();
  private final Map<Pair, int[]> fields = new ConcurrentHashMap<>();

  private record Pair(int source, int target) {}

  CpuBlendSession(PatchMatchOptions options, WorkerPool workers, int width, int height) {
    this.options = options;
    this.workers = workers;
    this.width = width;
    this.height = height;
    this.levelCount = Pyramid.levelCount(width, height, options.largestPatch());
  }

  @Override
  public void putGuide(int frame, Frame guide) {
    checkSize("guide", frame, guide);
    guides.put(frame, Pyramid.of(Picture.of(guide), levelCount));
  }

  @Override
  public void putPicture(long picture, Frame value) {
    checkSize("picture", picture, value);
    pictures.put(picture, Picture.of(value));
  }

  private void checkSize(String what, long number, Frame frame) {
    if (frame.width() != width || frame.height() != height) {
      throw new IllegalArgumentException(
          "%s %d must be %dx%d, was %s".formatted(what, number, width, height, frame.size()));
    }
  }

  @Override
  public void remap(List<Remap> batch) {
    for (Remap remap : batch) {
      if (remap.sum() != Remap.NO_SUM) {
        sums.computeIfAbsent(remap.sum(), sum -> new BlendSum(width, height));
      }
    }
    workers.run(batch.size(), i -> carry(batch.get(i)));
  }

  private void carry(Remap remap) {
    boolean carries = remap.sum() != Remap.NO_SUM;
    boolean looks = options.schedule() == SearchSchedule.PUBLISHED;
    Picture picture = carries || looks ? picture(remap.picture()) : null;
    int[] field = search(remap, picture);
    if (remap.keepField()) {
      fields.put(new Pair(remap.source(), remap.target()), field);
    }
    if (!carries) {
      return;
    }
    Picture carried = Picture.blank(width, height);
    VoteRemap.apply(picture, field, options, carried);
    sums.get(remap.sum()).add(carried, remap.weight());
  }

  private int[] search(Remap remap, Picture picture) {
    Pyramid source = guide(remap.source());
    Pyramid target = guide(remap.target());
    if (options.schedule() == SearchSchedule.PUBLISHED
        && !(remap.start() instanceof Remap.AlignTo)) {
      return new PublishedSearch(options)
          .search(source, target, picture.halves(levelCount), remap.source(), remap.target())
          .field;
    }
    FieldSearch search = new FieldSearch(options);
    if (remap.start() instanceof Remap.Fresh) {
      return search.fresh(source, target, remap.source(), remap.target()).field;
    }
    MatchGrid grid = new MatchGrid(width, height);
    FieldSearch.CostOfRadius costs =
        radius -> new GuideCost(source.finest(), target.finest(), radius);
    if (remap.start() instanceof Remap.Via via) {
      grid.setComposed(
          keptField(remap.source(), via.middle()), keptField(via.middle(), remap.target()));
    } else if (remap.start() instanceof Remap.AlignTo alignTo) {
      grid.setField(keptField(remap.source(), remap.target()));
      Texels style = Texels.of(picture);
      Texels agreed = Texels.of(picture(alignTo.picture()));
      costs =
          radius ->
              new StyledCost(
                  new GuideCost(source.finest(), target.finest(), radius),
                  new GuideCost(style, agreed, radius),
                  options.guideWeight());
    }
    search.refine(grid, costs, 0, remap.source(), remap.target());
    return grid.field;
  }

  @Override
  public void add(long picture, long sum, int weight) {
    sums.computeIfAbsent(sum, created -> new BlendSum(width, height)).add(picture(picture), weight);
  }

  @Override
  public void finish(long sum, long picture) {
    pictures.put(picture, removeSum(sum).mean());
  }

  @Override
  public Frame take(long sum) {
    return removeSum(sum).mean().toFrame();
  }

  @Override
  public NearestNeighborField field(int source, int target) {
    return NearestNeighborField.ofPacked(width, height, keptField(source, target));
  }

  @Override
  public void dropGuide(int frame) {
    guides.remove(frame);
  }

  @Override
  public void dropPicture(long picture) {
    pictures.remove(picture);
  }

  @Override
  public void dropField(int source, int target) {
    fields.remove(new Pair(source, target));
  }

  @Override
  public void close() {
    guides.clear();
    pictures.clear();
    sums.clear();
    fields.clear();
  }

  private Pyramid guide(int frame) {
    return present(guides.get(frame), "guide of frame", frame);
  }

  private Picture picture(long number) {
    return present(pictures.get(number), "picture", number);
  }

  private BlendSum removeSum(long number) {
    return present(sums.remove(number), "sum", number);
  }

  private int[] keptField(int source, int target) {
    return present(
        fields.get(new Pair(source, target)), "field from frame " + source + " to", target);
  }

  private static <T> T present(T value, String what, long number) {
    if (value == null) {
      throw new IllegalStateException("this session holds no " + what + " " + number);
    }
    return value;
  }
}
