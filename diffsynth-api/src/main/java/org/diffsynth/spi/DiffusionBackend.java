package org.diffsynth.spi;

import java.util.List;
import org.diffsynth.compute.BackendException;
import org.diffsynth.compute.BackendException.OutOfDeviceMemoryException;
import org.diffsynth.diffusion.Embedding;
import org.diffsynth.diffusion.Latents;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.Monitor;
import org.diffsynth.spi.UnetInput.KeyValueRows;

/**
 * An open diffusion model with its text encoder, UNet, VAE and ControlNets. A backend only
 * evaluates models; the denoising loop decides about chunks, steps and schedules.
 *
 * <p>Requirements, which the testkit's {@code DiffusionBackendContract} checks:
 *
 * <ul>
 *   <li>Equal calls give equal bytes. A row gives the same result, up to rounding, whatever other
 *       rows are in the call, unless it attends to them.
 *   <li>Only one thread at a time calls a backend. A call returns when its work is done.
 *   <li>Returned values belong to the caller and stay valid after {@link #close}.
 *   <li>A backend that can interrupt its work asks the {@link Monitor} from the calling thread
 *       while it waits, and throws its CancellationException. It stays usable afterwards.
 *   <li>A model failure is a {@link BackendException}; lack of device memory is an {@link
 *       OutOfDeviceMemoryException}, after which the caller may try again with fewer rows.
 * </ul>
 */
public interface DiffusionBackend extends AutoCloseable {

  /** Returns the properties of the model. */
  ModelDescription model();

  /**
   * Encodes prompts. The backend pads shorter prompts, so that all embeddings have equal shapes.
   *
   * @param prompts at least one prompt; a prompt may be empty
   * @return one embedding per prompt, in the order of the prompts
   */
  List<Embedding> encodeText(List<String> prompts);

  /**
   * Encodes pictures into latents: the mean of the VAE's distribution, without sampling, multiplied
   * by the scaling factor.
   *
   * @param frames at least one frame, all of one size that the model accepts. Samples in [0, 1]
   *     enter the VAE as [-1, 1]
   * @return latents {@code (frames, channels, height/8, width/8)}
   * @throws NotFiniteException if the encoder outputs NaN or infinity
   */
  Latents encode(List<Frame> frames, Monitor monitor);

  /**
   * Decodes latents into pictures.
   *
   * @return one frame of depth {@link Frame.Depth#FLOAT} per frame of latents. The VAE's range [-1,
   *     1] becomes [0, 1]; values outside are kept
   * @throws NotFiniteException if the decoder outputs NaN or infinity
   */
  List<Frame> decode(Latents latents, Monitor monitor);

  /**
   * Encodes pictures with the VAE that {@link DiffusionSettings.Vae#inLoop} names. Default: {@link
   * #encode}, for backends that have one VAE. Arguments and result are those of {@link #encode}.
   */
  default Latents encodeInLoop(List<Frame> frames, Monitor monitor) {
    return encode(frames, monitor);
  }

  /**
   * Decodes latents with the VAE that {@link DiffusionSettings.Vae#inLoop} names. Default: {@link
   * #decode}, for backends that have one VAE. Arguments and result are those of {@link #decode}.
   */
  default List<Frame> decodeInLoop(Latents latents, Monitor monitor) {
    return decode(latents, monitor);
  }

  /**
   * Evaluates ControlNets and UNet.
   *
   * @return output of the UNet, which is ε or v according to {@link
   *     ModelDescription#predictionType}: the rows under the first conditioning, then the rows
   *     under the second. NaN is passed on
   * @throws IllegalArgumentException if the input names a ControlNet that was not opened
   * @throws IllegalStateException if a row attends to {@link KeyValueRows#CACHED} and no keys and
   *     values of this shape are stored
   */
  Latents predict(UnetInput input, Monitor monitor);

  /**
   * Returns the largest recommended number of rows for a call of {@link #predict}, according to the
   * free memory; at least 1.
   *
   * @param latentWidth columns of the latents
   * @param latentHeight rows of the latents
   * @param conditionings number of conditionings of the input, 1 or 2
   */
  int rowsPerCall(int latentWidth, int latentHeight, int conditionings);

  /** Releases all resources. A second call does nothing. */
  @Override
  void close();
}
