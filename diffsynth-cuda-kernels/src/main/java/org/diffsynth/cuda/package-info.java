/** The CUDA patch matcher: the module is prepared, the engine is not part of this version. */
package org.diffsynth.cuda;
