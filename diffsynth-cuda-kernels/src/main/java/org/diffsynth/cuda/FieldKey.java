package org.diffsynth.cuda;

/** The pair of frames a kept field leads between. */
record FieldKey(int source, int target) {}
