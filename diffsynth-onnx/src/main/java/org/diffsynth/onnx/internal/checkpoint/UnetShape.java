package org.diffsynth.onnx.internal.checkpoint;

import java.util.List;

/**
 * What the weights of a UNet, ControlNet or VAE do not show.
 *
 * @param heads attention heads of each resolution, the finest first
 * @param groups groups of channels of each group normalization
 * @param epsilon number that group normalizations add to the variance
 */
public record UnetShape(List<Integer> heads, int groups, double epsilon) {}
