/**
 * Rendering of steady videos with image-diffusion models: start here.
 *
 * <pre>{@code
 * try (Pipeline pipeline = Pipeline.builder(Preset.TEXT_GUIDED_STYLIZATION)
 *     .model(Path.of("models/dreamshaper-8"))
 *     .build()) {
 *   Video styled = pipeline.render(video, RenderRequest.of("winter, snow, oil painting"));
 * }
 * }</pre>
 *
 * <ul>
 *   <li>{@link org.diffsynth.Pipeline} is an open model that renders videos.
 *   <li>{@link org.diffsynth.RenderRequest} says what to render: prompt, steps, seed, control
 *       pictures. One open pipeline renders any number of requests.
 *   <li>{@link org.diffsynth.Preset} has the settings of the five tasks of the DiffSynth paper.
 *   <li>{@link org.diffsynth.PipelineOptions} is the immutable form of all settings of a pipeline.
 *   <li>{@link org.diffsynth.KeyframeRendering} renders only every n-th frame and interpolates the
 *       others, which is faster.
 * </ul>
 *
 * <p>To deflicker a video without a diffusion model, use {@link
 * org.diffsynth.deflicker.PatchBlending}.
 */
package org.diffsynth;
