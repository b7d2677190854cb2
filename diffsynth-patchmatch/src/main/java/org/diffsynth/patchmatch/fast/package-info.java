/** The fast engine, with kernels for the Vector API and for plain Java. */
package org.diffsynth.patchmatch.fast;
