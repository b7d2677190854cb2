/** Frames, videos and streams of frames, and how a long run reports its progress. */
package org.diffsynth.frame;
