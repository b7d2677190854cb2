package org.diffsynth.cuda;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.stream.Collectors;
import org.diffsynth.compute.Closer;
import org.diffsynth.match.PatchMatchOptions;
import org.diffsynth.match.PatchMatchOptions.SearchSchedule;
import org.diffsynth.spi.BlendSession.Remap;

/**
 * The part of a blending session that lies on one device: guides and carried pictures, the fields
 * found here, and this device's part of the sums.
 *
 * <p>Callers ask only for guides, pictures, fields and sums that are present; {@link
 * CudaBlendSession} checks that.
 */
final class DeviceSession implements AutoCloseable {

  private final GpuDevice device;
  private final boolean published;
  private final PyramidLayout layout;
  private final int pixels;
  private final DeviceMemory memory;
  private final PairBatchRunner batches;
  private final DevicePictures pictures;
  private final PinnedIntBuffer transfer;
  private final DeviceFields fields;
  private final DeviceSums sums;
  private final Map<Integer, Long> guides = new HashMap<>();
  private final Map<Long, CarriedPicture> carried = new HashMap<>();

  /** A picture on the device, and its texels once a search has compared it. */
  private static final class CarriedPicture {
    private final long samples;
    private long texels;

    private CarriedPicture(long samples) {
      this.samples = samples;
    }
  }

  /**
   * Opens an empty session.
   *
   * @param device device of the session; the caller closes it, after the session
   * @param budget largest number of bytes to hold on the device
   * @param mostPairs largest number of pairs to search in one batch; at least 1
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
    this.layout = new PyramidLayout(width, height, options.largestPatch());
    this.pixels = width * height;
    this.memory = new DeviceMemory(device, budget, this::shrinkBatches);
    this.pictures = new DevicePictures(device, memory, layout);
    this.transfer = new PinnedIntBuffer(device, DeviceSums.intsOf(pixels));
    this.fields = new DeviceFields(memory, transfer, pixels);
    this.sums = new DeviceSums(device, memory, transfer, pixels);
    this.batches = new PairBatchRunner(device, memory, options, layout, mostPairs);
  }

  private boolean shrinkBatches() {
    return batches.shrink();
  }

  /** Returns the fields that lie on this device. */
  DeviceFields fields() {
    return fields;
  }

  /** Returns this device's parts of the sums. */
  DeviceSums sums() {
    return sums;
  }

  /**
   * Uploads the guide of a frame and builds its pyramid.
   *
   * @param rgb16 packed RGB samples
   */
  void putGuide(int frame, short[] rgb16) {
    long picture = pictures.upload(rgb16, true);
    try {
      Long old = guides.put(frame, pictures.texels(picture, layout.levels()));
      free(old);
    } finally {
      memory.free(picture);
    }
  }

  /**
   * Copies a picture to the device and keeps it under a number.
   *
   * @param rgb16 packed RGB samples
   */
  void putPicture(long number, short[] rgb16) {
    keep(number, pictures.upload(rgb16, published));
  }

  private void keep(long number, long samples) {
    dropPicture(number);
    carried.put(number, new CarriedPicture(samples));
  }

  /**
   * Queues remaps and returns, perhaps before they are done.
   *
   * @throws CancellationException if the calling thread is interrupted
   */
  void remap(List<Remap> remaps) {
    Map<FieldKey, Long> found = new LinkedHashMap<>();
    try {
      for (Remap remap : remaps) {
        prepare(remap, found);
      }
      Map<PairBatchRunner.Length, List<Remap>> byLength =
          remaps.stream()
              .collect(
                  Collectors.groupingBy(this::length, LinkedHashMap::new, Collectors.toList()));
      byLength.values().forEach(alike -> runInBatches(alike, found));
      fields.keep(found);
      found.clear();
    } finally {
      found.values().forEach(memory::free);
    }
  }

  /** Allocates what a remap writes, and makes texels of the pictures that its search compares. */
  private void prepare(Remap remap, Map<FieldKey, Long> found) {
    if (remap.sum() != CudaBlendSession.NO_SUM) {
      sums.address(remap.sum());
    }
    if (published || remap.start() instanceof Remap.AlignTo) {
      makeTexels(remap.picture());
    }
    if (remap.start() instanceof Remap.AlignTo alignTo) {
      makeTexels(alignTo.picture());
    }
    FieldKey key = new FieldKey(remap.source(), remap.target());
    if (remap.keepField() && !fields.has(key) && !found.containsKey(key)) {
      found.put(key, fields.allocate());
    }
  }

  /** Returns the length of a search from its start. */
  private PairBatchRunner.Length length(Remap remap) {
    if (remap.start() instanceof Remap.AlignTo) {
      return new PairBatchRunner.Length(Integer.MAX_VALUE, true);
    }
    return remap.start() instanceof Remap.Via via && !published
        ? new PairBatchRunner.Length(via.iterations(), via.probing())
        : PairBatchRunner.Length.FRESH;
  }

