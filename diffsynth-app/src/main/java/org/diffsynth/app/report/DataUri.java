package org.diffsynth.app.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import org.diffsynth.frame.Frame;
import org.diffsynth.internal.host.TemporaryFolder;
import org.diffsynth.internal.text.Text;
import org.diffsynth.io.FrameFiles;

/** Encodes pictures and videos as text that a page contains. */
final class DataUri {

  private DataUri() {}

  static String jpeg(Frame frame) throws IOException {
    return picture(frame, ".jpg", "image/jpeg");
  }

  static String png(Frame frame) throws IOException {
    return picture(frame, ".png", "image/png");
  }

  private static String picture(Frame frame, String extension, String type) throws IOException {
    Path file = TemporaryFolder.createFile(extension);
    try {
      FrameFiles.writePicture(file, frame.as(Frame.Depth.UINT8));
      return of(file, type);
    } finally {
      Files.delete(file);
    }
  }

  static String of(Path file, String type) throws IOException {
    return Text.format(
        "data:%s;base64,%s", type, Base64.getEncoder().encodeToString(Files.readAllBytes(file)));
  }
}
