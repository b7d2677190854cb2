package org.diffsynth.app.render;

import java.nio.file.Path;
import org.diffsynth.KeyframeRendering;
import org.diffsynth.frame.VideoFormat;

/**
 * What a task renders over.
 *
 * @param frames opens it, as often as asked
 * @param format its size, rate and exact length
 * @param audio the file whose sound the result keeps, or null
 */
public record RenderInput(KeyframeRendering.Input frames, VideoFormat format, Path audio) {}
