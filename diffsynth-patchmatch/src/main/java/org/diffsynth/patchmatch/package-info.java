/**
 * Patch matching on the CPU. The scalar classes define what every engine must give, byte for byte.
 */
package org.diffsynth.patchmatch;
