package org.diffsynth.internal.diffusion;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import org.diffsynth.compute.OutOfDeviceMemoryException;
import org.diffsynth.diffusion.Latents;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.FrameRate;
import org.diffsynth.frame.FrameSink;
import org.diffsynth.frame.FrameSize;
import org.diffsynth.frame.FrameSource;
import org.diffsynth.frame.Monitor;
import org.diffsynth.frame.VideoFormat;
import org.diffsynth.spi.DiffusionBackend;
import org.diffsynth.spi.NotFiniteException;

/**
 * The VAE as streams: latents that are decoded as they are read, and frames that are encoded as
 * they are written, a few at a time. Pictures are floats on both ways.
 */
final class PictureCodec {

  /** Frames of one VAE call; larger batches gain little, and pictures are large. */
  private static final int BATCH = 4;

  private final DiffusionBackend backend;
  private final Monitor monitor;
  private final WorkClock clock;
  private final PictureSize size;
  private final FrameRate frameRate;
  private int batch = BATCH;

  PictureCodec(
      DiffusionBackend backend,
      Monitor monitor,
      WorkClock clock,
      PictureSize size,
      FrameRate frameRate) {
    this.backend = backend;
    this.monitor = monitor;
    this.clock = clock;
    this.size = size;
    this.frameRate = frameRate;
  }

  /**
   * Pictures of latents, clamped to [0, 1].
   *
   * @param where what is being done, for errors
   */
  FrameSource decode(Latents latents, String where) {
    return new FrameSource() {
      private final Queue<Frame> decoded = new ArrayDeque<>();
      private int next;

      @Override
      public VideoFormat format() {
        return new VideoFormat(
            new FrameSize(size.width(), size.height()), frameRate, latents.frames());
      }

      @Override
      public Frame read() {
        if (decoded.isEmpty() && next < latents.frames()) {
          int from = next;
          List<Frame> pictures =
              inBatches(
                  WorkClock.Work.DECODE,
                  where,
                  from,
                  latents.frames() - from,
                  count -> backend.decode(latents.slice(from, from + count), monitor));
          next += pictures.size();
          pictures.forEach(picture -> decoded.add(clamp(picture)));
          clock.report(where, next, latents.frames());
        }
        return decoded.poll();
      }

      @Override
      public void close() {
        next = latents.frames();
        decoded.clear();
      }
    };
  }

  /** Encodes what is written to it. */
  Encoder encoder(String where) {
    return new Encoder(where);
  }

  /** Collects frames, encodes a batch whenever one is full. */
  final class Encoder implements FrameSink {

    private final String where;
    private final List<Frame> waiting = new ArrayList<>();
    private final List<Latents> encoded = new ArrayList<>();
    private int frames;

    private Encoder(String where) {
      this.where = where;
    }

    @Override
    public void write(Frame frame) {
      waiting.add(frame);
      if (waiting.size() >= batch) {
        flush();
      }
    }

    private void flush() {
      while (!waiting.isEmpty()) {
        Latents latents =
            inBatches(
                WorkClock.Work.ENCODE,
                where,
                frames,
                waiting.size(),
                count -> backend.encode(List.copyOf(waiting.subList(0, count)), monitor));
        int broken = latents.firstNotFinite();
        if (broken >= 0) {
          throw named(
              new NotFiniteException("VAE encoder of " + backend.model().name(), broken),
              where,
              frames);
        }
        waiting.subList(0, latents.frames()).clear();
        frames += latents.frames();
        encoded.add(latents);
      }
    }

    @Override
    public void commit() {
      flush();
    }

    @Override
    public void close() {
      waiting.clear();
    }

    /** One frame of latents for each frame written. */
    Latents toLatents() {
      flush();
      return Latents.concat(encoded);
    }
  }

  /** Does a batch of something; the argument is how many frames. */
  private interface Call<T> {
    T of(int count);
  }

  private <T> T inBatches(WorkClock.Work work, String where, int first, int left, Call<T> call) {
    while (true) {
      int count = Math.min(batch, left);
      monitor.checkCancelled();
      long start = System.nanoTime();
      try {
        T result = call.of(count);
        clock.done(work, count, System.nanoTime() - start);
        return result;
      } catch (OutOfDeviceMemoryException e) {
        if (count == 1) {
          throw e;
        }
        batch = count / 2;
      } catch (NotFiniteException e) {
        throw named(e, where, first);
      }
    }
  }

  private static NotFiniteException named(NotFiniteException e, String where, int first) {
    int frame = first + e.row();
    return new NotFiniteException(
        "%s: the %s gave NaN or infinity for frame %d".formatted(where, e.model(), frame),
        e.model(),
        frame,
        e);
  }

  private static Frame clamp(Frame picture) {
    float[] samples = picture.toFloat();
    for (int i = 0; i < samples.length; i++) {
      samples[i] = PictureTone.clamp(samples[i]);
    }
    return Frame.ofFloat(picture.width(), picture.height(), samples);
  }
}
