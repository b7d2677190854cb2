/**
 * Human poses: {@link org.diffsynth.pose.PoseJson} reads and writes the files of OpenPose, {@link
 * org.diffsynth.pose.PoseTrack} tracks and smooths the people of a clip, and {@link
 * org.diffsynth.pose.PoseDrawing} draws the control pictures of an OpenPose ControlNet.
 */
package org.diffsynth.pose;
