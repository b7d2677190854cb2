package org.diffsynth.video;

import org.bytedeco.ffmpeg.avfilter.AVFilterContext;
import org.bytedeco.ffmpeg.avutil.AVClass;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.javacpp.Pointer;

/**
 * Keeps a filter from printing to the console, whatever level the process has set: a GIF's palette
 * is announced for each frame otherwise.
 *
 * <p>FFmpeg adds to the level of a message an integer that the printing object has at the offset
 * {@code AVClass.log_level_offset_offset}. Codecs have a field for it, filters have none. So the
 * filter gets a copy of its {@code AVClass} that names the field {@code extra_hw_frames}, which
 * only filters for hardware frames read.
 */
final class SilentFilter {

  private static final int OFFSET = Loader.offsetof(AVFilterContext.class, "extra_hw_frames");

  private static AVClass silent;

  private SilentFilter() {}

  /** Silences a filter of software frames, which is already set up. */
  static synchronized void silence(AVFilterContext filter) {
    if (silent == null) {
      silent = new AVClass();
      Pointer.memcpy(silent, filter.av_class(), silent.sizeof());
      silent.log_level_offset_offset(OFFSET);
    }
    filter.extra_hw_frames(Ffmpeg.SILENT);
    filter.av_class(silent);
  }
}
