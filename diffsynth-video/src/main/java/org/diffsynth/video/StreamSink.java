package org.diffsynth.video;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import org.diffsynth.compute.Closer;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.FrameSink;

/** Writes a video to a stream on commit. Closing this sink deletes the temporary file. */
final class StreamSink implements FrameSink {

  private final OutputStream out;
  private final SpoolFile spool;
  private final FrameSink frames;
  private final Closer closer = new Closer();
  private boolean committed;

  /** Creates a sink for a container, given by the extension of its files. */
  StreamSink(OutputStream out, String extension, VideoSettings settings) throws IOException {
    this.out = out;
    spool = closer.add(new SpoolFile("stream." + extension));
    try {
      frames = closer.add(VideoWriter.create(spool.file(), settings));
    } catch (IOException e) {
      closer.closeFiles();
      throw spool.renamed(e);
    } catch (RuntimeException | Error e) {
      closer.closeFiles();
      throw e;
    }
  }

  @Override
  public void write(Frame frame) throws IOException {
    try {
      frames.write(frame);
    } catch (IOException e) {
      throw spool.renamed(e);
    }
  }

  @Override
  public void commit() throws IOException {
    if (committed) {
      return;
    }
    try {
      frames.commit();
    } catch (IOException e) {
      throw spool.renamed(e);
    }
    committed = true;
    Files.copy(spool.file(), out);
    out.flush();
  }

  @Override
  public void close() throws IOException {
    closer.closeFiles();
  }
}
