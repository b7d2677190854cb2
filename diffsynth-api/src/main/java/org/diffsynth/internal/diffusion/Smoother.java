package org.diffsynth.internal.diffusion;

import java.io.IOException;
import org.diffsynth.deflicker.LatentDeflicker.Pass;
import org.diffsynth.diffusion.Latents;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.FrameRate;
import org.diffsynth.frame.FrameSink;
import org.diffsynth.frame.FrameSource;
import org.diffsynth.frame.Monitor;
import org.diffsynth.match.FieldCache;

/**
 * Deflickers estimates of the clean video, between VAE decoder and encoder, so that only a window
 * of pictures is in memory. Knows the guide: the input, or the first estimate it meets.
 */
final class Smoother implements AutoCloseable {

  private final PictureCodec codec;
  private final FrameStore input;
  private final PictureSize size;
  private final FrameRate frameRate;
  private final Monitor monitor;
  private final WorkClock clock;
  private final FieldCache fields;
  private FrameStore firstEstimate;

  /**
   * The input stays the caller's; null where there is none.
   *
   * @param fieldBytes disk for fields of one pass that the next uses again; 0 where there is no
   *     next
   */
  Smoother(
      PictureCodec codec,
      FrameStore input,
      PictureSize size,
      FrameRate frameRate,
      Monitor monitor,
      WorkClock clock,
      long fieldBytes) {
    this.codec = codec;
    this.input = input;
    this.size = size;
    this.frameRate = frameRate;
    this.monitor = monitor;
    this.clock = clock;
    this.fields = fieldBytes > 0 ? FieldCache.ofBytes(fieldBytes) : null;
  }

  /** x̂₀ made steady. */
  Latents smooth(Latents predictedOriginal, Pass pass, String where) throws IOException {
    PictureCodec.Encoder encoder = codec.encoder(where);
    write(predictedOriginal, pass, where, encoder);
    return encoder.toLatents();
  }

  /** Pictures of finished latents, made steady. */
  void write(Latents latents, Pass pass, String where, FrameSink sink) throws IOException {
    try (FrameSource style = style(latents, where);
        FrameSource guide = (input != null ? input : firstEstimate).open(frameRate)) {
      Toned toned = new Toned(pass, sink);
      long start = System.nanoTime();
      long inModels = clock.nanos();
      if (fields != null) {
        pass.deflicker().apply(guide, style, toned, quiet(), fields);
      } else {
        pass.deflicker().apply(guide, style, toned, quiet());
      }
      clock.done(
          WorkClock.Work.DEFLICKER,
          latents.frames(),
          System.nanoTime() - start - (clock.nanos() - inModels));
      if (toned.frames != latents.frames()) {
        throw new IllegalStateException(
            "the deflicker must write as many frames as it reads, wrote %d of %d"
                .formatted(toned.frames, latents.frames()));
      }
    }
  }

  /** Without an input the first estimate is kept, to guide itself and all that follow. */
  private FrameSource style(Latents latents, String where) throws IOException {
    FrameSource decoded = codec.decode(latents, where);
    if (input != null || firstEstimate != null) {
      return decoded;
    }
    firstEstimate = new FrameStore(size.width(), size.height());
    for (Frame frame = decoded.read(); frame != null; frame = decoded.read()) {
      firstEstimate.add(frame);
    }
    return firstEstimate.open(frameRate);
  }

  /** The deflicker may stop the run; its progress is a part of ours. */
  private Monitor quiet() {
    return new Monitor() {
      @Override
      public boolean isCancelled() {
        return monitor.isCancelled();
      }
    };
  }

  @Override
  public void close() throws IOException {
    if (fields != null) {
      fields.close();
    }
    if (firstEstimate != null) {
      firstEstimate.close();
    }
  }

  /** Gives frames contrast and sharpness on their way. */
  private final class Toned implements FrameSink {

    private final Pass pass;
    private final FrameSink sink;
    private int frames;

    Toned(Pass pass, FrameSink sink) {
      this.pass = pass;
      this.sink = sink;
    }

    @Override
    public void write(Frame frame) throws IOException {
      if (frame.width() != size.width() || frame.height() != size.height()) {
        throw new IllegalStateException(
            "the deflicker must keep the size %s, wrote %s".formatted(size, frame.size()));
      }
      frames++;
      sink.write(PictureTone.adjust(frame, pass.contrast(), pass.sharpness()));
    }

    @Override
    public void commit() {}

    @Override
    public void close() {}
  }
}
