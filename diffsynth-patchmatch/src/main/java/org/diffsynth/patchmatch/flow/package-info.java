/** Dense optical flow between two grey pictures, for steadying and for quality measures. */
package org.diffsynth.patchmatch.flow;
