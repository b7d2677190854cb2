package org.diffsynth.cuda;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CancellationException;
import org.diffsynth.frame.Frame;
import org.diffsynth.match.NearestNeighborField;
import org.diffsynth.match.PatchMatchOptions.SearchSchedule;
import org.diffsynth.spi.BlendSession;
import org.diffsynth.spi.BlendSession.Remap;
import org.diffsynth.spi.MatchSession.MatchRequest;

/**
 * A {@link BlendSession} on one or several GPUs. This class checks that everything a call names is
 * present and keeps the total weight of each sum; {@link DeviceSessions} does the work.
 */
final class CudaBlendSession implements BlendSession {

  /** Number of a sum that does not exist, for a remap that only finds a field. */
  static final long NO_SUM = Long.MIN_VALUE;

  private final int width;
  private final int height;
  private final SearchSchedule schedule;
  private final DeviceSessions devices;
  private final Set<Integer> guides = new HashSet<>();
  private final Set<Long> pictures = new HashSet<>();
  private final Map<Long, Integer> weights = new HashMap<>();
  private final Set<FieldKey> fields = new HashSet<>();
  private boolean closed;

  /**
   * Creates a session for frames of one size.
   *
   * @param sessions an open session for each device, at least one; {@link #close} closes them
   */
  CudaBlendSession(int width, int height, SearchSchedule schedule, List<DeviceSession> sessions) {
    this.width = width;
    this.height = height;
    this.schedule = schedule;
    this.devices = new DeviceSessions(sessions, schedule);
  }

  @Override
  public void putGuide(int frame, Frame guide) {
    checkSize("guide", frame, guide);
    short[] samples = guide.toRgb16();
    devices.forEach(device -> device.putGuide(frame, samples));
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

  /**
   * Returns the picture number under which the style of a frame is kept; callers use none below 0.
   */
  private static long stylePicture(int frame) {
    return Long.MIN_VALUE | frame;
  }

  private void putPicture(long picture, short[] samples) {
    devices.forEach(device -> device.putPicture(picture, samples));
    pictures.add(picture);
  }

  private void checkSize(String what, long number, Frame frame) {
    if (frame.width() != width || frame.height() != height) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "%s %d must be %dx%d, but was %s",
              what,
              number,
              width,
              height,
              frame.size()));
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
    devices.remap(batch);
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
    devices.neededFields(remap).forEach(this::presentField);
  }

  @Override
  public void add(long picture, long sum, int weight) {
    present(pictures.contains(picture), "picture", picture);
    devices.first().add(picture, sum, weight);
    weights.merge(sum, weight, Integer::sum);
  }

  @Override
  public void finish(long sum, long picture) {
    int weight = checkedWeight(sum);
    DeviceSession holder = devices.gather(sum);
    if (devices.count() == 1) {
      holder.finish(sum, weight, picture);
      pictures.add(picture);
    } else {
      putPicture(picture, holder.take(sum, weight));
    }
    weights.remove(sum);
  }

  @Override
  public Frame take(long sum) {
    int weight = checkedWeight(sum);
    short[] mean = devices.gather(sum).take(sum, weight);
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

  @Override
  public NearestNeighborField field(int source, int target) {
    FieldKey key = new FieldKey(source, target);
    presentField(key);
    return NearestNeighborField.ofPacked(width, height, devices.downloadField(key));
  }

  @Override
  public void putField(int source, int target, NearestNeighborField field) {
    if (field.width() != width || field.height() != height) {
      throw new IllegalArgumentException(
          String.format(Locale.ROOT, "field must be %dx%d, but was %s", width, height, field));
    }
    FieldKey key = new FieldKey(source, target);
    devices.putField(key, field.toPacked());
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
      devices.holderOf(key).carry(remap.picture(), key, remap.sum(), remap.weight());
      weights.merge(remap.sum(), remap.weight(), Integer::sum);
    }
  }

  /**
   * Carries a picture of this session along the given field, and adds it to a sum with weight 1.
   */
  void carry(long picture, int[] field, long sum) {
    devices.first().carry(picture, field, sum);
    weights.merge(sum, 1, Integer::sum);
  }

  @Override
  public void dropFrame(int frame) {
    devices.forEach(device -> device.dropGuide(frame));
    guides.remove(frame);
    dropPicture(stylePicture(frame));
  }

  @Override
  public void dropPicture(long picture) {
    devices.forEach(device -> device.dropPicture(picture));
    pictures.remove(picture);
  }

  @Override
  public void dropField(int source, int target) {
    FieldKey key = new FieldKey(source, target);
    devices.dropField(key);
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
    devices.close();
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
