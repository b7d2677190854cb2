package org.diffsynth.patchmatch.flow;

/**
 * How far each pixel of one picture has moved in another: pixel (x, y) of the first lies at (x +
 * dx, y + dy) of the second.
 *
 * @param dx movement to the right in pixels, {@code width * height} values row by row; not copied
 * @param dy movement down in pixels, {@code width * height} values row by row; not copied
 */
public record Flow(int width, int height, float[] dx, float[] dy) {}
