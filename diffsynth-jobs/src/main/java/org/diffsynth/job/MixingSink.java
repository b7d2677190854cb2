package org.diffsynth.job;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Queue;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.FrameSink;
import org.diffsynth.frame.FrameSource;
import org.diffsynth.frame.VideoFormat;
import org.diffsynth.internal.blend.Controlled;

/** Mixes each result with its input before it passes the frame on. */
final class MixingSink implements FrameSink {

  private final FrameSink sink;
  private final Controlled.Mixture mixture;
  private final Queue<Frame> inputs = new ArrayDeque<>();

  /**
   * Creates a sink in front of another one.
   *
   * @param mixture begins with the first frame that is written
   */
  MixingSink(FrameSink sink, Controlled.Mixture mixture) {
    this.sink = sink;
    this.mixture = mixture;
  }

  /**
   * Returns a source whose frames are kept until their results arrive.
   *
   * @param skipped number of frames at the beginning that have no result
   */
  FrameSource keeping(FrameSource source, int skipped) {
    return new KeptFrames(source, skipped);
  }

  @Override
  public void write(Frame result) throws IOException {
    sink.write(mixture.mix(inputs.remove(), result));
  }

  @Override
  public void commit() throws IOException {
    sink.commit();
  }

  @Override
  public void close() throws IOException {
    sink.close();
  }

  /** Keeps the frames that are read, without the first ones. */
  private final class KeptFrames implements FrameSource {

    private final FrameSource source;
    private int skipped;

    KeptFrames(FrameSource source, int skipped) {
      this.source = source;
      this.skipped = skipped;
    }

    @Override
    public VideoFormat format() {
      return source.format();
    }

    @Override
    public Frame read() throws IOException {
      Frame frame = source.read();
      if (skipped > 0) {
        skipped--;
      } else if (frame != null) {
        inputs.add(frame);
      }
      return frame;
    }

    @Override
    public void close() throws IOException {
      source.close();
    }
  }
}
