/**
 * Patch matching: options of the search, and the fields that it finds. A field says for each pixel
 * of one frame where the patch around it lies in another frame.
 */
package org.diffsynth.match;
