/**
 * The command-line app {@code diffsynth}.
 *
 * <p>{@link org.diffsynth.app.DiffsynthApp} is the entry point, and each command is a class.
 * Commands that render with a diffusion model are in {@code render}, commands that measure in
 * {@code measure}.
 */
package org.diffsynth.app;
