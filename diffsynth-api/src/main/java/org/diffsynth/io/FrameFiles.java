package org.diffsynth.io;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.ImageTypeSpecifier;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.metadata.IIOMetadata;
import javax.imageio.stream.ImageInputStream;
import javax.imageio.stream.ImageOutputStream;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.FrameRate;
import org.diffsynth.frame.FrameSink;
import org.diffsynth.frame.FrameSource;
import org.diffsynth.internal.text.Text;

/**
 * Reads and writes pictures and folders of pictures: PNG, JPEG and TIFF with 8 or 16 bits per
 * sample. GIF and BMP can be read only.
 *
 * <p>A folder is read in the natural order of its file names, {@code frame2} before {@code
 * frame10}. The case of the extension does not matter, and other files are ignored. Grey becomes
 * RGB; an alpha channel is dropped, with one warning in the log.
 */
public final class FrameFiles {

  private static final Set<String> READABLE =
      Set.of("png", "jpg", "jpeg", "tif", "tiff", "bmp", "gif");
  private static final float JPEG_QUALITY = 0.95f;

  private FrameFiles() {}

  /** Returns whether the file name has the extension of a picture format that can be read. */
  public static boolean isPicture(Path file) {
    return READABLE.contains(extension(file));
  }

  /**
   * Opens a folder of pictures, or one picture, as a source that decodes one picture at a time.
   *
   * @throws IOException if the folder has no picture, or the first cannot be read; the message
   *     names it
   */
  public static FrameSource open(Path path, FrameRate frameRate) throws IOException {
    return new PictureSource(list(path), frameRate);
  }

  /** Returns the pictures of a folder in natural order; for a file, the file itself. */
  public static List<Path> list(Path path) throws IOException {
    if (!Files.isDirectory(path)) {
      return List.of(path);
    }
    try (Stream<Path> entries = Files.list(path)) {
      List<Path> pictures =
          entries
              .filter(FrameFiles::isPicture)
              .filter(Files::isRegularFile)
              .sorted((a, b) -> NaturalOrder.INSTANCE.compare(name(a), name(b)))
              .toList();
      if (pictures.isEmpty()) {
        throw new IOException(
            "the folder " + path + " holds no pictures (PNG, JPEG, TIFF, BMP or GIF)");
      }
      return pictures;
    }
  }

  /**
   * Opens a sink that writes frames to a folder as {@code 00000.png}, {@code 00001.png} and so on.
   *
   * @param folder folder that does not exist or is empty, unless {@code overwrite} is set
   * @param extension {@code "png"} or {@code "tif"}, with 8 bits per sample for 8-bit frames and 16
   *     bits for others, or {@code "jpg"}
   * @param overwrite whether a commit replaces the numbered pictures of an existing folder; other
   *     files stay
   * @throws IOException if the folder has files and {@code overwrite} is not set, or the folder
   *     cannot be written
   */
  public static FrameSink create(Path folder, String extension, boolean overwrite)
      throws IOException {
    return create(folder, extension, overwrite, Map.of());
  }

  /**
   * Opens a sink as {@link #create(Path, String, boolean)} does, and adds texts to each picture.
   *
   * @param texts texts by keyword; a keyword has 1 to 79 Latin-1 characters. Formats other than PNG
   *     ignore them
   */
  public static FrameSink create(
      Path folder, String extension, boolean overwrite, Map<String, String> texts)
      throws IOException {
    return new PictureSink(folder, extension, overwrite, texts);
  }

  /**
   * Reads one picture; of an animation, the first.
   *
   * @throws IOException if the file is missing, damaged or not a picture; the message names it
   */
  public static Frame readPicture(Path file) throws IOException {
    if (!Files.isRegularFile(file)) {
      throw new IOException("file does not exist: " + file);
    }
    try (ImageInputStream in = ImageIO.createImageInputStream(file.toFile())) {
      Iterator<ImageReader> readers = ImageIO.getImageReaders(in);
      if (!readers.hasNext()) {
        throw new IOException(file + " is not a picture this library reads (PNG, JPEG, TIFF)");
      }
      ImageReader reader = readers.next();
      try {
        reader.setInput(in, true, true);
        BufferedImage image = reader.read(0);
        int colours = image.getColorModel().getNumColorComponents();
        if (colours != 1 && colours != 3) {
          throw new IOException(
              Text.format(
                  "%s has %d colour channels; only grey and RGB are supported", file, colours));
        }
        return Pictures.toFrame(image);
      } catch (RuntimeException | IOException e) {
        if (e.getMessage() != null && e.getMessage().startsWith(file.toString())) {
          throw e;
        }
        throw new IOException(file + " is broken or of an unsupported kind: " + e.getMessage(), e);
      } finally {
        reader.dispose();
      }
    }
  }

  static boolean hasAlpha(Path file) throws IOException {
    try (ImageInputStream in = ImageIO.createImageInputStream(file.toFile())) {
      Iterator<ImageReader> readers = ImageIO.getImageReaders(in);
      if (!readers.hasNext()) {
        return false;
      }
      ImageReader reader = readers.next();
      try {
        reader.setInput(in, true, true);
        var type = reader.getRawImageType(0);
        return type != null && type.getColorModel().hasAlpha();
      } finally {
        reader.dispose();
      }
    }
  }

  /** Writes one picture in the format of the file name's extension, replacing an existing file. */
  public static void writePicture(Path file, Frame frame) throws IOException {
    writePicture(file, frame, Map.of());
  }

  static void writePicture(Path file, Frame frame, Map<String, String> texts) throws IOException {
    String format =
        switch (extension(file)) {
          case "png" -> "png";
          case "jpg", "jpeg" -> "jpeg";
          case "tif", "tiff" -> "tiff";
          default ->
              throw new IOException(
                  "pictures are written as .png, .jpg or .tif, not as '" + name(file) + "'");
        };
    Frame writable = format.equals("jpeg") ? frame.as(Frame.Depth.UINT8) : frame;
    ImageWriter writer = ImageIO.getImageWritersByFormatName(format).next();
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ImageOutputStream imageOut = ImageIO.createImageOutputStream(bytes)) {
      ImageWriteParam options = writer.getDefaultWriteParam();
      if (format.equals("jpeg")) {
        options.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
        options.setCompressionQuality(JPEG_QUALITY);
      }
      BufferedImage image = Pictures.toImage(writable);
      IIOMetadata metadata = null;
      if (format.equals("png") && !texts.isEmpty()) {
        ImageTypeSpecifier type = ImageTypeSpecifier.createFromRenderedImage(image);
        metadata = writer.getDefaultImageMetadata(type, options);
        PngText.add(metadata, texts);
      }
      writer.setOutput(imageOut);
      writer.write(null, new IIOImage(image, null, metadata), options);
    } finally {
      writer.dispose();
    }
    Files.write(file, bytes.toByteArray());
  }

  /**
   * Converts an image to a frame. Samples of 16 bits and floats are kept; everything else becomes
   * 8-bit sRGB. Grey is repeated in the three channels; alpha is dropped, not applied.
   *
   * @throws IllegalArgumentException if the image has colours other than grey, RGB or a palette
   */
  public static Frame fromImage(BufferedImage image) {
    return Pictures.toFrame(image);
  }

  /** Converts a frame to an sRGB image: with 8 bits per sample for 8-bit frames, else with 16. */
  public static BufferedImage toImage(Frame frame) {
    return Pictures.toImage(frame);
  }

  private static String name(Path file) {
    return file.getFileName().toString();
  }

  static String extension(Path file) {
    String name = name(file);
    return name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
  }
}
