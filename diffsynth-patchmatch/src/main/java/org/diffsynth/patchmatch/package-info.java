/** The CPU patch matcher. */
package org.diffsynth.patchmatch;
