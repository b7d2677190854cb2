/**
 * Converts between JavaCV and DiffSynth: pictures, grabbers and recorders. OpenCV's {@code Mat} is
 * reached through JavaCV's own {@code OpenCVFrameConverter}, which does not copy.
 */
package org.diffsynth.javacv;
