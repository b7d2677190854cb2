/** Where to compute, and what happens where a device is missing or fails. */
package org.diffsynth.compute;
