/**
 * Where to compute: {@link org.diffsynth.compute.ComputeOptions} selects engine, backend, device,
 * threads and memory for everything that the library runs; {@link
 * org.diffsynth.compute.ProviderChoice} finds implementations and chooses among them; {@link
 * org.diffsynth.compute.BackendException} is the failure of a device or of a vendor's library.
 *
 * <p>A <em>backend</em> evaluates diffusion models, an <em>engine</em> matches and blends patches,
 * a <em>device</em> is the hardware that either of them runs on.
 */
package org.diffsynth.compute;
