/**
 * Pictures on disk, and the scaling and enhancement of frames. Video files are in the module {@code
 * org.diffsynth.video}.
 */
package org.diffsynth.io;
