package org.diffsynth.javacv;

import java.io.IOException;
import org.bytedeco.javacv.Frame;
import org.bytedeco.javacv.FrameGrabber;
import org.bytedeco.javacv.FrameRecorder;
import org.diffsynth.frame.FrameRate;
import org.diffsynth.frame.FrameSink;
import org.diffsynth.frame.FrameSize;
import org.diffsynth.frame.FrameSource;
import org.diffsynth.frame.VideoFormat;

/**
 * Reads frames from a JavaCV grabber, such as a camera, and writes frames to a JavaCV recorder.
 *
 * <pre>{@code
 * try (FrameSource source = JavaCvVideo.source(grabber);
 *     FrameSink sink = JavaCvVideo.sink(recorder)) {
 *   PatchBlending.fast(5).withDelay(2).apply(source, sink, Monitor.NONE);
 *   sink.commit();
 * }
 * }</pre>
 */
public final class JavaCvVideo {

  private static final int RATE_UNIT = 1000;

  private JavaCvVideo() {}

  /**
   * Returns a source of the pictures that a grabber delivers. Sound and data are skipped.
   *
   * @param grabber grabber that was started. Closing the source stops and releases it
   * @throws IllegalStateException if the grabber states no frame rate or size, because it was not
   *     started
   */
  public static FrameSource source(FrameGrabber grabber) {
    double rate = grabber.getFrameRate();
    if (!(rate > 0) || grabber.getImageWidth() < 1 || grabber.getImageHeight() < 1) {
      throw new IllegalStateException(
          "the grabber must be started and know size and frame rate: call start() first, and"
              + " setFrameRate() for a camera without one");
    }
    int frames = grabber.getLengthInFrames();
    VideoFormat format =
        new VideoFormat(
            new FrameSize(grabber.getImageWidth(), grabber.getImageHeight()),
            new FrameRate(Math.toIntExact(Math.round(rate * RATE_UNIT)), RATE_UNIT),
            frames > 0 ? frames : VideoFormat.UNKNOWN_COUNT);
    return new GrabbedFrames(grabber, format);
  }

  /**
   * Returns a sink that records frames, with 8 bits per sample.
   *
   * @param recorder recorder that was started with the size and the rate of the frames. {@code
   *     commit} stops it, which completes the file; closing the sink releases it
   */
  public static FrameSink sink(FrameRecorder recorder) {
    return new RecordedFrames(recorder);
  }

  private record GrabbedFrames(FrameGrabber grabber, VideoFormat format) implements FrameSource {

    @Override
    public org.diffsynth.frame.Frame read() throws IOException {
      try {
        Frame picture = grabber.grab();
        while (picture != null && picture.image == null) {
          picture = grabber.grab();
        }
        return picture == null ? null : JavaCvFrames.fromJavaCv(picture);
      } catch (FrameGrabber.Exception e) {
        throw new IOException("the grabber failed: " + e.getMessage(), e);
      }
    }

    @Override
    public void close() throws IOException {
      grabber.close();
    }
  }

  private static final class RecordedFrames implements FrameSink {

    private final FrameRecorder recorder;
    private Frame picture;

    RecordedFrames(FrameRecorder recorder) {
      this.recorder = recorder;
    }

    @Override
    public void write(org.diffsynth.frame.Frame frame) throws IOException {
      if (picture == null) {
        picture = JavaCvFrames.toJavaCv(frame);
      } else {
        JavaCvFrames.copyTo(frame, picture);
      }
      try {
        recorder.record(picture);
      } catch (FrameRecorder.Exception e) {
        throw new IOException("the recorder failed: " + e.getMessage(), e);
      }
    }

    @Override
    public void commit() throws IOException {
      try {
        recorder.stop();
      } catch (FrameRecorder.Exception e) {
        throw new IOException("the recorder failed: " + e.getMessage(), e);
      }
    }

    @Override
    public void close() throws IOException {
      if (picture != null) {
        picture.close();
        picture = null;
      }
      recorder.close();
    }
  }
}
