/**
 * Annotators that need no model: {@link org.diffsynth.annotator.CannyEdges}, {@link
 * org.diffsynth.annotator.SoftEdges}, {@link org.diffsynth.annotator.LineArt}, {@link
 * org.diffsynth.annotator.Tile} and {@link org.diffsynth.annotator.ContentShuffle} turn a frame
 * into a control picture; {@link org.diffsynth.annotator.DepthAlignment} makes the depth maps of a
 * clip steady.
 */
package org.diffsynth.annotator;