  private void runInBatches(List<Remap> remaps, Map<FieldKey, Long> found) {
    List<Remap> sorted = remaps.stream().sorted(Comparator.comparingLong(Remap::sum)).toList();
    int done = 0;
    while (done < sorted.size()) {
      if (Thread.currentThread().isInterrupted()) {
        throw new CancellationException("interrupted while matching patches");
      }
      int count = batches.require(sorted.size() - done);
      runBatch(sorted.subList(done, done + count), found);
      done += count;
    }
  }

  /** Runs one batch; all its remaps start alike, and remaps of one sum are adjacent. */
  private void runBatch(List<Remap> remaps, Map<FieldKey, Long> found) {
    List<PairTable.Pair> pairs = new ArrayList<>();
    for (int i = 0; i < remaps.size(); i++) {
      pairs.add(describe(remaps.get(i), batches.slot(i)));
    }
    int current = batches.run(length(remaps.get(0)), pairs, groupsOf(remaps));
    for (int i = 0; i < remaps.size(); i++) {
      Remap remap = remaps.get(i);
      if (remap.keepField()) {
        FieldKey key = new FieldKey(remap.source(), remap.target());
        long field = found.containsKey(key) ? found.get(key) : fields.address(key);
        device.copy(batches.slot(i).field(current), field, fields.bytes());
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
        groups.add(new PairTable.Group(sums.address(sum), first, end - first));
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
      start = fields.address(new FieldKey(remap.source(), remap.target()));
    } else if (published) {
      style = picture.texels;
      agreed = slot.voted();
    } else if (remap.start() instanceof Remap.Via via) {
      start = fields.address(new FieldKey(remap.source(), via.middle()));
      middle = fields.address(new FieldKey(via.middle(), remap.target()));
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

  /** Carries a picture along a field from the host, and adds it to a sum with weight 1. */
  void carry(long picture, int[] field, long sum) {
    sums.address(sum);
    long address = fields.upload(field);
    try {
      carryAlong(picture, address, sum, 1);
    } finally {
      memory.free(address);
    }
  }

  /**
   * Carries a picture along a field that lies on this device, and adds {@code weight} times the
   * result to a sum.
   */
  void carry(long picture, FieldKey key, long sum, int weight) {
    sums.address(sum);
    carryAlong(picture, fields.address(key), sum, weight);
  }

  private void carryAlong(long picture, long field, long sum, int weight) {
    SearchBuffers.Slot slot = new SearchBuffers.Slot(field, 0);
    long samples = carried.get(picture).samples;
    batches.carry(
        new PairTable.Pair(0, 0, slot, 0, 0, samples, 0, 0, 0, 0, weight),
        new PairTable.Group(sums.address(sum), 0, 1));
  }

  /** Adds a picture to a sum, {@code weight} times, without moving the picture. */
  void add(long picture, long sum, int weight) {
    device.launch(
        Kernel.ADD_PICTURE,
        Grid.line(pixels),
        carried.get(picture).samples,
        sums.address(sum),
        weight,
        pixels);
  }

  /**
   * Keeps the rounded mean of a sum as a picture, and frees the sum.
   *
   * @param sum number of the sum
   * @param weight total weight of the pictures in the sum
   * @param picture number under which the mean is kept
   */
  void finish(long sum, int weight, long picture) {
    long samples = memory.allocate("a picture", pictures.bytes(published));
    device.launch(
        Kernel.MEAN_PICTURE, Grid.line(pixels), sums.address(sum), weight, samples, pixels);
    if (published) {
      pictures.halve(samples);
    }
    keep(picture, samples);
    sums.drop(sum);
  }

  /**
   * Downloads the rounded mean of a sum of total weight {@code weight} as packed 16-bit RGB
   * samples, and frees the sum.
   */
  short[] take(long sum, int weight) {
    short[] mean = pictures.mean(sums.address(sum), weight);
    sums.drop(sum);
    return mean;
  }

  void dropGuide(int frame) {
    free(guides.remove(frame));
  }

  void dropPicture(long number) {
    CarriedPicture old = carried.remove(number);
    if (old != null) {
      memory.free(old.samples);
      memory.free(old.texels);
    }
  }

  private void makeTexels(long number) {
    CarriedPicture picture = carried.get(number);
    if (picture.texels == 0) {
      picture.texels = pictures.texels(picture.samples, published ? layout.levels() : 1);
    }
  }

  private void free(Long address) {
    if (address != null) {
      memory.free(address);
    }
  }

  /** Waits for all queued work. */
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
    closer.add(transfer);
    closer.add(batches);
    closer.add(pictures);
    closer.add(memory);
    closer.close();
  }
}
