package org.diffsynth.cuda;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CancellationException;
import org.diffsynth.compute.Closer;
import org.diffsynth.frame.Frame;
import org.diffsynth.match.NearestNeighborField;
import org.diffsynth.match.SearchSchedule;
import org.diffsynth.spi.BlendSession;
import org.diffsynth.spi.MatchRequest;
import org.diffsynth.spi.Remap;

/**
 * A blending run on one GPU or several. Guides and pictures lie on every device; remaps are shared
 * out; each device adds to its own part of a sum, and the parts are added up when it is finished.
 */
final class CudaBlendSession implements BlendSession {

  /** Stands for no sum in a remap that only finds a field. */
  static final long NO_SUM = Long.MIN_VALUE;

  private final int width;
  private final int height;
  private final SearchSchedule schedule;
  private final List<DeviceSession> sides;
  private final Set<Integer> guides = new HashSet<>();
  private final Set<Long> pictures = new HashSet<>();
  private final Map<Long, Integer> weights = new HashMap<>();
  private final Set<FieldKey> fields = new HashSet<>();
  private boolean closed;

  /** Over open sides, one a device, which it closes. */
  CudaBlendSession(int width, int height, SearchSchedule schedule, List<DeviceSession> sides) {
    this.width = width;
    this.height = height;
    this.schedule = schedule;
    this.sides = List.copyOf(sides);
  }

  @Override
  public void putGuide(int frame, Frame guide) {
    checkSize("guide", frame, guide);
    short[] samples = guide.toRgb16();
    sides.forEach(side -> side.putGuide(frame, samples));
    guides.add(frame);
  }

  @Override
  public void putPicture(long picture, Frame value) {
    checkSize("picture", picture, value);
    putPicture(picture, value.toRgb16());
  }

  @Override
  public void putStyle(int frame, Frame style) {
    checkSize("style", frame, style);
    if (schedule == SearchSchedule.PUBLISHED) {
      putPicture(stylePicture(frame), style.toRgb16());
    }
  }

  /** The number of the picture that is the style of a frame; callers use none below 0. */
  private static long stylePicture(int frame) {
    return Long.MIN_VALUE | frame;
  }

  private void putPicture(long picture, short[] samples) {
    sides.forEach(side -> side.putPicture(picture, samples));
    pictures.add(picture);
  }

  private void checkSize(String what, long number, Frame frame) {
    if (frame.width() != width || frame.height() != height) {
      throw new IllegalArgumentException(
          "%s %d must be %dx%d, but was %s".formatted(what, number, width, height, frame.size()));
    }
  }

  @Override
  public void match(List<MatchRequest> batch) {
    remap(
        batch.stream()
            .map(
                request ->
                    new Remap(
                        stylePicture(request.source()),
                        request.source(),
                        request.target(),
                        request.start(),
                        NO_SUM,
                        1,
                        true))
            .toList());
  }

  @Override
  public void remap(List<Remap> batch) {
    batch.forEach(this::checkPresent);
    List<List<Remap>> shares = share(batch);
    for (int i = 0; i < sides.size(); i++) {
      bringFields(shares.get(i), sides.get(i));
    }
    for (int i = 0; i < sides.size(); i++) {
      sides.get(i).remap(shares.get(i));
      forgetElsewhere(shares.get(i), sides.get(i));
    }
    for (Remap remap : batch) {
      if (remap.sum() != NO_SUM) {
        weights.merge(remap.sum(), remap.weight(), Integer::sum);
      }
      if (remap.keepField()) {
        fields.add(new FieldKey(remap.source(), remap.target()));
      }
    }
    if (Thread.currentThread().isInterrupted()) {
      throw new CancellationException("interrupted while matching patches");
    }
  }

  private void checkPresent(Remap remap) {
    if (remap.sum() != NO_SUM || schedule == SearchSchedule.PUBLISHED) {
      present(pictures.contains(remap.picture()), "picture", remap.picture());
    }
    present(guides.contains(remap.source()), "guide of frame", remap.source());
    present(guides.contains(remap.target()), "guide of frame", remap.target());
    if (remap.start() instanceof Remap.AlignTo alignTo) {
      present(pictures.contains(alignTo.picture()), "picture", alignTo.picture());
    }
    neededFields(remap).forEach(this::presentField);
  }

  private List<FieldKey> neededFields(Remap remap) {
    if (remap.start() instanceof Remap.AlignTo) {
      return List.of(new FieldKey(remap.source(), remap.target()));
    }
    if (remap.start() instanceof Remap.Via via && schedule == SearchSchedule.SWEEP) {
      return List.of(
          new FieldKey(remap.source(), via.middle()), new FieldKey(via.middle(), remap.target()));
    }
    return List.of();
  }

  /** Each device gets as many remaps, and of those it can the ones whose fields lie there. */
  private List<List<Remap>> share(List<Remap> batch) {
    List<List<Remap>> shares = new ArrayList<>();
    sides.forEach(side -> shares.add(new ArrayList<>()));
    int most = (batch.size() + sides.size() - 1) / sides.size();
    for (Remap remap : batch) {
      int best = 0;
      long bestScore = Long.MIN_VALUE;
      for (int i = 0; i < sides.size(); i++) {
        DeviceSession side = sides.get(i);
        long here = neededFields(remap).stream().filter(side::hasField).count();
        long score = here * most - shares.get(i).size();
        if (shares.get(i).size() < most && score > bestScore) {
          best = i;
          bestScore = score;
        }
      }
      shares.get(best).add(remap);
    }
    return shares;
  }

