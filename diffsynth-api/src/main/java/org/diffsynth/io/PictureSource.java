package org.diffsynth.io;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.FrameRate;
import org.diffsynth.frame.FrameSource;
import org.diffsynth.frame.VideoFormat;
import org.diffsynth.internal.text.Text;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads picture files in order and decodes one at a time. */
final class PictureSource implements FrameSource {

  private static final Logger LOG = LoggerFactory.getLogger(PictureSource.class);

  private final List<Path> pictures;
  private final VideoFormat format;
  private Frame first;
  private int next;

  PictureSource(List<Path> pictures, FrameRate frameRate) throws IOException {
    this.pictures = pictures;
    this.first = FrameFiles.readPicture(pictures.get(0));
    this.format = new VideoFormat(first.size(), frameRate, pictures.size());
    if (FrameFiles.hasAlpha(pictures.get(0))) {
      LOG.warn("{} has an alpha channel; it is dropped", pictures.get(0));
    }
  }

  @Override
  public VideoFormat format() {
    return format;
  }

  @Override
  public Frame read() throws IOException {
    if (next == pictures.size()) {
      return null;
    }
    Path file = pictures.get(next);
    Frame frame = first != null ? first : FrameFiles.readPicture(file);
    first = null;
    if (!frame.size().equals(format.size())) {
      throw new IOException(
          Text.format(
              "%s (frame %d) is %s, but the first picture is %s",
              file, next, frame.size(), format.size()));
    }
    next++;
    return frame;
  }

  @Override
  public void close() {
    first = null;
    next = pictures.size();
  }
}
