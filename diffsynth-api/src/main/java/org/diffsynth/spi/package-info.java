/**
 * Interfaces for authors of backends and engines.
 *
 * <p>A <em>backend</em> evaluates diffusion models: implement {@link
 * org.diffsynth.spi.DiffusionBackendProvider} and {@link org.diffsynth.spi.DiffusionBackend}. An
 * <em>engine</em> matches and blends patches: implement {@link
 * org.diffsynth.spi.PatchMatcherProvider}, {@link org.diffsynth.spi.PatchMatcher} and its sessions.
 * List the provider in {@code module-info.java} or in {@code META-INF/services}, and run the
 * contract suites of the module {@code diffsynth-testkit} against it.
 */
package org.diffsynth.spi;
