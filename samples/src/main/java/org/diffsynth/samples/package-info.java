/**
 * One small program per use. Each program is complete: copy it into a project of your own, or run
 * it with the script {@code samples/run}.
 */
package org.diffsynth.samples;
