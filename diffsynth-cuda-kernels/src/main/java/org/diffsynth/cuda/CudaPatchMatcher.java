package org.diffsynth.cuda;

import java.util.ArrayList;
import java.util.List;
import org.diffsynth.Frame;
import org.diffsynth.match.BlendSession;
import org.diffsynth.match.NearestNeighborField;
import org.diffsynth.match.PatchMatchOptions;
import org.diffsynth.match.PatchMatcher;
import org.diffsynth.match.Remap;
import org.diffsynth.match.SearchSchedule;

/** A {@link PatchMatcher} on one GPU or several, which it closes. */
final class CudaPatchMatcher implements PatchMatcher {

  private static final int SOURCE = 0;
  private static final int TARGET = 1;
  private static final int SUM = 2;

  private final PatchMatchOptions options;
  private final List<GpuDevice> devices;
  private final DeviceLimits limits;

  /** On open devices, at least one. */
  CudaPatchMatcher(PatchMatchOptions options, List<GpuDevice> devices, DeviceLimits limits) {
    this.options = options;
    this.devices = List.copyOf(devices);
    this.limits = limits;
  }

  @Override
  public PatchMatchOptions options() {
    return options;
  }

  @Override
  public NearestNeighborField match(Frame source, Frame target) {
    if (!source.sameSize(target)) {
      throw new IllegalArgumentException(
          "source and target must have one size, were %s and %s"
              .formatted(source.size(), target.size()));
    }
    try (BlendSession session = openSession(source.width(), source.height())) {
      session.putGuide(SOURCE, source);
      session.putGuide(TARGET, target);
      session.putPicture(SOURCE, source);
      session.remap(List.of(new Remap(SOURCE, SOURCE, TARGET, new Remap.Fresh(), SUM, 1, true)));
      return session.field(SOURCE, TARGET);
    }
  }

  @Override
  public Frame remap(Frame picture, NearestNeighborField field) {
    if (picture.width() != field.width() || picture.height() != field.height()) {
      throw new IllegalArgumentException(
          "picture and field must have one size, were %s and %dx%d"
              .formatted(picture.size(), field.width(), field.height()));
    }
    int radius = options.schedule() == SearchSchedule.PUBLISHED ? options.smallestPatch() / 2 : 1;
    int[] packed = field.toPacked();
    checkVotes(packed, picture.width(), picture.height(), radius);
    try (CudaBlendSession session = open(picture.width(), picture.height())) {
      session.putPicture(SOURCE, picture);
      session.carry(SOURCE, packed, SUM);
      return session.take(SUM);
    }
  }

  /** A vote from outside of the picture would be a fault of the device, so it is refused here. */
  private static void checkVotes(int[] field, int width, int height, int radius) {
    if (Math.min(width, height) <= 2 * radius) {
      throw new IllegalArgumentException(
          "pictures must be at least %1$dx%1$d, one patch, were %2$dx%3$d"
              .formatted(2 * radius + 1, width, height));
    }
    for (int y = radius; y < height - radius; y++) {
      for (int x = radius; x < width - radius; x++) {
        int match = field[y * width + x];
        int centre = (match >>> 16) * width + (match & 0xFFFF);
        int reach = radius * width + radius;
        if (centre - reach < 0 || centre + reach >= field.length) {
          throw new IllegalArgumentException(
              "the field points to (%d, %d) at (%d, %d): patches must lie inside of the picture"
                  .formatted(match & 0xFFFF, match >>> 16, x, y));
        }
      }
    }
  }

  @Override
  public BlendSession openSession(int width, int height) {
    if (Math.min(width, height) < options.largestPatch()) {
      throw new IllegalArgumentException(
          "frames must be at least %1$dx%1$d, the largest patch, were %2$dx%3$d"
              .formatted(options.largestPatch(), width, height));
    }
    return open(width, height);
  }

  private CudaBlendSession open(int width, int height) {
    List<DeviceSide> sides = new ArrayList<>();
    try {
      for (GpuDevice device : devices) {
        sides.add(
            new DeviceSide(
                device, options, width, height, limits.budget(device), limits.mostPairs()));
      }
      return new CudaBlendSession(width, height, options.schedule(), sides);
    } catch (RuntimeException e) {
      Closing closing = new Closing();
      sides.forEach(side -> closing.run(side::close));
      throw e;
    }
  }

  @Override
  public void close() {
    Closing closing = new Closing();
    devices.forEach(device -> closing.run(device::close));
    closing.end();
  }
}
