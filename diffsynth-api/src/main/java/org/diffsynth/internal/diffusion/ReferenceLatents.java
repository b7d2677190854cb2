package org.diffsynth.internal.diffusion;

import java.io.IOException;
import java.util.List;
import org.diffsynth.diffusion.Latents;
import org.diffsynth.diffusion.NoiseLevel;
import org.diffsynth.request.Conditioning.ReferencePicture;

/**
 * Latents of the reference pictures, which frames of the clip attend to.
 *
 * @param clean encoded reference pictures; null without references
 * @param noise one frame of noise, which all frames share
 */
record ReferenceLatents(Latents clean, Latents noise) {

  static ReferenceLatents of(RunSetup run) throws IOException {
    List<ReferencePicture> references = run.usedReferences();
    if (references.isEmpty()) {
      return new ReferenceLatents(null, run.noise());
    }
    PictureCodec.Encoder encoder = run.codec().encoder("encoding the references");
    for (ReferencePicture reference : references) {
      encoder.write(PictureAdjustment.fit(reference.picture(), run.size()));
    }
    return new ReferenceLatents(encoder.toLatents(), run.noise());
  }

  /**
   * Returns x_t of the clip followed by x_t of the references, which is their clean latents with
   * the common noise added.
   */
  Latents appendedTo(Latents latents, NoiseLevel level) {
    if (clean == null) {
      return latents;
    }
    Latents noised = level.addNoise(clean, noise.repeat(clean.frames()));
    return Latents.concat(List.of(latents, noised));
  }
}
