/**
 * Quality metrics of videos.
 *
 * <table>
 *   <caption>Which metric answers which question</caption>
 *   <tr><th>question<th>metric<th>better
 *   <tr><td>Is the video steady?<td>{@link org.diffsynth.metrics.QualityReport#warpError()}, {@link
 *       org.diffsynth.metrics.QualityReport#lumaFlicker()}<td>lower
 *   <tr><td>Does the video keep the style?<td>{@link
 *       org.diffsynth.metrics.QualityReport#psnrStyle()}<td>higher
 *   <tr><td>Is the video sharp?<td>{@link org.diffsynth.metrics.QualityReport#sharpness()}<td>near 1
 *   <tr><td>Is the video close to the known result?<td>{@link
 *       org.diffsynth.metrics.FrameSimilarity}<td>higher
 *   <tr><td>Do the frames look like those of another set?<td>{@link
 *       org.diffsynth.metrics.FrechetDistance}, {@link
 *       org.diffsynth.metrics.KernelInceptionDistance}<td>lower
 *   <tr><td>Does the video show the prompt?<td>{@link org.diffsynth.metrics.ClipScore}<td>higher
 *   <tr><td>Do the people move as in the driving video?<td>{@link
 *       org.diffsynth.metrics.PoseError}<td>lower
 * </table>
 */
package org.diffsynth.metrics;
