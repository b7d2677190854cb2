/** One small program per use, and the command-line app. */
package org.diffsynth.samples;
