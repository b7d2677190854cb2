package org.diffsynth.internal.diffusion;

import java.io.IOException;
import java.util.List;
import org.diffsynth.control.ReferencePicture;
import org.diffsynth.diffusion.Latents;
import org.diffsynth.diffusion.NoiseLevel;

/**
 * Latents of the pictures from outside the clip that its frames look at.
 *
 * @param clean encoded, or null if there are none
 * @param noise one frame, which all frames share
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

  /** x_t of the clip, then of the references, noised with the noise all frames share. */
  Latents appendedTo(Latents latents, NoiseLevel level) {
    if (clean == null) {
      return latents;
    }
    Latents noised = level.addNoise(clean, noise.repeat(clean.frames()));
    return Latents.concat(List.of(latents, noised));
  }
}
