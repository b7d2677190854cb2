package org.diffsynth.video;

import static org.bytedeco.ffmpeg.global.avutil.AV_LOG_FATAL;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.bytedeco.ffmpeg.avutil.AVRational;
import org.bytedeco.ffmpeg.global.avutil;
import org.bytedeco.javacpp.Loader;
import org.diffsynth.frame.FrameRate;

/** The native library: loaded once, its return codes turned into errors. */
final class Ffmpeg {

  private Ffmpeg() {}

  private static final class Loaded {
    static final Loaded INSTANCE = new Loaded();

    private Loaded() {
      Loader.load(avutil.class);
      // FFmpeg prints to the console on its own; what matters comes back as a return code.
      avutil.av_log_set_level(AV_LOG_FATAL);
    }
  }

  /**
   * Loads the natives.
   *
   * @throws IOException saying which artifacts to add when there are none for this platform
   */
  static void load() throws IOException {
    try {
      Loaded.INSTANCE.hashCode();
    } catch (LinkageError e) {
      String platform = Loader.getPlatform();
      throw new IOException(
          "video files need FFmpeg's natives for "
              + platform
              + ": add org.bytedeco:ffmpeg and org.bytedeco:javacpp with the classifier "
              + platform
              + " to the class path (docs/getting-started.md, 'Video files')",
          e);
    }
  }

  /** Passes a return code on, or throws what it means. */
  static int check(int code, String failedTo) throws IOException {
    if (code < 0) {
      throw new IOException(failedTo + ": " + message(code));
    }
    return code;
  }

  /** The pointer, or an error where FFmpeg could not allocate it. */
  static <T> T allocated(T pointer, String what) throws IOException {
    if (pointer == null) {
      throw new IOException("out of native memory for " + what);
    }
    return pointer;
  }

  static String message(int code) {
    byte[] text = new byte[avutil.AV_ERROR_MAX_STRING_SIZE];
    avutil.av_strerror(code, text, text.length);
    int length = 0;
    while (length < text.length && text[length] != 0) {
      length++;
    }
    return new String(text, 0, length, StandardCharsets.UTF_8);
  }

  /** The rate, or {@code null} where FFmpeg knows none. */
  static FrameRate rate(AVRational rational) {
    return rational.num() > 0 && rational.den() > 0
        ? new FrameRate(rational.num(), rational.den())
        : null;
  }
}
