package org.diffsynth.io;

import java.io.EOFException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.diffsynth.frame.FrameSize;

/**
 * What the header of a picture file says. Damaged parts that are not needed to show the picture,
 * such as EXIF, are left out.
 */
final class PictureHeader {

  /** Kinds of files, recognised by their first bytes and not by their names. */
  enum Format {
    PNG,
    JPEG,
    TIFF,
    GIF,
    BMP,
    WEBP,
    AVIF,
    HEIC,
    JXL,
    /** Not one of the kinds above. */
    OTHER;

    /** Returns the name as a file extension. */
    String extension() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** Something about a picture that is not carried into the frame. */
  enum Loss {
    ALPHA("has an alpha channel, which is dropped"),
    ANIMATION("is an animation, of which only the first picture is used"),
    PAGES("has several pages, of which only the first is used"),
    GAMMA("has a gAMA chunk that is not that of sRGB; its samples are used as sRGB"),
    CICP("has a cICP chunk with colours other than sRGB; its samples are used as sRGB");

    private final String text;

    Loss(String text) {
      this.text = text;
    }

    String text() {
      return text;
    }
  }

  final Format format;

  /** Size of the stored picture, before it is turned upright, or null if not known. */
  FrameSize size;

  /** Bits per sample, or 0 if not known. */
  int bits;

  Orientation orientation = Orientation.UPRIGHT;

  /** Embedded ICC profile, or null if there is none. */
  byte[] profile;

  /** Losses, each at most once. */
  final java.util.EnumSet<Loss> losses = java.util.EnumSet.noneOf(Loss.class);

  /** JPEG only: segments, without the compressed samples. */
  List<JpegHeader.Segment> segments = List.of();

  private PictureHeader(Format format) {
    this.format = format;
  }

  /** Returns the size of the upright picture, or null if it is not known. */
  FrameSize uprightSize() {
    return size == null ? null : orientation.upright(size);
  }

  /**
   * Reads the header of a file.
   *
   * @throws IOException naming the file, if it is missing, empty or cut off
   */
  static PictureHeader read(Path file) throws IOException {
    try (FileWindow in = new FileWindow(file)) {
      if (in.size() == 0) {
        throw new IOException(file + " is empty (0 bytes)");
      }
      PictureHeader header = new PictureHeader(format(in));
      try {
        switch (header.format) {
          case PNG -> PngHeader.read(in, header);
          case JPEG -> JpegHeader.read(in, header);
          case TIFF -> TiffHeader.readFile(in, header);
          case GIF -> GifHeader.read(in, header);
          case AVIF, HEIC -> {
            if (in.has(8, "avis") || in.has(8, "msf1") || in.has(8, "hevc")) {
              header.losses.add(Loss.ANIMATION);
            }
          }
          case BMP -> header.size = bmpSize(in);
          case WEBP -> WebpHeader.read(in, header);
          default -> {}
        }
      } catch (EOFException e) {
        throw new IOException(file + " is broken: it is cut off", e);
      } catch (IOException e) {
        throw new IOException(file + " is broken: " + e.getMessage(), e);
      }
      return header;
    }
  }

  static FrameSize size(long width, long height) {
    long limit = Integer.MAX_VALUE;
    return width < 1 || height < 1 || width > limit || height > limit
        ? null
        : new FrameSize((int) width, (int) height);
  }

  private static FrameSize bmpSize(FileWindow in) throws IOException {
    if (in.u32Little(14) < 40) {
      return size(in.u16Little(18), in.u16Little(20));
    }
    return size((int) in.u32Little(18), Math.abs((int) in.u32Little(22)));
  }

  private static Format format(FileWindow in) throws IOException {
    if (in.has(0, "\u0089PNG\r\n\u001a\n")) {
      return Format.PNG;
    }
    if (in.has(0, "\u00ff\u00d8\u00ff")) {
      return Format.JPEG;
    }
    if (in.has(0, "II*\0") || in.has(0, "MM\0*")) {
      return Format.TIFF;
    }
    if (in.has(0, "GIF8")) {
      return Format.GIF;
    }
    if (in.has(0, "BM")) {
      return Format.BMP;
    }
    if (in.has(0, "RIFF") && in.has(8, "WEBP")) {
      return Format.WEBP;
    }
    if (in.has(0, "\u00ff\n") || in.has(0, "\0\0\0\u000cJXL ")) {
      return Format.JXL;
    }
    if (in.has(4, "ftyp")) {
      long end = Math.min(in.u32(0), 256);
      for (long at = 8; at < end; at += 4) {
        if (in.has(at, "avif") || in.has(at, "avis")) {
          return Format.AVIF;
        }
      }
      return in.has(8, "he") || in.has(8, "mif1") || in.has(8, "msf1") ? Format.HEIC : Format.OTHER;
    }
    return Format.OTHER;
  }
}
