/** Algorithms that poses need: linear assignment and antialiased drawing. */
package org.diffsynth.pose.internal;
