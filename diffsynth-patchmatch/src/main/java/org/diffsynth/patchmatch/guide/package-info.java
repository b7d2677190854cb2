/** A guide that does not flicker, derived from a flickering video alone. */
package org.diffsynth.patchmatch.guide;
