package org.diffsynth.cuda;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import org.diffsynth.compute.Closer;
import org.diffsynth.match.PatchMatchOptions;
import org.diffsynth.match.SearchSchedule;
import org.diffsynth.spi.Remap;

/**
 * What a blending run keeps and does on one device: guides and pictures, its part of the sums, and
 * the fields found here. What is asked for must be there; {@link CudaBlendSession} sees to that.
 */
final class DeviceSession implements AutoCloseable {

  private static final int SUM_BYTES = 16;

  private final GpuDevice device;
  private final boolean published;
  private final PyramidLayout levels;
  private final int pixels;
  private final DeviceMemory memory;
  private final PairBatchRunner chunks;
  private final DevicePictures pictures;
  private final Map<Integer, Long> guides = new HashMap<>();
  private final Map<Long, CarriedPicture> carried = new HashMap<>();
  private final Map<Long, Long> sums = new HashMap<>();
  private final Map<FieldKey, Long> fields = new HashMap<>();
  private final PinnedIntBuffer ints;

  /** A picture, and its texels once a search has compared it. */
  private static final class CarriedPicture {
    private final long samples;
    private long texels;

    private CarriedPicture(long samples) {
      this.samples = samples;
    }
  }

  /**
   * Holding nothing yet.
   *
   * @param budget most bytes to hold on the device
   * @param mostPairs pairs of a batch when there is memory enough
   */
  DeviceSession(
      GpuDevice device,
      PatchMatchOptions options,
      int width,
      int height,
      long budget,
      int mostPairs) {
    this.device = device;
    this.published = options.schedule() == SearchSchedule.PUBLISHED;
    this.levels = new PyramidLayout(width, height, options.largestPatch());
    this.pixels = width * height;
    this.memory = new DeviceMemory(device, budget, this::giveUp);
    this.pictures = new DevicePictures(device, memory, levels);
    this.ints = new PinnedIntBuffer(device, SUM_BYTES / Integer.BYTES * pixels);
    this.chunks = new PairBatchRunner(device, memory, options, levels, mostPairs);
  }

  private boolean giveUp() {
    return chunks.giveUp();
  }

  void putGuide(int frame, short[] rgb16) {
    long picture = pictures.upload(rgb16, true);
    try {
      long old = orNone(guides.put(frame, pictures.texels(picture, levels.count())));
      memory.free(old);
    } finally {
      memory.free(picture);
    }
  }

  void putPicture(long number, short[] rgb16) {
    keep(number, pictures.upload(rgb16, published));
  }

  private void keep(long number, long samples) {
    dropPicture(number);
    carried.put(number, new CarriedPicture(samples));
  }

  /** Queues remaps of one batch and returns, perhaps before they are done. */
  void remap(List<Remap> batch) {
    Map<FieldKey, Long> kept = new LinkedHashMap<>();
    try {
      for (Remap remap : batch) {
        if (remap.sum() != CudaBlendSession.NO_SUM) {
          sum(remap.sum());
        }
        if (published || remap.start() instanceof Remap.AlignTo) {
          texels(remap.picture());
        }
        if (remap.start() instanceof Remap.AlignTo alignTo) {
          texels(alignTo.picture());
        }
        FieldKey key = new FieldKey(remap.source(), remap.target());
        if (remap.keepField() && !fields.containsKey(key) && !kept.containsKey(key)) {
          kept.put(key, memory.allocate("a field", fieldBytes()));
        }
      }
      List<Remap> fresh = new ArrayList<>();
      List<Remap> started = new ArrayList<>();
      for (Remap remap : batch) {
        (isFresh(remap) ? fresh : started).add(remap);
      }
      inChunks(fresh, kept);
      inChunks(started, kept);
      fields.putAll(kept);
      kept.clear();
    } finally {
      kept.values().forEach(memory::free);
    }
  }

  private boolean isFresh(Remap remap) {
    return remap.start() instanceof Remap.Fresh
        || published && !(remap.start() instanceof Remap.AlignTo);
  }

  private void inChunks(List<Remap> remaps, Map<FieldKey, Long> kept) {
    List<Remap> sorted = remaps.stream().sorted(Comparator.comparingLong(Remap::sum)).toList();
    int done = 0;
    while (done < sorted.size()) {
      if (Thread.currentThread().isInterrupted()) {
        throw new CancellationException("interrupted while matching patches");
      }
      int count = chunks.require(sorted.size() - done);
      runChunk(sorted.subList(done, done + count), kept);
      done += count;
    }
  }

  /** Remaps that all start alike, those to one sum next to each other. */
  private void runChunk(List<Remap> remaps, Map<FieldKey, Long> kept) {
    List<PairTable.Pair> pairs = new ArrayList<>();
    for (int i = 0; i < remaps.size(); i++) {
      pairs.add(describe(remaps.get(i), chunks.slot(i)));
    }
    int current = chunks.run(isFresh(remaps.get(0)), pairs, groupsOf(remaps));
    for (int i = 0; i < remaps.size(); i++) {
      Remap remap = remaps.get(i);
      if (remap.keepField()) {
        FieldKey key = new FieldKey(remap.source(), remap.target());
        long field = kept.containsKey(key) ? kept.get(key) : fields.get(key);
        device.copy(chunks.slot(i).field(current), field, fieldBytes());
      }
    }
  }

  private List<PairTable.Group> groupsOf(List<Remap> remaps) {
    List<PairTable.Group> groups = new ArrayList<>();
    for (int first = 0; first < remaps.size(); ) {
      long sum = remaps.get(first).sum();
      int end = first;
      while (end < remaps.size() && remaps.get(end).sum() == sum) {
        end++;
      }
      if (sum != CudaBlendSession.NO_SUM) {
        groups.add(new PairTable.Group(sums.get(sum), first, end - first));
      }
      first = end;
    }
    return groups;
  }

