package org.diffsynth.video;

import static org.bytedeco.ffmpeg.global.avutil.AV_LOG_FATAL;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.bytedeco.ffmpeg.avutil.AVFrame;
import org.bytedeco.ffmpeg.avutil.AVRational;
import org.bytedeco.ffmpeg.global.avutil;
import org.bytedeco.javacpp.Loader;
import org.diffsynth.frame.FrameRate;

/** Loads FFmpeg's native libraries once, and turns return codes into errors. */
final class Ffmpeg {

  private Ffmpeg() {}

  private static final class Loaded {
    static final Loaded INSTANCE = new Loaded();

    private Loaded() {
      Loader.load(avutil.class);
      // FFmpeg would print to the console. Return codes tell everything that matters.
      avutil.av_log_set_level(AV_LOG_FATAL);
    }
  }

  /**
   * Loads the native libraries, if this did not happen before.
   *
   * @throws IOException naming the artifacts to add, if there are none for this platform
   */
  static void load() throws IOException {
    try {
      Loaded.INSTANCE.hashCode();
    } catch (LinkageError e) {
      String platform = Loader.getPlatform();
      throw new IOException(
          "video files need FFmpeg's native libraries for "
              + platform
              + ": add org.bytedeco:ffmpeg and org.bytedeco:javacpp with the classifier "
              + platform
              + " to the class path (see 'Video files' in README)",
          e);
    }
  }

  /**
   * Returns a return code of FFmpeg, if it means success.
   *
   * @param failedTo start of the error message, such as "cannot open a.mp4"
   * @throws IOException with FFmpeg's text for the return code, if it means failure
   */
  static int check(int code, String failedTo) throws IOException {
    if (code < 0) {
      throw new IOException(failedTo + ": " + message(code));
    }
    return code;
  }

  /**
   * Returns a native object that FFmpeg allocated.
   *
   * @throws IOException if the object is null, which means that memory is exhausted
   */
  static <T> T allocated(T pointer, String what) throws IOException {
    if (pointer == null) {
      throw new IOException("out of native memory for " + what);
    }
    return pointer;
  }

  /** Returns a new picture with memory for its samples. The caller frees it. */
  static AVFrame allocatedPicture(int width, int height, int format) throws IOException {
    AVFrame picture = allocated(avutil.av_frame_alloc(), "a frame");
    picture.width(width).height(height).format(format);
    int code = avutil.av_frame_get_buffer(picture, 0);
    if (code < 0) {
      avutil.av_frame_free(picture);
    }
    check(code, "cannot allocate a picture");
    return picture;
  }

  /** Returns FFmpeg's text for a return code. */
  static String message(int code) {
    byte[] text = new byte[avutil.AV_ERROR_MAX_STRING_SIZE];
    avutil.av_strerror(code, text, text.length);
    int length = 0;
    while (length < text.length && text[length] != 0) {
      length++;
    }
    return new String(text, 0, length, StandardCharsets.UTF_8);
  }

  /** Returns a frame rate, or null if FFmpeg does not know it. */
  static FrameRate rate(AVRational rational) {
    return rational.num() > 0 && rational.den() > 0
        ? new FrameRate(rational.num(), rational.den())
        : null;
  }
}
