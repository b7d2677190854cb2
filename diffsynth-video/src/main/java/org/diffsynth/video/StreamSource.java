package org.diffsynth.video;

import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;
import org.diffsynth.compute.Closer;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.FrameSource;
import org.diffsynth.frame.VideoFormat;

/** The frames of a video that came as a stream. Closing this source deletes the temporary file. */
final class StreamSource implements FrameSource {

  private final SpoolFile spool;
  private final FrameSource frames;
  private final Closer closer = new Closer();

  /** Copies a stream to a temporary file and opens it. The stream is not closed. */
  StreamSource(InputStream in, long maxBytes) throws IOException {
    spool = closer.add(new SpoolFile("stream"));
    try {
      spool.fill(in, maxBytes);
      frames = closer.add(VideoFiles.open(spool.file(), Optional.empty()));
    } catch (IOException e) {
      closer.closeFiles();
      throw spool.renamed(e);
    } catch (RuntimeException | Error e) {
      closer.closeFiles();
      throw e;
    }
  }

  /** Returns the temporary file, which exists until this source is closed. */
  SpoolFile spool() {
    return spool;
  }

  @Override
  public VideoFormat format() {
    return frames.format();
  }

  @Override
  public Frame read() throws IOException {
    try {
      return frames.read();
    } catch (IOException e) {
      throw spool.renamed(e);
    }
  }

  @Override
  public int skip(int count) throws IOException {
    try {
      return frames.skip(count);
    } catch (IOException e) {
      throw spool.renamed(e);
    }
  }

  @Override
  public void close() throws IOException {
    closer.closeFiles();
  }
}
