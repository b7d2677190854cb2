/**
 * The CPU engine behind the service interfaces: providers, matcher and sessions.
 *
 * <p>Packages from ground to roof: {@code engine} (pictures, pyramids, match grids, worker
 * threads), {@code reference} (plain classes that define every result), {@code fast} (the same
 * results in less time, with kernels for the Vector API), {@code flow} (dense optical flow), {@code
 * agreement} (the arithmetic of the default blend, reference and fast), and this package. A
 * reference class and its fast counterpart carry one name with two prefixes.
 */
package org.diffsynth.patchmatch;
