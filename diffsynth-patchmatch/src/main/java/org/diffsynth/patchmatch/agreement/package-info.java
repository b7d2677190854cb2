/** The arithmetic of the sharp blend, on fields that any engine has found. */
package org.diffsynth.patchmatch.agreement;
