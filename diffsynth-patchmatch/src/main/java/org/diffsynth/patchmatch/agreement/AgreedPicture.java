package org.diffsynth.patchmatch.agreement;

/**
 * Result of {@link Agreement} for one frame.
 *
 * @param picture the agreed picture, 16-bit samples, three a pixel
 * @param guide the guide blended with the weights of the picture, 16-bit samples, three a pixel
 * @param flicker how much the sources disagree on each pixel, 0 to {@link Agreement#FLICKER_ONE}: D
 *     / (D + 16), where D is the mean squared distance from the agreed pixel in 8-bit units
 */
record AgreedPicture(short[] picture, short[] guide, byte[] flicker) {}
