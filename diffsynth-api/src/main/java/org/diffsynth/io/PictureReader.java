package org.diffsynth.io;

import java.awt.image.BufferedImage;
import java.awt.image.Raster;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;
import javax.imageio.stream.MemoryCacheImageInputStream;
import org.diffsynth.compute.ProviderChoice;
import org.diffsynth.frame.Frame;
import org.diffsynth.internal.text.Text;
import org.diffsynth.io.PictureHeader.Format;
import org.diffsynth.io.PictureHeader.Loss;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decodes picture files: upright as EXIF says, in sRGB as the embedded profile says. What is left
 * out of a picture is logged once per kind.
 */
final class PictureReader {

  private static final Logger LOG = LoggerFactory.getLogger(PictureReader.class);
  private static final int CMYK = 4;
  private static final int LEVELS = 255;

  private final Set<Loss> reported = EnumSet.noneOf(Loss.class);
  private boolean profileReported;

  /**
   * Reads one picture.
   *
   * @throws IOException naming the file, if it is damaged or of a kind that cannot be read
   */
  Frame read(Path file) throws IOException {
    if (!Files.isRegularFile(file)) {
      throw new IOException("file does not exist: " + file);
    }
    PictureHeader header = PictureHeader.read(file);
    if (header.format == Format.WEBP && header.losses.contains(Loss.ANIMATION)) {
      throw new IOException(
          file + " is an animated WebP file, which cannot be read; convert it to GIF or APNG");
    }
    report(file, header);
    return decoded(file, header);
  }

  /** Logs what is left out of a picture, unless that was logged for an earlier picture. */
  void report(Path file, PictureHeader header) {
    for (Loss loss : header.losses) {
      if (reported.add(loss)) {
        LOG.warn("{} {}", file, loss.text());
      }
    }
  }

  private Frame decoded(Path file, PictureHeader header) throws IOException {
    return switch (header.format) {
      case PNG, JPEG, TIFF, GIF, BMP -> decodedByJdk(file, header);
      default -> decodedByOthers(file, header, null);
    };
  }

  private Frame decodedByJdk(Path file, PictureHeader header) throws IOException {
    Frame stored;
    try {
      stored = stored(file, header);
    } catch (RuntimeException | IOException e) {
      if (header.format == Format.TIFF) {
        return decodedByOthers(file, header, e);
      }
      throw new IOException(file + " is broken or of an unsupported kind: " + e.getMessage(), e);
    }
    return header.orientation.upright(stored);
  }

