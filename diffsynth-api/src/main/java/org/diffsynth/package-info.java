/** Frames, videos and the streams between them: the values every other package speaks in. */
package org.diffsynth;
