/** The CUDA patch matcher: finds correspondences on NVIDIA GPUs, with the same bytes as the CPU. */
package org.diffsynth.cuda;
