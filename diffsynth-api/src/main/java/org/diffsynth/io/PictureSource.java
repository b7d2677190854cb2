package org.diffsynth.io;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.FrameRate;
import org.diffsynth.frame.FrameSize;
import org.diffsynth.frame.FrameSource;
import org.diffsynth.frame.VideoFormat;
import org.diffsynth.internal.text.Text;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads picture files in order and decodes one at a time. */
final class PictureSource implements FrameSource {

  private static final Logger LOG = LoggerFactory.getLogger(PictureSource.class);
  private static final int DEEP = 16;

  private final List<Path> pictures;
  private final VideoFormat format;
  private final PictureReader reader = new PictureReader();
  private boolean isDeep;
  private Frame first;
  private int next;

  /**
   * Reads the headers of all pictures and decodes the first.
   *
   * @throws IOException if a picture is missing, empty, cut off or of another size than the first
   */
  PictureSource(List<Path> pictures, FrameRate frameRate) throws IOException {
    this.pictures = pictures;
    this.first = reader.read(pictures.get(0));
    this.format = new VideoFormat(first.size(), frameRate, pictures.size());
    for (int i = 0; i < pictures.size(); i++) {
      if (!Files.isRegularFile(pictures.get(i))) {
        throw new IOException("file does not exist: " + pictures.get(i));
      }
      PictureHeader header = PictureHeader.read(pictures.get(i));
      isDeep |= header.bits == DEEP;
      if (header.uprightSize() != null) {
        checkSize(i, header.uprightSize());
      }
    }
    PictureNumbers.oddity(pictures)
        .ifPresent(
            oddity ->
                LOG.warn("the folder {} {}", pictures.get(0).toAbsolutePath().getParent(), oddity));
  }

  private void checkSize(int index, FrameSize size) throws IOException {
    if (!size.equals(format.size())) {
      throw new IOException(
          Text.format(
              "%s (frame %d) is %s, but the first picture, %s, is %s",
              pictures.get(index), index, size, pictures.get(0).getFileName(), format.size()));
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
    Frame frame = first != null ? first : reader.read(pictures.get(next));
    first = null;
    checkSize(next, frame.size());
    next++;
    return isDeep && frame.depth() == Frame.Depth.UINT8 ? frame.as(Frame.Depth.UINT16) : frame;
  }

  @Override
  public int skip(int count) {
    int skipped = Math.min(count, pictures.size() - next);
    if (skipped > 0) {
      first = null;
      next += skipped;
    }
    return skipped;
  }

  @Override
  public void close() {
    first = null;
    next = pictures.size();
  }
}
