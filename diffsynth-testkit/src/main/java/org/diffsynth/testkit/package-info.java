/**
 * Test support for authors of backends and engines: contract suites that every implementation must
 * pass, a diffusion backend without a model, and frames to test with.
 *
 * <p>To run a suite, add {@code org.diffsynth:diffsynth-testkit}, JUnit 5 and AssertJ to the test
 * scope, and extend the suite in a test class. JUnit then runs all inherited tests:
 *
 * <pre>{@code
 * class MyBackendTest extends DiffusionBackendContract {
 *
 *   @Override
 *   protected DiffusionBackend open(CrossFrameAttention attention) throws IOException {
 *     return new MyProvider().open(DiffusionSettings.of(MODEL).withAttention(attention));
 *   }
 *
 *   @Override
 *   protected List<String> controlNets() {
 *     return List.of();
 *   }
 * }
 * }</pre>
 *
 * <table>
 *   <caption>Contract suites</caption>
 *   <tr><th>implementation</th><th>suite</th></tr>
 *   <tr><td>diffusion backend</td>
 *       <td>{@link org.diffsynth.testkit.DiffusionBackendContract}</td></tr>
 *   <tr><td>patch-matching engine</td>
 *       <td>{@link org.diffsynth.testkit.PatchMatcherContract} and {@link
 *       org.diffsynth.testkit.PatchBlendingContract}</td></tr>
 * </table>
 *
 * <p>{@link org.diffsynth.testkit.FakeDiffusionBackend}, {@link org.diffsynth.testkit.TestFrames}
 * and the package {@code scene} need neither JUnit nor AssertJ.
 */
package org.diffsynth.testkit;
