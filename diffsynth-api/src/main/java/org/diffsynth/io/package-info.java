/** Folders of pictures in and out. Video files are in the module {@code org.diffsynth.video}. */
package org.diffsynth.io;
