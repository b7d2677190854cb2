/**
 * Benchmarks (JMH) of patch matching and blending, and measurements of their quality. Every
 * benchmark compares its results with those of the scalar engine before it measures. {@code
 * bench/run.sh} runs benchmarks and writes their results; {@code bench/compare.sh} compares two
 * result files.
 */
package org.diffsynth.bench;
