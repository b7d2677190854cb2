/**
 * Graph surgery: changes exported ONNX graphs so that an exported Stable Diffusion model can do
 * what DiffSynth needs, without exporting the model again.
 *
 * <h2>Why graphs are changed</h2>
 *
 * <p>An exporter freezes a model as it was called once: each row of a batch attends to itself, the
 * number of ControlNets is fixed, sometimes the batch size is too. DiffSynth needs more. Instead of
 * asking users for special exports, the classes of this package rewrite the graph while a model is
 * opened. Only nodes, inputs and outputs change; weights stay in the model's files, and nothing is
 * written into a model folder.
 *
 * <h2>Changes to a graph</h2>
 *
 * <table>
 * <caption>Surgeries</caption>
 * <tr><th>class</th><th>graph</th><th>change</th></tr>
 * <tr><td>{@code CrossFrameSurgery}</td><td>UNet, ControlNet</td><td>self-attention can attend to
 *     other frames, also to those of earlier calls; its core becomes one fused operator</td></tr>
 * <tr><td>{@code ResidualSurgery}</td><td>UNet</td><td>inputs for the residuals of any number of
 *     ControlNets</td></tr>
 * <tr><td>{@code ControlOutputSurgery}</td><td>ControlNet</td><td>residuals are scaled, and pooled
 *     where the ControlNet needs it</td></tr>
 * <tr><td>{@code UpsampleSurgery}</td><td>UNet</td><td>latents of any size, not only multiples of
 *     8</td></tr>
 * <tr><td>{@code BatchSurgery}</td><td>UNet, ControlNet</td><td>a fixed batch dimension becomes
 *     open</td></tr>
 * <tr><td>{@code GroupNormSurgery}</td><td>VAE</td><td>tiles of an image share the statistics of
 *     group normalization</td></tr>
 * <tr><td>{@code VaeEncoderSurgery}</td><td>VAE encoder</td><td>returns the mean of the latents
 *     instead of a random sample</td></tr>
 * <tr><td>{@code TokenEmbeddingSurgery}</td><td>text encoder</td><td>the table of token embeddings
 *     gets further rows, for textual inversions</td></tr>
 * <tr><td>{@code ClipSkipSurgery}</td><td>text encoder</td><td>leaves out the last layers</td></tr>
 * </table>
 *
 * <h2>How a site is recognized</h2>
 *
 * <p>Exporters name nodes and values differently, and optimizers rename them again. So a site is
 * found by its structure, never by a name: a self-attention is a softmax whose operands lead back
 * to three matrix products with weights of the same input; a skip connection is a concatenation of
 * two image-like values along the channels. Inputs and outputs of the whole model are an exception:
 * they are recognized by name or position, because only they have names that exporters agree on.
 *
 * <p>Every surgery knows from the model's configuration how many sites there must be. Another count
 * is an error that names the file, never a silently changed result.
 *
 * <h2>How a graph is changed</h2>
 *
 * <p>{@code OnnxSkeleton} reads a model without its weights. {@code GraphIndex} answers which node
 * makes and which nodes read a value. {@code GraphRewrite} collects changes against the original
 * positions and applies them at once, so that positions found before stay valid. Nodes that no
 * output needs any more are removed. {@code SkeletonCache} keeps patched graphs on disk under the
 * hash of the original graph and of the recipe of the change.
 */
package org.diffsynth.onnx.internal.graph;
