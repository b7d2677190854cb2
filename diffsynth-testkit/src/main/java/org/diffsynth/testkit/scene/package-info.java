/**
 * A built-in moving scene whose steady result is known, so that tests, benchmarks and first trials
 * need no download. Start with {@link org.diffsynth.testkit.scene.MovingScene}.
 */
package org.diffsynth.testkit.scene;
