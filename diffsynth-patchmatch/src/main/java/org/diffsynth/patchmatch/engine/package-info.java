/** What every CPU engine works on: pictures, texels, pyramids, match grids and worker threads. */
package org.diffsynth.patchmatch.engine;
