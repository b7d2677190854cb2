/**
 * The commands that render a video with a diffusion model, one per task. {@link
 * org.diffsynth.app.render.RenderCommand} does what all tasks share; the settings of a rendering
 * are a {@link org.diffsynth.app.settings.RenderSettings}.
 */
package org.diffsynth.app.render;
