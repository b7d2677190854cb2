package org.diffsynth.internal.diffusion;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import org.diffsynth.compute.BackendException.OutOfDeviceMemoryException;
import org.diffsynth.diffusion.Latents;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.FrameRate;
import org.diffsynth.frame.FrameSink;
import org.diffsynth.frame.FrameSize;
import org.diffsynth.frame.FrameSource;
import org.diffsynth.frame.Monitor;
import org.diffsynth.frame.VideoFormat;
import org.diffsynth.internal.text.Text;
import org.diffsynth.spi.DiffusionBackend;
import org.diffsynth.spi.NotFiniteException;

/**
 * A VAE as streams: a source that decodes latents while it is read, and a sink that encodes frames
 * while it is written. A few frames go through each VAE call. Pictures are floats in both
 * directions.
 */
final class PictureCodec {

  /** Number of frames in one VAE call. Larger batches are hardly faster and need more memory. */
  private static final int BATCH = 4;

  private final DiffusionBackend backend;
  private final Monitor monitor;
  private final ProgressEstimate progress;
  private final FrameSize size;
  private final FrameRate frameRate;
  private final boolean inLoop;
  private int batch = BATCH;

  /**
   * Creates a codec.
   *
   * @param inLoop whether it uses the VAE for deflickering inside the loop
   */
  PictureCodec(
      DiffusionBackend backend,
      Monitor monitor,
      ProgressEstimate progress,
      FrameSize size,
      FrameRate frameRate,
      boolean inLoop) {
    this.inLoop = inLoop;
    this.backend = backend;
    this.monitor = monitor;
    this.progress = progress;
    this.size = size;
    this.frameRate = frameRate;
  }

  /**
   * Returns a source of the decoded pictures, clamped to [0, 1].
   *
   * @param where description of the work, for progress and errors
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
                  inLoop ? ProgressEstimate.Work.LOOP_DECODE : ProgressEstimate.Work.DECODE,
                  where,
                  from,
                  latents.frames() - from,
                  count -> decoded(latents.slice(from, from + count)));
          next += pictures.size();
          pictures.forEach(picture -> decoded.add(PictureAdjustment.clamp(picture)));
          progress.report(Monitor.Phase.DECODE, where, next, latents.frames());
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

  /** Returns a sink that encodes the frames written to it. */
  Encoder encoder(String where) {
    return new Encoder(where);
  }

  /** Collects frames and encodes them in batches. */
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
                inLoop ? ProgressEstimate.Work.LOOP_ENCODE : ProgressEstimate.Work.ENCODE,
                where,
                frames,
                waiting.size(),
                count -> encoded(List.copyOf(waiting.subList(0, count))));
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

    /** Returns one frame of latents for each frame written. */
    Latents toLatents() {
      flush();
      return Latents.concat(encoded);
    }
  }

  private List<Frame> decoded(Latents latents) {
    return inLoop ? backend.decodeInLoop(latents, monitor) : backend.decode(latents, monitor);
  }

  private Latents encoded(List<Frame> frames) {
    return inLoop ? backend.encodeInLoop(frames, monitor) : backend.encode(frames, monitor);
  }

  /** A call for a number of frames. */
  private interface Call<T> {
    T of(int count);
  }

  private <T> T inBatches(
      ProgressEstimate.Work work, String where, int first, int left, Call<T> call) {
    while (true) {
      int count = Math.min(batch, left);
      monitor.checkCancelled();
      long start = System.nanoTime();
      try {
        T result = call.of(count);
        progress.done(work, count, System.nanoTime() - start);
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
        Text.format("%s: the %s gave NaN or infinity for frame %d", where, e.model(), frame),
        e.model(),
        frame,
        e);
  }
}
