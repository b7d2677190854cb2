/**
 * Test support: the contract suites that every backend and engine must pass, a fake diffusion
 * backend and test frames.
 */
package org.diffsynth.testkit;
