/** The scalar reference: plain code that defines, byte for byte, what every other engine gives. */
package org.diffsynth.patchmatch.reference;
