package org.diffsynth.io;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/**
 * Reads the segments of a JPEG file before its samples.
 *
 * @see <a href="https://www.w3.org/Graphics/JPEG/itu-t81.pdf">ITU-T T.81, annex B</a>
 */
final class JpegHeader {

  private static final int APP0 = 0xE0;
  private static final int APP1 = 0xE1;
  private static final int APP2 = 0xE2;
  private static final int APP14 = 0xEE;
  private static final int COMMENT = 0xFE;
  private static final int START_OF_SCAN = 0xDA;
  private static final int END_OF_IMAGE = 0xD9;
  private static final byte[] JFIF = {
    (byte) 0xFF, (byte) APP0, 0, 16, 'J', 'F', 'I', 'F', 0, 1, 1, 0, 0, 1, 0, 1, 0, 0
  };

  private JpegHeader() {}

  /**
   * A segment.
   *
   * @param marker second byte of the marker
   * @param at position of the marker in the file
   * @param length number of bytes, with the marker
   */
  record Segment(int marker, long at, int length) {}

  /** Reads the segments up to the first scan, and checks that the file has an end. */
  static void read(FileWindow in, PictureHeader header) throws IOException {
    List<Segment> segments = new ArrayList<>();
    TreeMap<Integer, byte[]> profile = new TreeMap<>();
    boolean hasExif = false;
    long at = 2;
    while (true) {
      while (in.u8(at) != 0xFF) {
        at++;
      }
      int marker = in.u8(at + 1);
      if (marker == 0xFF) {
        at++;
        continue;
      }
      if (marker == 0 || marker == 1 || (marker >= 0xD0 && marker <= 0xD8)) {
        at += 2;
        continue;
      }
      if (marker == END_OF_IMAGE) {
        throw new IOException("it holds no picture");
      }
      int length = in.u16(at + 2) + 2;
      long data = at + 4;
      in.u8(at + length - 1);
      segments.add(new Segment(marker, at, length));
      if (marker == START_OF_SCAN) {
        break;
      }
      if (isFrame(marker)) {
        header.bits = in.u8(data) > 8 ? 16 : 8;
        header.size = PictureHeader.size(in.u16(data + 3), in.u16(data + 1));
      } else if (marker == APP1 && !hasExif && in.has(data, "Exif\0")) {
        hasExif = true;
        header.orientation = TiffHeader.exif(in, data + 6, length - 10L);
      } else if (marker == APP2 && length > 18 && in.has(data, "ICC_PROFILE\0")) {
        profile.put(in.u8(data + 12), in.bytes(data + 14, length - 18L));
      }
      at += length;
    }
    header.segments = segments;
    header.profile = joined(profile);
    checkEnd(in, at);
  }

  private static boolean isFrame(int marker) {
    return marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC;
  }

  private static byte[] joined(TreeMap<Integer, byte[]> parts) {
    if (parts.isEmpty() || parts.firstKey() != 1 || parts.lastKey() != parts.size()) {
      return null;
    }
    ByteArrayOutputStream whole = new ByteArrayOutputStream();
    parts.values().forEach(whole::writeBytes);
    return whole.toByteArray();
  }

  /** Cameras add data behind the end of the picture, so the end may lie before the file's. */
  private static void checkEnd(FileWindow in, long scan) throws IOException {
    if (in.has(in.size() - 2, "\u00ff\u00d9")) {
      return;
    }
    byte[] samples = in.bytes(scan, in.size() - scan);
    for (int i = 0; i < samples.length - 1; i++) {
      if (samples[i] == (byte) 0xFF && samples[i + 1] == (byte) END_OF_IMAGE) {
        return;
      }
    }
    throw new java.io.EOFException("the end of the picture is missing");
  }

  /**
   * Returns the file without EXIF data, colour profile, comments and previews, which the JDK's
   * reader may stumble over. Without JFIF and Adobe markers, the JDK may take YCbCr for RGB, so a
   * JFIF marker is added.
   *
   * @param file the bytes of the file
   */
  static byte[] bare(byte[] file, PictureHeader header) {
    ByteArrayOutputStream bare = new ByteArrayOutputStream(file.length + JFIF.length);
    bare.write(0xFF);
    bare.write(0xD8);
    if (needsJfif(file, header)) {
      bare.writeBytes(JFIF);
    }
    for (Segment segment : header.segments) {
      int at = (int) segment.at();
      if (segment.marker() == START_OF_SCAN) {
        bare.write(file, at, file.length - at);
      } else if (segment.marker() == APP14
          || (segment.marker() < APP0 || segment.marker() > 0xEF) && segment.marker() != COMMENT) {
        bare.write(file, at, segment.length());
      }
    }
    return bare.toByteArray();
  }

  private static boolean needsJfif(byte[] file, PictureHeader header) {
    for (Segment segment : header.segments) {
      if (isAdobe(file, segment)) {
        return false;
      }
      if (isFrame(segment.marker())) {
        int at = (int) segment.at() + 9;
        int components = file[at] & 0xFF;
        boolean namedRgb = components == 3 && file[at + 1] == 'R' && file[at + 4] == 'G';
        if (components == 4 || namedRgb) {
          return false;
        }
      }
    }
    return true;
  }

  /** Returns the number of colour components. */
  static int components(byte[] file, PictureHeader header) {
    for (Segment segment : header.segments) {
      if (isFrame(segment.marker())) {
        return file[(int) segment.at() + 9] & 0xFF;
      }
    }
    return 0;
  }

  /** Returns the colour transform of the Adobe segment (2 for YCCK), or -1 without that segment. */
  static int adobeTransform(byte[] file, PictureHeader header) {
    for (Segment segment : header.segments) {
      if (isAdobe(file, segment)) {
        return file[(int) segment.at() + 15] & 0xFF;
      }
    }
    return -1;
  }

  private static boolean isAdobe(byte[] file, Segment segment) {
    int at = (int) segment.at() + 4;
    return segment.marker() == APP14
        && segment.length() >= 16
        && file[at] == 'A'
        && file[at + 1] == 'd'
        && file[at + 2] == 'o';
  }
}
