/** JMH benchmarks of the hot path. */
package org.diffsynth.bench;
