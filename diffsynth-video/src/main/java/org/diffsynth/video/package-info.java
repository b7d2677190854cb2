/** Video files in and out, through FFmpeg. */
package org.diffsynth.video;
