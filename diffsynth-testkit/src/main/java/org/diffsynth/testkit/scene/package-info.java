/** A built-in moving scene with known truth, so that nothing needs a download. */
package org.diffsynth.testkit.scene;
