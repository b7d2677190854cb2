package org.diffsynth.cuda;

/**
 * Names a kept field by its two frames.
 *
 * @param source frame to which the matches point
 * @param target frame whose pixels are matched
 */
record FieldKey(int source, int target) {}
