/** What steers a diffusion model beside the prompt: ControlNets and their control pictures. */
package org.diffsynth.control;
