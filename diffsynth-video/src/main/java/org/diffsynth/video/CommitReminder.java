package org.diffsynth.video;

import java.io.IOException;
import java.nio.file.Path;
import java.util.function.Consumer;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.FrameSink;
import org.diffsynth.internal.text.Text;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A sink that logs a warning if it is closed with frames that were never committed. Closing such a
 * sink discards the frames, which is right after a failure, but otherwise a forgotten call of
 * {@link FrameSink#commit}.
 */
final class CommitReminder implements FrameSink {

  private static final Logger LOG = LoggerFactory.getLogger(CommitReminder.class);

  private final FrameSink sink;
  private final Path path;
  private final Consumer<String> log;
  private int frames;
  private boolean settled;

  CommitReminder(FrameSink sink, Path path) {
    this(sink, path, LOG::warn);
  }

  /** Creates a reminder that passes the warning to {@code log}. */
  CommitReminder(FrameSink sink, Path path, Consumer<String> log) {
    this.sink = sink;
    this.path = path;
    this.log = log;
  }

  @Override
  public void write(Frame frame) throws IOException {
    boolean written = false;
    try {
      sink.write(frame);
      frames++;
      written = true;
    } finally {
      settled |= !written;
    }
  }

  @Override
  public void commit() throws IOException {
    settled = true;
    sink.commit();
  }

  @Override
  public void close() throws IOException {
    if (!settled && frames > 0) {
      log.accept(
          Text.format(
              "%s was not written: its sink was closed without commit(), which discards %d frames;"
                  + " VideoFiles.write commits by itself",
              path, frames));
    }
    settled = true;
    sink.close();
  }
}
