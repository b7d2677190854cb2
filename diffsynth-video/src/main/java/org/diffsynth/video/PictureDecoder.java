package org.diffsynth.video;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Set;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.FrameRate;
import org.diffsynth.io.FrameFiles;

/** Decodes pictures of formats that the JDK lacks with FFmpeg. Found with ServiceLoader. */
public final class PictureDecoder implements FrameFiles.Decoder {

  private static final Set<String> FORMATS =
      Set.of("webp", "avif", "jp2", "j2k", "ppm", "pgm", "pnm", "tga", "qoi", "dpx", "psd", "tiff");

  private static final ReadSettings SETTINGS =
      ReadSettings.DEFAULT.withFrameRate(FrameRate.DEFAULT);

  /** Creates a decoder. */
  public PictureDecoder() {}

  @Override
  public Set<String> formats() {
    return FORMATS;
  }

  @Override
  public Frame read(Path file) throws IOException {
    try (VideoReader reader = new VideoReader(file, SETTINGS)) {
      Frame frame = reader.read();
      if (frame == null) {
        throw new IOException("it holds no picture");
      }
      return frame;
    }
  }
}
