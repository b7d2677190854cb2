package org.diffsynth.app.render;

import java.nio.file.Path;
import org.diffsynth.KeyframeRendering;
import org.diffsynth.frame.VideoFormat;

/**
 * The video that a task renders.
 *
 * @param frames opens the video at its first frame; may be called several times. Null if the task
 *     starts from noise alone
 * @param format size, frame rate and exact length of the video
 * @param audio file whose sound, subtitles, chapters and texts the result gets, or null
 */
record RenderInput(KeyframeRendering.Input frames, VideoFormat format, Path audio) {}
