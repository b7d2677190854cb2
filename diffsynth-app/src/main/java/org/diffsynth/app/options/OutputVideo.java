package org.diffsynth.app.options;

import java.nio.file.Path;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.VideoFormat;
import org.diffsynth.io.Enhancement;
import org.diffsynth.video.PictureTags;

/**
 * What an output is made of.
 *
 * @param format size and frame rate of the output, which are checked before the work
 * @param streamsFrom file whose sound, subtitles, chapters and texts are copied, or null
 * @param tags shape of the pixels and meaning of the colours of the output
 * @param inputDepth depth of the input, which the output gets unless another depth is requested
 * @param enhancement contrast and sharpness that finished frames are given
 */
public record OutputVideo(
    VideoFormat format,
    Path streamsFrom,
    PictureTags tags,
    Frame.Depth inputDepth,
    Enhancement enhancement) {}
