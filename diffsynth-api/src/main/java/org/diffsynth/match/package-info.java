/** Patch matching: where each patch of one frame is found in another. */
package org.diffsynth.match;