  private PairTable.Pair describe(Remap remap, SearchBuffers.Slot slot) {
    CarriedPicture picture = carried.get(remap.picture());
    long style = 0;
    long agreed = 0;
    long start = 0;
    long middle = 0;
    if (remap.start() instanceof Remap.AlignTo alignTo) {
      style = picture.texels;
      agreed = carried.get(alignTo.picture()).texels;
      start = fields.get(new FieldKey(remap.source(), remap.target()));
    } else if (published) {
      style = picture.texels;
      agreed = slot.voted();
    } else if (remap.start() instanceof Remap.Via via) {
      start = fields.get(new FieldKey(remap.source(), via.middle()));
      middle = fields.get(new FieldKey(via.middle(), remap.target()));
    }
    return new PairTable.Pair(
        guides.get(remap.source()),
        guides.get(remap.target()),
        slot,
        style,
        agreed,
        picture == null ? 0 : picture.samples,
        start,
        middle,
        remap.source(),
        remap.target(),
        remap.weight());
  }

  /** Queues one picture carried along one field from outside, and adds it to a sum. */
  void carry(long picture, int[] field, long sum) {
    sum(sum);
    long address = memory.allocate("a field", fieldBytes());
    try {
      ints.upload(field, address);
      carryAlong(picture, address, sum, 1);
    } finally {
      memory.free(address);
    }
  }

  /** Carries one picture along a field that lies here, and adds it to a sum. */
  void carry(long picture, FieldKey key, long sum, int weight) {
    sum(sum);
    carryAlong(picture, fields.get(key), sum, weight);
  }

  private void carryAlong(long picture, long field, long sum, int weight) {
    SearchBuffers.Slot slot = new SearchBuffers.Slot(field, 0);
    long samples = carried.get(picture).samples;
    chunks.carry(
        new PairTable.Pair(0, 0, slot, 0, 0, samples, 0, 0, 0, 0, weight),
        new PairTable.Group(sums.get(sum), 0, 1));
  }

  void add(long picture, long sum, int weight) {
    device.launch(
        Kernel.ADD_PICTURE,
        Grid.line(pixels),
        carried.get(picture).samples,
        sum(sum),
        weight,
        pixels);
  }

  /** Whether part of a sum lies here. */
  boolean hasSum(long sum) {
    return sums.containsKey(sum);
  }

  /** Takes the part of a sum that lies here to the host, and drops it. */
  int[] removePart(long sum) {
    int[] part = ints.download(sums.get(sum), 4 * pixels);
    dropSum(sum);
    return part;
  }

  /** Adds a part that lay elsewhere. */
  void addPart(long sum, int[] part) {
    long other = memory.allocate("part of a sum", (long) SUM_BYTES * pixels);
    try {
      ints.upload(part, other);
      device.launch(Kernel.ADD_SUM, Grid.line(pixels), other, sum(sum), pixels);
    } finally {
      memory.free(other);
    }
  }

  /** Keeps the mean of a sum as a picture, and drops the sum. */
  void finish(long sum, int weight, long picture) {
    long samples = memory.allocate("a picture", pictures.bytes(published));
    device.launch(Kernel.MEAN_PICTURE, Grid.line(pixels), sums.get(sum), weight, samples, pixels);
    if (published) {
      pictures.halve(samples);
    }
    keep(picture, samples);
    dropSum(sum);
  }

  /** Takes the mean of a sum to the host, and drops the sum. */
  short[] take(long sum, int weight) {
    short[] mean = pictures.mean(sums.get(sum), weight);
    dropSum(sum);
    return mean;
  }

  boolean hasField(FieldKey key) {
    return fields.containsKey(key);
  }

  int[] downloadField(FieldKey key) {
    return ints.download(fields.get(key), pixels);
  }

  void putField(FieldKey key, int[] field) {
    dropField(key);
    long address = memory.allocate("a field", fieldBytes());
    fields.put(key, address);
    ints.upload(field, address);
  }

  void dropGuide(int frame) {
    memory.free(orNone(guides.remove(frame)));
  }

  void dropPicture(long number) {
    CarriedPicture old = carried.remove(number);
    if (old != null) {
      memory.free(old.samples);
      memory.free(old.texels);
    }
  }

  void dropField(FieldKey key) {
    memory.free(orNone(fields.remove(key)));
  }

  private void dropSum(long sum) {
    memory.free(orNone(sums.remove(sum)));
  }

  private long sum(long number) {
    return sums.computeIfAbsent(
        number,
        created -> {
          long address = memory.allocate("a sum", (long) SUM_BYTES * pixels);
          device.zero(address, (long) SUM_BYTES * pixels);
          return address;
        });
  }

  private void texels(long number) {
    CarriedPicture picture = carried.get(number);
    if (picture.texels == 0) {
      picture.texels = pictures.texels(picture.samples, published ? levels.count() : 1);
    }
  }

  private long fieldBytes() {
    return (long) Integer.BYTES * pixels;
  }

  private static long orNone(Long address) {
    return address == null ? 0 : address;
  }

  /** Waits for queued work. */
  void synchronize() {
    device.synchronize();
  }

  @Override
  public void close() {
    guides.clear();
    carried.clear();
    sums.clear();
    fields.clear();
    Closer closer = new Closer();
    closer.add(ints);
    closer.add(chunks);
    closer.add(pictures);
    closer.add(memory);
    closer.close();
  }
}
