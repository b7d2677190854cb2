/**
 * Reads and writes video files with FFmpeg. {@link org.diffsynth.video.VideoFiles} is the entry
 * point.
 */
package org.diffsynth.video;
