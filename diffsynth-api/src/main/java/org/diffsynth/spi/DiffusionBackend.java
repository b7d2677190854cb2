package org.diffsynth.spi;

import java.util.List;
import org.diffsynth.compute.BackendException;
import org.diffsynth.compute.OutOfDeviceMemoryException;
import org.diffsynth.diffusion.Embedding;
import org.diffsynth.diffusion.Latents;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.Monitor;

/**
 * An open diffusion model with its ControlNets: text encoder, UNet, VAE. It computes and decides
 * nothing: the denoising loop chooses chunks, steps and schedules.
 *
 * <p>The same call gives the same bytes. The same row gives the same result, but for rounding,
 * whatever other rows it does not look at are in the call. For one thread at a time; calls return
 * when they are done. Values handed out are the caller's and stay valid after {@link #close}.
 *
 * <p>A call may take long: a backend that can be stopped asks the monitor from the calling thread
 * while it waits, and throws its CancellationException; it is usable after that. A failure of a
 * model is a {@link BackendException}, out of memory a {@link OutOfDeviceMemoryException}.
 */
public interface DiffusionBackend extends AutoCloseable {

  /** What the denoising loop must know of the model. */
  ModelDescription model();

  /**
   * Encodes prompts. A shorter one is filled up, so that all embeddings have as many tokens.
   *
   * @param prompts at least one; the empty prompt is a prompt
   * @return one embedding per prompt, in order
   */
  List<Embedding> encodeText(List<String> prompts);

  /**
   * Encodes pictures: the mean of the VAE's distribution, no sampling, times its scaling factor.
   *
   * @param frames at least one, all of one size that the model can take; samples in [0, 1], which
   *     the VAE sees as [-1, 1]
   * @return one frame of latents per picture
   * @throws NotFiniteException if the encoder gives NaN or infinity
   */
  Latents encode(List<Frame> frames, Monitor monitor);

  /**
   * Decodes latents, the inverse of {@link #encode} as far as a VAE has one.
   *
   * @return one picture per frame of latents, of depth FLOAT; what the VAE gives in [-1, 1] is [0,
   *     1] here, and values beyond are kept
   * @throws NotFiniteException if the decoder gives NaN or infinity
   */
  List<Frame> decode(Latents latents, Monitor monitor);

  /**
   * Evaluates ControlNets and UNet.
   *
   * @return what the UNet gives, ε or v as {@link ModelDescription#predictionType} says: the rows
   *     under the first conditioning, then the rows under the second; NaN is handed on
   * @throws IllegalArgumentException if a control names a ControlNet that was not opened
   * @throws IllegalStateException if a row looks at {@link KeyValueRows#CARRIED} and nothing of
   *     that shape was kept
   */
  Latents predict(UnetInput query, Monitor monitor);

  /**
   * How many rows one {@link #predict} should take at most, from the memory there is.
   *
   * @param latentWidth columns of the latents
   * @param latentHeight rows of the latents
   * @param conditionings how many conditionings the query will have, 1 or 2
   * @return at least 1
   */
  int rowsPerCall(int latentWidth, int latentHeight, int conditionings);

  /** Frees everything; a second call does nothing. */
  @Override
  void close();
}
