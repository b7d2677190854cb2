package org.diffsynth.io;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageTypeSpecifier;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.metadata.IIOMetadata;
import javax.imageio.stream.ImageOutputStream;
import javax.imageio.stream.MemoryCacheImageOutputStream;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.FrameRate;
import org.diffsynth.frame.FrameSink;
import org.diffsynth.frame.FrameSource;

/**
 * Reads and writes pictures and folders of pictures: PNG, JPEG and TIFF with 8 or 16 bits per
 * sample. GIF and BMP can be read only. WebP, AVIF and other formats can be read where a {@link
 * Decoder} is present; the module {@code org.diffsynth.video} contains one.
 *
 * <p>Pictures are read upright, as their EXIF data says, and in sRGB: RGB and CMYK pictures with an
 * embedded colour profile are converted, pictures without one are used as sRGB. Grey becomes RGB
 * with unchanged samples. An alpha channel is dropped, not applied. What cannot be carried into a
 * frame is named in one warning per kind in the log.
 *
 * <p>A folder is read in the natural order of its file names, {@code frame2} before {@code
 * frame10}, whatever the case of the extension. Files that start with a dot, subfolders and files
 * that are not pictures are ignored. Two pictures of one frame, such as {@code 7.png} beside {@code
 * 7.jpg}, are an error. Gaps in the numbers are named in one warning. In place of a folder, a
 * pattern in the last part of the path selects some of its files: {@code frames/*.png} or {@code
 * frames/%05d.png}.
 */
public final class FrameFiles {

  private static final float JPEG_QUALITY = 0.95f;

  private FrameFiles() {}

  /**
   * Decodes pictures of formats that the JDK cannot read. {@link java.util.ServiceLoader} finds
   * implementations, which need a public constructor without arguments and may be used by several
   * threads at once.
   */
  public interface Decoder {

    /** Returns the formats that can be decoded, as file extensions in lower case: {@code webp}. */
    Set<String> formats();

    /**
     * Decodes the first picture of a file, upright as its metadata says (EXIF, or that of the
     * container). The caller converts colours from an embedded profile of a WebP or TIFF file.
     *
     * @throws IOException if the file is damaged or of a kind that cannot be decoded
     */
    Frame read(Path file) throws IOException;
  }

  /**
   * Returns whether the file name has the extension of a picture format. Formats beyond PNG, JPEG,
   * TIFF, BMP and GIF need a {@link Decoder}.
   */
  public static boolean isPicture(Path file) {
    return PictureFolder.isPicture(file);
  }

  /** Returns whether the file is a picture with an animation, judged by its header. */
  public static boolean isAnimation(Path file) throws IOException {
    return PictureHeader.read(file).losses.contains(PictureHeader.Loss.ANIMATION);
  }

  /**
   * Opens a folder of pictures, a pattern, or one picture, as a source that decodes one picture at
   * a time. The headers of all pictures are checked first. If one picture has 16 bits per sample,
   * all frames have.
   *
   * @throws IOException naming the file, if there is no picture, or a picture is empty, cut off or
   *     of another size than the first, or if two pictures belong to one frame
   */
  public static FrameSource open(Path path, FrameRate frameRate) throws IOException {
    return new PictureSource(list(path), frameRate);
  }

  /**
   * Returns the pictures of a folder or a pattern in natural order; for a file, the file itself.
   *
   * @throws IOException if there is no picture, or two pictures belong to one frame
   */
  public static List<Path> list(Path path) throws IOException {
    return PictureFolder.list(path);
  }

  /**
   * Returns whether a path stands for several pictures: a folder, or a pattern such as {@code
   * frames/%05d.png} or {@code frames/*.png}.
   */
  public static boolean isFolder(Path path) {
    return Files.isDirectory(path) || PictureFolder.isPattern(path);
  }

  /**
   * Opens a sink that writes frames to a folder as {@code 00000.png}, {@code 00001.png} and so on.
   *
   * @param folder folder that does not exist or is empty, unless {@code overwrite} is set
   * @param extension {@code "png"} or {@code "tif"}, with 8 bits per sample for 8-bit frames and 16
   *     bits for others, or {@code "jpg"}
   * @param overwrite whether a commit replaces the numbered pictures of an existing folder; files
   *     that are not pictures stay
   * @throws IOException if the folder has files and {@code overwrite} is not set, if it holds
   *     pictures with other names, or if it cannot be written
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
    return create(folder, extension, overwrite, texts, List.of());
  }

  /**
   * Opens a sink as {@link #create(Path, String, boolean, Map)} does, and names the pictures after
   * those of another folder.
   *
   * @param likes pictures whose names, without their extensions, the written pictures get, in
   *     order; at least one per frame, or none for {@code 00000}, {@code 00001} and so on
   * @throws IOException also if {@code folder} holds pictures that would not be replaced, because
   *     old and new frames would then be mixed
   */
  public static FrameSink create(
      Path folder, String extension, boolean overwrite, Map<String, String> texts, List<Path> likes)
      throws IOException {
    List<String> names = likes.stream().map(PictureFolder::stem).toList();
    return new PictureSink(folder, extension, overwrite, texts, names);
  }

  /**
   * Reads one picture, upright and in sRGB; of an animation, the first.
   *
   * @throws IOException if the file is missing, damaged or not a picture that can be read; the
   *     message names it
   */
  public static Frame readPicture(Path file) throws IOException {
    return new PictureReader().read(file);
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
    try (ImageOutputStream imageOut = new MemoryCacheImageOutputStream(bytes)) {
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

  /**
   * Converts a frame to an sRGB image of type {@link BufferedImage#TYPE_3BYTE_BGR}, with 8 bits per
   * sample, which every {@code ImageIO} writer accepts.
   */
  public static BufferedImage toImage(Frame frame) {
    return toImage(frame, Frame.Depth.UINT8);
  }

  /**
   * Converts a frame to an sRGB image.
   *
   * @param depth {@link Frame.Depth#UINT8} for 8 bits per sample, or {@link Frame.Depth#UINT16} for
   *     16, which the writers of PNG and TIFF accept but that of JPEG does not
   * @throws IllegalArgumentException if the depth is {@link Frame.Depth#FLOAT}
   */
  public static BufferedImage toImage(Frame frame, Frame.Depth depth) {
    if (depth == Frame.Depth.FLOAT) {
      throw new IllegalArgumentException("depth must be UINT8 or UINT16, but was FLOAT");
    }
    return Pictures.toImage(frame.as(depth));
  }

  private static String name(Path file) {
    return file.getFileName().toString();
  }

  static String extension(Path file) {
    String name = name(file);
    return name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
  }
}
