/** Human poses: decoding, tracking, smoothing, drawing and OpenPose JSON. */
package org.diffsynth.pose;
