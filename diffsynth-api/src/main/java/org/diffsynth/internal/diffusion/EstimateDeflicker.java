package org.diffsynth.internal.diffusion;

import java.io.IOException;
import java.nio.file.Path;
import org.diffsynth.deflicker.LatentDeflicker.Pass;
import org.diffsynth.diffusion.Latents;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.FrameRate;
import org.diffsynth.frame.FrameSink;
import org.diffsynth.frame.FrameSize;
import org.diffsynth.frame.FrameSource;
import org.diffsynth.frame.Monitor;
import org.diffsynth.internal.text.Text;
import org.diffsynth.match.FieldCache;

/**
 * Deflickers estimates of the clean video between VAE decoder and encoder. Pictures stream through
 * the three, so that only a window of them is in memory. The guide is the input video, or without
 * one the first estimate, which is kept in a temporary file.
 */
final class EstimateDeflicker implements AutoCloseable {

  private final PictureCodec codec;
  private final PictureCodec loopCodec;
  private final FrameStore input;
  private final FrameSize size;
  private final FrameRate frameRate;
  private final Monitor monitor;
  private final ProgressEstimate progress;
  private final FieldCache fields;
  private FrameStore firstEstimate;
  private final Path temporary;
  private Latents firstLatents;

  /**
   * Creates a deflicker for one run.
   *
   * @param input frames of the input video; null without one. The caller closes it
   * @param fieldBytes disk space for correspondences that several passes use, in bytes; 0 if there
   *     is only one pass
   */
  EstimateDeflicker(RunSetup run, FrameStore input, long fieldBytes) {
    this.codec = run.codec();
    this.loopCodec = run.loopCodec();
    this.input = input;
    this.size = run.size();
    this.frameRate = run.plan().output().frameRate();
    this.monitor = run.monitor();
    this.progress = run.progress();
    this.temporary = run.plan().compute().memory().temporaryPath();
    this.fields = fieldBytes > 0 ? FieldCache.ofBytes(fieldBytes, temporary) : null;
  }

  /**
   * Decodes an estimate of the clean latents, deflickers the pictures and encodes them again.
   *
   * @param predictedOriginal x̂₀, the estimate of the clean latents
   * @param where description of the step, for progress and errors
   */
  Latents deflicker(Latents predictedOriginal, Pass pass, String where) throws IOException {
    PictureCodec.Encoder encoder = loopCodec.encoder(where);
    write(predictedOriginal, loopCodec, pass, where, encoder);
    return encoder.toLatents();
  }

  /**
   * Decodes latents and writes the deflickered pictures to a sink.
   *
   * @param where description of the step, for progress and errors
   * @param sink receives one frame for each frame of the latents; the caller closes it
   */
  void write(Latents latents, Pass pass, String where, FrameSink sink) throws IOException {
    write(latents, codec, pass, where, sink);
  }

  private void write(Latents latents, PictureCodec decoder, Pass pass, String where, FrameSink sink)
      throws IOException {
    try (FrameSource style = style(latents, decoder, where);
        FrameSource guide = (input != null ? input : firstEstimate).open(frameRate)) {
      AdjustingSink adjusting = new AdjustingSink(pass, sink);
      long start = System.nanoTime();
      long inModels = progress.nanos();
      if (fields != null) {
        pass.deflicker().apply(guide, style, adjusting, cancelOnly(), fields);
      } else {
        pass.deflicker().apply(guide, style, adjusting, cancelOnly());
      }
      progress.done(
          ProgressEstimate.Work.DEFLICKER,
          latents.frames(),
          System.nanoTime() - start - (progress.nanos() - inModels));
      if (adjusting.frames != latents.frames()) {
        throw new IllegalStateException(
            Text.format(
                "the deflicker must write as many frames as it reads, but wrote %d of %d",
                adjusting.frames, latents.frames()));
      }
    }
  }

  /** Decodes the style. Without an input, the first estimate is kept and guides all passes. */
  private FrameSource style(Latents latents, PictureCodec decoder, String where)
      throws IOException {
    FrameSource decoded = decoder.decode(latents, where);
    if (input != null || firstEstimate != null) {
      return decoded;
    }
    keepAsGuide(latents, decoded);
    return firstEstimate.open(frameRate);
  }

  private void keepAsGuide(Latents latents, FrameSource decoded) throws IOException {
    firstLatents = latents;
    firstEstimate = new FrameStore(size.width(), size.height(), temporary);
    for (Frame frame = decoded.read(); frame != null; frame = decoded.read()) {
      firstEstimate.add(frame);
    }
  }

  /** Returns the latents whose pictures guide all passes, or null if there are none. */
  Latents firstEstimate() {
    return firstLatents;
  }

  /** Makes the guide of an interrupted run again. */
  void restore(Latents latents) throws IOException {
    if (latents != null && input == null) {
      try (FrameSource decoded = loopCodec.decode(latents, "decoding the guide")) {
        keepAsGuide(latents, decoded);
      }
    }
  }

  /**
   * Lets the deflicker ask whether to cancel, and drops its progress, which is part of the run's.
   */
  private Monitor cancelOnly() {
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

  /** Counts frames and changes their contrast and sharpness before it passes them on. */
  private final class AdjustingSink implements FrameSink {

    private final Pass pass;
    private final FrameSink sink;
    private int frames;

    AdjustingSink(Pass pass, FrameSink sink) {
      this.pass = pass;
      this.sink = sink;
    }

    @Override
    public void write(Frame frame) throws IOException {
      if (frame.width() != size.width() || frame.height() != size.height()) {
        throw new IllegalStateException(
            Text.format("the deflicker must keep the size %s, but wrote %s", size, frame.size()));
      }
      frames++;
      sink.write(PictureAdjustment.adjust(frame, pass.contrast(), pass.sharpness()));
    }

    @Override
    public void commit() {}

    @Override
    public void close() {}
  }
}
