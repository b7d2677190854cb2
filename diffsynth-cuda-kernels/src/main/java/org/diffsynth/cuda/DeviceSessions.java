package org.diffsynth.cuda;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.diffsynth.compute.Closer;
import org.diffsynth.match.PatchMatchOptions.SearchSchedule;
import org.diffsynth.spi.BlendSession.Remap;

/**
 * The device sessions of one blending session, and how they share its work.
 *
 * <p>Every device has all guides and pictures. A field lies on the device that found it, and is
 * copied to another device only when a search there starts from it. Each device adds the pictures
 * that it carries to its own part of a sum. Because sums are exact integers, the result does not
 * depend on the number of devices.
 */
final class DeviceSessions implements AutoCloseable {

  private final List<DeviceSession> all;
  private final SearchSchedule schedule;

  /**
   * Combines open sessions, one for each device.
   *
   * @param all at least one session; {@link #close} closes them
   */
  DeviceSessions(List<DeviceSession> all, SearchSchedule schedule) {
    this.all = List.copyOf(all);
    this.schedule = schedule;
  }

  int count() {
    return all.size();
  }

  /** Returns the device that does the work that is not shared. */
  DeviceSession first() {
    return all.get(0);
  }

  void forEach(Consumer<DeviceSession> action) {
    all.forEach(action);
  }

  /** Queues the remaps of one batch on all devices. */
  void remap(List<Remap> batch) {
    List<List<Remap>> shares = shares(batch);
    for (int i = 0; i < all.size(); i++) {
      copyNeededFields(shares.get(i), all.get(i));
    }
    for (int i = 0; i < all.size(); i++) {
      all.get(i).remap(shares.get(i));
      dropStaleFields(shares.get(i), all.get(i));
    }
  }

  /** Returns the kept fields from which the search of a remap starts. */
  List<FieldKey> neededFields(Remap remap) {
    if (remap.start() instanceof Remap.AlignTo) {
      return List.of(new FieldKey(remap.source(), remap.target()));
    }
    if (remap.start() instanceof Remap.Via via && schedule == SearchSchedule.SWEEP) {
      return List.of(
          new FieldKey(remap.source(), via.middle()), new FieldKey(via.middle(), remap.target()));
    }
    return List.of();
  }

  /**
   * Distributes a batch so that no device gets more than its equal share, rounded up. A remap goes
   * to a device that holds the fields it needs if that device has room left, otherwise to the
   * device with the fewest remaps.
   */
  private List<List<Remap>> shares(List<Remap> batch) {
    List<List<Remap>> shares = new ArrayList<>();
    all.forEach(session -> shares.add(new ArrayList<>()));
    int most = (batch.size() + all.size() - 1) / all.size();
    for (Remap remap : batch) {
      int best = 0;
      long bestScore = Long.MIN_VALUE;
      for (int i = 0; i < all.size(); i++) {
        long fieldsHere = neededFields(remap).stream().filter(all.get(i).fields()::has).count();
        long score = fieldsHere * most - shares.get(i).size();
        if (shares.get(i).size() < most && score > bestScore) {
          best = i;
          bestScore = score;
        }
      }
      shares.get(best).add(remap);
    }
    return shares;
  }

  private void copyNeededFields(List<Remap> share, DeviceSession session) {
    for (Remap remap : share) {
      for (FieldKey key : neededFields(remap)) {
        if (!session.fields().has(key)) {
          session.fields().put(key, downloadField(key));
        }
      }
    }
  }

  /** Drops the copies on other devices of the fields that one device has just replaced. */
  private void dropStaleFields(List<Remap> share, DeviceSession finder) {
    for (Remap remap : share) {
      if (remap.keepField()) {
        FieldKey key = new FieldKey(remap.source(), remap.target());
        all.stream()
            .filter(session -> session != finder)
            .forEach(session -> session.fields().drop(key));
      }
    }
  }

  /** Returns a device that holds a field; at least one must. */
  DeviceSession holderOf(FieldKey key) {
    return all.stream().filter(session -> session.fields().has(key)).findFirst().orElseThrow();
  }

  int[] downloadField(FieldKey key) {
    return holderOf(key).fields().download(key);
  }

  /** Uploads a field to one device, chosen so that fields of neighbouring targets are spread. */
  void putField(FieldKey key, int[] packed) {
    dropField(key);
    all.get(Math.floorMod(key.target(), all.size())).fields().put(key, packed);
  }

  void dropField(FieldKey key) {
    all.forEach(session -> session.fields().drop(key));
  }

  /** Adds all parts of a sum up on one device, and returns that device. */
  DeviceSession gather(long sum) {
    List<DeviceSession> holders = all.stream().filter(session -> session.sums().has(sum)).toList();
    DeviceSession first = holders.get(0);
    for (DeviceSession other : holders.subList(1, holders.size())) {
      first.sums().addPart(sum, other.sums().removePart(sum));
    }
    return first;
  }

  @Override
  public void close() {
    Closer closer = new Closer();
    all.forEach(closer::add);
    closer.close();
  }
}
