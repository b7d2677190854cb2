package org.diffsynth.video;

import static org.bytedeco.ffmpeg.global.avutil.AV_LOG_FATAL;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.bytedeco.ffmpeg.avcodec.AVCodecContext;
import org.bytedeco.ffmpeg.avutil.AVFrame;
import org.bytedeco.ffmpeg.avutil.AVRational;
import org.bytedeco.ffmpeg.global.avutil;
import org.bytedeco.javacpp.Loader;
import org.diffsynth.frame.FrameRate;
import org.diffsynth.internal.host.TemporaryFolder;
import org.diffsynth.internal.text.Text;

/** Loads FFmpeg's native libraries once, and turns return codes into errors. */
final class Ffmpeg {

  private Ffmpeg() {}

  /** The option of java that names the folder for FFmpeg's native libraries. */
  private static final String CACHE_SETTING = "-Dorg.bytedeco.javacpp.cachedir";

  /** Lifts a message of any level, from errors to debugging, over all levels that print. */
  static final int SILENT = 64;

  private static boolean isLoaded;
  private static boolean isProcessMuted;

  /**
   * Loads the native libraries, if this did not happen before.
   *
   * @throws IOException if they are not there or cannot be loaded, with the remedy
   */
  static synchronized void load() throws IOException {
    if (isLoaded) {
      return;
    }
    try {
      Loader.load(avutil.class);
    } catch (LinkageError e) {
      throw new IOException(whyNotLoaded(e), e);
    }
    isLoaded = true;
    if (isProcessMuted) {
      avutil.av_log_set_level(AV_LOG_FATAL);
    }
  }

  private static String whyNotLoaded(LinkageError failure) {
    Path cache;
    try {
      cache = Loader.getCacheDir().toPath();
    } catch (IOException e) {
      return Text.format(
          "FFmpeg's native libraries cannot be unpacked, because neither the home folder %s nor the"
              + " temporary folder %s can be written: start java with %s=FOLDER",
          System.getProperty("user.home"), TemporaryFolder.path(), CACHE_SETTING);
    }
    String reason = TemporaryFolder.whyNotLoaded(failure, cache, CACHE_SETTING);
    for (Throwable cause = failure; reason == null && cause != null; cause = cause.getCause()) {
      if (String.valueOf(cause.getMessage()).contains(cache.toString())) {
        reason =
            Text.format(
                "FFmpeg's native libraries in %s are damaged or incomplete (%s): delete this folder; if"
                    + " its disk is full, start java with %s=FOLDER, another folder",
                cache, cause.getMessage(), CACHE_SETTING);
      }
    }
    return reason == null ? nativesMissing(Ffmpeg.class.getModule().isNamed()) : reason;
  }

  /** Explains that there are no native libraries for this platform, on the path that is in use. */
  static String nativesMissing(boolean onModulePath) {
    String platform = Loader.getPlatform();
    String artifacts =
        Text.format(
            "video files need FFmpeg's native libraries for %1$s: add org.bytedeco:ffmpeg and"
                + " org.bytedeco:javacpp with the classifier %1$s to the ",
            platform);
    return artifacts
        + (onModulePath
            ? Text.format(
                "module path, and start java with --add-modules"
                    + " org.bytedeco.ffmpeg.%1$s,org.bytedeco.javacpp.%1$s",
                platform.replace('-', '.'))
            : "class path (see 'Video files' in README)");
  }

  /** Implements {@link VideoFiles#muteFfmpeg}. */
  static synchronized void muteProcess() {
    isProcessMuted = true;
    if (isLoaded) {
      avutil.av_log_set_level(AV_LOG_FATAL);
    }
  }

  /**
   * Keeps a codec from printing to the console, whatever level the process has set: return codes
   * tell everything that matters.
   */
  static AVCodecContext silent(AVCodecContext codec) {
    return codec.log_level_offset(SILENT);
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
