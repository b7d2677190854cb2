/** Sources and sinks that change, count or look at the frames of another one. */
package org.diffsynth.app.frames;