  /** Decodes a picture with the JDK's reader, before it is turned upright. */
  private Frame stored(Path file, PictureHeader header) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    byte[] bare = header.format == Format.JPEG ? JpegHeader.bare(bytes, header) : bytes;
    ImageReader reader = reader(header.format.extension());
    try (ImageInputStream in = new MemoryCacheImageInputStream(new ByteArrayInputStream(bare))) {
      reader.setInput(in, true, true);
      if (header.format == Format.JPEG && JpegHeader.components(bytes, header) == CMYK) {
        Raster raster = reader.readRaster(0, null);
        return fromCmyk(
            file,
            header,
            raster,
            JpegHeader.adobeTransform(bytes, header) == 2,
            JpegHeader.adobeTransform(bytes, header) >= 0);
      }
      BufferedImage image = reader.read(0);
      int colours = image.getColorModel().getNumColorComponents();
      if (colours == CMYK) {
        return fromCmyk(file, header, image.getRaster(), false, false);
      }
      if (colours != 1 && colours != 3) {
        throw new IOException(
            Text.format(
                "it has %d colour channels; only grey, RGB and CMYK are supported", colours));
      }
      Frame frame = Pictures.samples(image);
      ColourProfile profile = profile(file, header, colours);
      return profile == null ? frame : profile.converted(frame);
    } finally {
      reader.dispose();
    }
  }

  /** Returns the JDK's own reader, because plug-ins of an application read other bytes. */
  private static ImageReader reader(String format) {
    List<ImageReader> readers = new ArrayList<>();
    ImageIO.getImageReadersByFormatName(format).forEachRemaining(readers::add);
    return readers.stream()
        .filter(reader -> reader.getClass().getName().startsWith("com.sun.imageio."))
        .findFirst()
        .orElseGet(() -> readers.get(0));
  }

  private ColourProfile profile(Path file, PictureHeader header, int components) {
    try {
      return ColourProfile.of(header.profile, components);
    } catch (IllegalArgumentException e) {
      if (!profileReported) {
        profileReported = true;
        LOG.warn(
            "{} has a colour profile that cannot be used ({}); its samples are used as sRGB",
            file,
            e.getMessage());
      }
      return null;
    }
  }

  /**
   * Converts CMYK samples of 8 bits, by the embedded profile or else by multiplication.
   *
   * @param isYcck whether the first three samples are Y, Cb and Cr, of which 255 less R, G and B
   *     are C, M and Y
   * @param isInverted whether 255 means without ink, as in JPEG files with an Adobe segment
   */
  private Frame fromCmyk(
      Path file, PictureHeader header, Raster raster, boolean isYcck, boolean isInverted) {
    int width = raster.getWidth();
    int height = raster.getHeight();
    int[] row = new int[width * raster.getNumBands()];
    byte[] inks = new byte[width * height * CMYK];
    for (int y = 0, to = 0; y < height; y++) {
      raster.getPixels(raster.getMinX(), raster.getMinY() + y, width, 1, row);
      for (int at = 0; at < row.length; at += raster.getNumBands(), to += CMYK) {
        if (isYcck) {
          toCmyk(row, at);
        }
        for (int c = 0; c < CMYK; c++) {
          inks[to + c] = (byte) (isInverted ? LEVELS - row[at + c] : row[at + c]);
        }
      }
    }
    ColourProfile profile = profile(file, header, CMYK);
    byte[] rgb = profile == null ? multiplied(inks) : profile.converted(inks, width, height);
    return Frame.ofRgb8(width, height, rgb);
  }

  private static void toCmyk(int[] samples, int at) {
    double luma = samples[at];
    double blue = samples[at + 1] - 128;
    double red = samples[at + 2] - 128;
    samples[at] = LEVELS - clamp(luma + 1.402 * red);
    samples[at + 1] = LEVELS - clamp(luma - 0.344136 * blue - 0.714136 * red);
    samples[at + 2] = LEVELS - clamp(luma + 1.772 * blue);
  }

  private static int clamp(double value) {
    return (int) Math.min(Math.max(Math.round(value), 0), LEVELS);
  }

  private static byte[] multiplied(byte[] inks) {
    byte[] rgb = new byte[inks.length / CMYK * 3];
    for (int from = 0, to = 0; from < inks.length; from += CMYK) {
      int light = LEVELS - (inks[from + 3] & 0xFF);
      for (int c = 0; c < 3; c++) {
        int value = (LEVELS - (inks[from + c] & 0xFF)) * light;
        rgb[to++] = (byte) ((value + LEVELS / 2) / LEVELS);
      }
    }
    return rgb;
  }

  /**
   * Decodes a picture with a decoder of another module.
   *
   * @param failure why the JDK cannot decode the picture, or null if it does not know the format
   */
  private Frame decodedByOthers(Path file, PictureHeader header, Exception failure)
      throws IOException {
    String format =
        header.format == Format.OTHER ? FrameFiles.extension(file) : header.format.extension();
    Optional<FrameFiles.Decoder> decoder =
        header.format == Format.OTHER && !PictureFolder.MORE_PICTURES.contains(format)
            ? Optional.empty()
            : ProviderChoice.find(FrameFiles.Decoder.class).stream()
                .filter(candidate -> candidate.formats().contains(format))
                .findFirst();
    if (decoder.isEmpty()) {
      throw unreadable(file, header, format, failure);
    }
    Frame frame;
    try {
      frame = decoder.get().read(file);
    } catch (RuntimeException | IOException e) {
      Exception cause = failure == null ? e : failure;
      if (cause.getMessage() != null && cause.getMessage().startsWith(file.toString())) {
        throw new IOException(cause.getMessage(), cause);
      }
      throw new IOException(
          file + " is broken or of an unsupported kind: " + cause.getMessage(), cause);
    }
    ColourProfile profile = profile(file, header, 3);
    return profile == null ? frame : profile.converted(frame);
  }

  private static IOException unreadable(
      Path file, PictureHeader header, String format, Exception failure) {
    if (failure != null) {
      return new IOException(
          file + " is broken or of an unsupported kind: " + failure.getMessage(), failure);
    }
    if (header.format == Format.OTHER && !PictureFolder.MORE_PICTURES.contains(format)) {
      return new IOException(file + " is not a picture this library reads (PNG, JPEG, TIFF)");
    }
    boolean hasVideo = PictureFolder.VIDEO_PICTURES.contains(format);
    return new IOException(
        Text.format(
            "%s is a picture of the format %s, which %s",
            file,
            format,
            hasVideo
                ? "needs the module diffsynth-video; add it, or convert the picture to PNG"
                : "cannot be read; convert it to PNG"));
  }
}
