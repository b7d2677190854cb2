package org.diffsynth.cuda;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.diffsynth.compute.Closer;
import org.diffsynth.frame.Frame;
import org.diffsynth.match.NearestNeighborField;
import org.diffsynth.match.PatchMatchOptions;
import org.diffsynth.match.PatchMatchOptions.SearchSchedule;
import org.diffsynth.match.QuantizedLatents;
import org.diffsynth.spi.BlendSession;
import org.diffsynth.spi.BlendSession.Remap;
import org.diffsynth.spi.PatchMatcher;

/** A {@link PatchMatcher} on one or several GPUs. */
final class CudaPatchMatcher implements PatchMatcher {

  private static final int SOURCE = 0;
  private static final int TARGET = 1;
  private static final int SUM = 2;

  private final PatchMatchOptions options;
  private final List<GpuDevice> devices;
  private final DeviceLimits limits;

  /**
   * Creates a matcher on one or more CUDA devices.
   *
   * @param devices open devices, at least one; {@link #close} closes them
   */
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
          String.format(
              Locale.ROOT,
              "source and target must have one size, but were %s and %s",
              source.size(),
              target.size()));
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
  public NearestNeighborField matchLatents(QuantizedLatents source, QuantizedLatents target) {
    int width = target.width();
    int height = target.height();
    if (source.width() != width || source.height() != height) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "source and target must have one size, but were %s and %s",
              source,
              target));
    }
    if (Math.min(width, height) < LATENT_PATCH) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "latents must be at least %1$dx%1$d, one patch, but were %2$dx%3$d",
              LATENT_PATCH,
              width,
              height));
    }
    GpuDevice device = devices.get(0);
    try (LatentSearch search =
        new LatentSearch(device, LatentSearchMethod.chosen(device), width, height, 1)) {
      search.put(0, source, target);
      search.run();
      return NearestNeighborField.ofPacked(width, height, search.field(0));
    }
  }

  @Override
  public Frame remap(Frame picture, NearestNeighborField field) {
    if (picture.width() != field.width() || picture.height() != field.height()) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "picture and field must have one size, but were %s and %dx%d",
              picture.size(),
              field.width(),
              field.height()));
    }
    int radius = options.schedule() == SearchSchedule.PUBLISHED ? options.smallestPatch() / 2 : 1;
    int[] packed = field.withPatchesInside(radius).toPacked();
    try (CudaBlendSession session = open(picture.width(), picture.height())) {
      session.putPicture(SOURCE, picture);
      session.carry(SOURCE, packed, SUM);
      return session.take(SUM);
    }
  }

  @Override
  public BlendSession openSession(int width, int height) {
    if (Math.min(width, height) < options.largestPatch()) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "frames must be at least %1$dx%1$d, the largest patch, but were %2$dx%3$d",
              options.largestPatch(),
              width,
              height));
    }
    return open(width, height);
  }

  private CudaBlendSession open(int width, int height) {
    List<DeviceSession> sessions = new ArrayList<>();
    try (Closer closer = new Closer()) {
      for (GpuDevice device : devices) {
        DeviceSession session =
            new DeviceSession(
                device, options, width, height, limits.budget(device), limits.mostPairs());
        sessions.add(closer.add(session));
      }
      CudaBlendSession blend = new CudaBlendSession(width, height, options.schedule(), sessions);
      closer.keepOpen(); // the blend session closes them
      return blend;
    }
  }

  @Override
  public void close() {
    Closer closer = new Closer();
    devices.forEach(closer::add);
    closer.close();
  }
}
