/** How steady, faithful and sharp a video is, in numbers. */
package org.diffsynth.metrics;
