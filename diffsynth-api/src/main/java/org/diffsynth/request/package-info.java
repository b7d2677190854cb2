/**
 * The parts of a render request: what to see ({@link org.diffsynth.request.Guidance}), how to get
 * there ({@link org.diffsynth.request.Sampling}), and what the result must follow besides the
 * prompt ({@link org.diffsynth.request.Conditioning}).
 *
 * <p>Most programs never name these types: {@code RenderRequest} has a {@code withX} method for
 * each common setting.
 */
package org.diffsynth.request;