  private void bringFields(List<Remap> share, DeviceSession side) {
    for (Remap remap : share) {
      for (FieldKey key : neededFields(remap)) {
        if (!side.hasField(key)) {
          side.putField(key, downloadField(key));
        }
      }
    }
  }

  /** What a device has found anew is out of date on the others. */
  private void forgetElsewhere(List<Remap> share, DeviceSession finder) {
    for (Remap remap : share) {
      if (remap.keepField()) {
        FieldKey key = new FieldKey(remap.source(), remap.target());
        sides.stream().filter(side -> side != finder).forEach(side -> side.dropField(key));
      }
    }
  }

  private int[] downloadField(FieldKey key) {
    return sides.stream()
        .filter(side -> side.hasField(key))
        .findFirst()
        .orElseThrow()
        .downloadField(key);
  }

  @Override
  public void add(long picture, long sum, int weight) {
    present(pictures.contains(picture), "picture", picture);
    sides.get(0).add(picture, sum, weight);
    weights.merge(sum, weight, Integer::sum);
  }

  @Override
  public void finish(long sum, long picture) {
    int weight = checkedWeight(sum);
    DeviceSession side = gather(sum);
    if (sides.size() == 1) {
      side.finish(sum, weight, picture);
      pictures.add(picture);
    } else {
      putPicture(picture, side.take(sum, weight));
    }
    weights.remove(sum);
  }

  @Override
  public Frame take(long sum) {
    int weight = checkedWeight(sum);
    short[] mean = gather(sum).take(sum, weight);
    weights.remove(sum);
    return Frame.ofRgb16(width, height, mean);
  }

  private int checkedWeight(long sum) {
    present(weights.containsKey(sum), "sum", sum);
    int weight = weights.get(sum);
    if (weight == 0) {
      throw new ArithmeticException("the weights of sum " + sum + " add up to 0");
    }
    return weight;
  }

  /** Brings all parts of a sum to one device. */
  private DeviceSession gather(long sum) {
    List<DeviceSession> holders = sides.stream().filter(side -> side.hasSum(sum)).toList();
    DeviceSession first = holders.get(0);
    for (DeviceSession other : holders.subList(1, holders.size())) {
      first.addPart(sum, other.removePart(sum));
    }
    return first;
  }

  @Override
  public NearestNeighborField field(int source, int target) {
    FieldKey key = new FieldKey(source, target);
    presentField(key);
    return NearestNeighborField.ofPacked(width, height, downloadField(key));
  }

  @Override
  public void putField(int source, int target, NearestNeighborField field) {
    if (field.width() != width || field.height() != height) {
      throw new IllegalArgumentException(
          "field must be %dx%d, but was %s".formatted(width, height, field));
    }
    FieldKey key = new FieldKey(source, target);
    sides.forEach(side -> side.dropField(key));
    int side = Math.floorMod(target, sides.size()); // shares out what will be carried
    sides.get(side).putField(key, field.toPacked());
    fields.add(key);
  }

  @Override
  public void carry(List<Remap> batch) {
    for (Remap remap : batch) {
      present(pictures.contains(remap.picture()), "picture", remap.picture());
      presentField(new FieldKey(remap.source(), remap.target()));
    }
    for (Remap remap : batch) {
      FieldKey key = new FieldKey(remap.source(), remap.target());
      DeviceSession holder =
          sides.stream().filter(side -> side.hasField(key)).findFirst().orElseThrow();
      holder.carry(remap.picture(), key, remap.sum(), remap.weight());
      weights.merge(remap.sum(), remap.weight(), Integer::sum);
    }
  }

  /** Carries one picture of the session along a field from outside. */
  void carry(long picture, int[] field, long sum) {
    sides.get(0).carry(picture, field, sum);
    weights.merge(sum, 1, Integer::sum);
  }

  @Override
  public void dropFrame(int frame) {
    sides.forEach(side -> side.dropGuide(frame));
    guides.remove(frame);
    dropPicture(stylePicture(frame));
  }

  @Override
  public void dropPicture(long picture) {
    sides.forEach(side -> side.dropPicture(picture));
    pictures.remove(picture);
  }

  @Override
  public void dropField(int source, int target) {
    FieldKey key = new FieldKey(source, target);
    sides.forEach(side -> side.dropField(key));
    fields.remove(key);
  }

  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    guides.clear();
    pictures.clear();
    weights.clear();
    fields.clear();
    Closer closer = new Closer();
    sides.forEach(closer::add);
    closer.close();
  }

  private void presentField(FieldKey key) {
    present(fields.contains(key), "field from frame " + key.source() + " to", key.target());
  }

  private static void present(boolean there, String what, long number) {
    if (!there) {
      throw new IllegalStateException("this session holds no " + what + " " + number);
    }
  }
}
