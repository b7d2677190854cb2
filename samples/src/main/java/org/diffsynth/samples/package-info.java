/** One small program per use. Each is complete: copy it and change the file names. */
package org.diffsynth.samples;
