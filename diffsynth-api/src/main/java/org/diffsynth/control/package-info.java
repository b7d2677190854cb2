/**
 * What controls a diffusion model beside the prompt: ControlNets, the annotators that make their
 * control pictures, reference pictures and pose maps.
 */
package org.diffsynth.control;
