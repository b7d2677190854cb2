package org.diffsynth.deflicker;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Queue;
import java.util.TreeMap;
import org.diffsynth.compute.ComputeOptions;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.FrameSink;
import org.diffsynth.frame.FrameSource;
import org.diffsynth.frame.Monitor;
import org.diffsynth.frame.VideoFormat;
import org.diffsynth.internal.blend.Controlled;
import org.diffsynth.match.FieldCache;

/**
 * Another deflicker, whose result is mixed with its input. An input frame is kept until its result
 * arrives, so memory depends on how far the other deflicker reads ahead, never on the length.
 *
 * @param deflicker removes the flicker
 * @param strength share of the result, in [0, 1]
 * @param mask where the result is used; empty for everywhere
 * @param part part of the colours that comes from the result
 */
record ControlledDeflicker(
    Deflicker deflicker, double strength, Optional<DeflickerMask> mask, ColourPart part)
    implements Deflicker, Controlled<Deflicker> {

  ControlledDeflicker {
    Objects.requireNonNull(deflicker, "deflicker");
    Objects.requireNonNull(mask, "mask");
    Objects.requireNonNull(part, "part");
    if (!(strength >= 0 && strength <= 1)) {
      throw new IllegalArgumentException("strength must be in [0, 1], but was " + strength);
    }
  }

  /** Returns the deflicker with controls that change nothing. */
  static ControlledDeflicker of(Deflicker deflicker) {
    return new ControlledDeflicker(deflicker, 1, Optional.empty(), ColourPart.ALL);
  }

  @Override
  public Deflicker withStrength(double newStrength) {
    return new ControlledDeflicker(deflicker, newStrength, mask, part);
  }

  @Override
  public Deflicker withMask(DeflickerMask newMask) {
    return new ControlledDeflicker(deflicker, strength, Optional.of(newMask), part);
  }

  @Override
  public Deflicker withLumaOnly() {
    return new ControlledDeflicker(deflicker, strength, mask, ColourPart.LUMA);
  }

  @Override
  public Deflicker withColourOnly() {
    return new ControlledDeflicker(deflicker, strength, mask, ColourPart.COLOUR);
  }

  @Override
  public Deflicker withDefaultCompute(ComputeOptions defaults) {
    return new ControlledDeflicker(deflicker.withDefaultCompute(defaults), strength, mask, part);
  }

  @Override
  public boolean isUnchanged() {
    return strength == 0;
  }

  @Override
  public Map<String, String> settings() {
    Map<String, String> settings = new TreeMap<>();
    settings.put("strength", Double.toString(strength));
    settings.put("colours", part.toString());
    mask.ifPresent(given -> settings.put("mask-feather", Integer.toString(given.feather())));
    return settings;
  }

  @Override
  public Mixture mixture(VideoFormat video, int first) throws IOException {
    MaskReader reader = mask.isEmpty() ? null : new MaskReader(mask.get(), video);
    try {
      if (reader != null) {
        reader.skip(first);
      }
      return new MaskedMixture(reader);
    } catch (IOException | RuntimeException | Error e) {
      reader.close();
      throw e;
    }
  }

  /** A mixture by strength, mask and part of the colours. */
  private final class MaskedMixture implements Mixture {

    private final MaskReader masks;

    MaskedMixture(MaskReader masks) {
      this.masks = masks;
    }

    @Override
    public Frame mix(Frame input, Frame result) throws IOException {
      return FrameMixer.mix(input, result, part, strength, masks == null ? null : masks.next());
    }

    @Override
    public void checkEnd() throws IOException {
      if (masks != null) {
        masks.checkEnd();
      }
    }

    @Override
    public void close() throws IOException {
      if (masks != null) {
        masks.close();
      }
    }
  }

  @Override
  public void apply(FrameSource guide, FrameSource style, FrameSink sink, Monitor monitor)
      throws IOException {
    run(
        style,
        sink,
        monitor,
        (kept, mixing) -> deflicker.apply(guide == style ? kept : guide, kept, mixing, monitor));
  }

  @Override
  public void apply(
      FrameSource guide, FrameSource style, FrameSink sink, Monitor monitor, FieldCache fields)
      throws IOException {
    run(
        style,
        sink,
        monitor,
        (kept, mixing) ->
            deflicker.apply(guide == style ? kept : guide, kept, mixing, monitor, fields));
  }

  @Override
  public void apply(FrameSource style, FrameSink sink, Monitor monitor) throws IOException {
    run(style, sink, monitor, (kept, mixing) -> deflicker.apply(kept, mixing, monitor));
  }

  /** A run of the other deflicker over a style, into a sink. */
  @FunctionalInterface
  private interface Run {
    void apply(FrameSource style, FrameSink sink) throws IOException;
  }

  private void run(FrameSource style, FrameSink sink, Monitor monitor, Run run) throws IOException {
    try (MaskReader reader = mask.isEmpty() ? null : new MaskReader(mask.get(), style.format())) {
      if (strength == 0) {
        UNCHANGED.apply(style, style, sink, monitor);
        return;
      }
      Queue<Frame> inputs = new ArrayDeque<>();
      run.apply(new KeptFrames(style, inputs), new MixingSink(inputs, reader, sink));
      if (!inputs.isEmpty()) {
        throw new IllegalStateException(
            "the deflicker must write as many frames as it reads, but "
                + inputs.size()
                + " are missing");
      }
      if (reader != null) {
        reader.checkEnd();
      }
    }
  }

  /** Keeps each frame that is read. */
  private record KeptFrames(FrameSource source, Queue<Frame> inputs) implements FrameSource {

    @Override
    public VideoFormat format() {
      return source.format();
    }

    @Override
    public Frame read() throws IOException {
      Frame frame = source.read();
      if (frame != null) {
        inputs.add(frame);
      }
      return frame;
    }

    @Override
    public void close() throws IOException {
      source.close();
    }
  }

  /** Mixes each result with its input before it passes the frame on. */
  private final class MixingSink implements FrameSink {

    private final Queue<Frame> inputs;
    private final MaskReader masks;
    private final FrameSink sink;

    MixingSink(Queue<Frame> inputs, MaskReader masks, FrameSink sink) {
      this.inputs = inputs;
      this.masks = masks;
      this.sink = sink;
    }

    @Override
    public void write(Frame result) throws IOException {
      Frame input = inputs.poll();
      if (input == null) {
        throw new IllegalStateException(
            "the deflicker must write as many frames as it reads, but wrote more");
      }
      sink.write(
          FrameMixer.mix(input, result, part, strength, masks == null ? null : masks.next()));
    }

    @Override
    public void commit() throws IOException {
      sink.commit();
    }

    @Override
    public void close() throws IOException {
      sink.close();
    }
  }
}
