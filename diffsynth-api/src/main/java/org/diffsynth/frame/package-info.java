/**
 * Frames and clips, the values that everything else works on: {@link org.diffsynth.frame.Frame} is
 * one picture, {@link org.diffsynth.frame.Video} a clip in memory, {@link
 * org.diffsynth.frame.FrameSource} and {@link org.diffsynth.frame.FrameSink} are streams of frames,
 * and {@link org.diffsynth.frame.Monitor} follows a long run.
 */
package org.diffsynth.frame;
