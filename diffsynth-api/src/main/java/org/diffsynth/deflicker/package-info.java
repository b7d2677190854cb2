/** Deflickering by patch blending, and interpolation between key frames. */
package org.diffsynth.deflicker;
