package org.diffsynth.patchmatch.guide;

/**
 * A frame that takes part in the mean of another frame.
 *
 * @param style 16-bit samples, three a pixel
 * @param dx motion to the right into this frame, in pixels of the frame; one a pixel of the small
 *     picture, like {@code dy} and {@code weight}
 * @param dy motion downwards
 * @param weight weight of the samples, 0 to 1
 * @param gains factors of red, green and blue
 */
record CarriedFrame(short[] style, float[] dx, float[] dy, float[] weight, float[] gains) {}
