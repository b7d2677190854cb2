package org.diffsynth.internal.diffusion;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.IntUnaryOperator;
import org.diffsynth.diffusion.Embedding;
import org.diffsynth.diffusion.ImagePrompt;
import org.diffsynth.diffusion.Latents;
import org.diffsynth.spi.ModelDescription;
import org.diffsynth.spi.ModelDescription.ImageInputShape;
import org.diffsynth.spi.UnetInput.ControlInput;
import org.diffsynth.spi.UnetInput.ImageInput;

/**
 * What the rows of a query see besides their latents.
 *
 * @param images what all rows see, or one for each frame of the clip
 * @param poses maps that go beside the latents
 * @param number which frame of the clip, or which reference after it, a frame of the predictor is
 */
record RowInputs(
    ControlPictures controls,
    Optional<ImagePrompt> images,
    Optional<PoseChannels> poses,
    int steps,
    IntUnaryOperator number) {

  /**
   * Checks image prompt and poses against model and clip.
   *
   * @throws IllegalArgumentException if they do not fit
   */
  static RowInputs of(RunSetup run, ControlPictures controls, int frames) {
    run.plan().guidance().imagePrompt().ifPresent(prompt -> check(prompt, run.model(), frames));
    Optional<PoseChannels> poses =
        run.plan().conditioning().stackedPoses().map(given -> PoseChannels.of(given, run, frames));
    return new RowInputs(
        controls, run.plan().guidance().imagePrompt(), poses, run.steps(), frame -> frame);
  }

  private static void check(ImagePrompt prompt, ModelDescription model, int frames) {
    ImageInputShape shape =
        model
            .imageInput()
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        "%s takes no image prompt: its UNet was exported without an IP-Adapter"
                            .formatted(model.name())));
    Embedding first = prompt.embeddings().get(0);
    if (!shape.accepts(first)) {
      throw new IllegalArgumentException(
          "%s takes image embeddings of shape %s, was %s"
              .formatted(model.name(), shape, first.shape()));
    }
    int given = prompt.embeddings().size();
    if (given != 1 && given != frames) {
      throw new IllegalArgumentException(
          "the image prompt must have 1 embedding or %d as the clip, had %d"
              .formatted(frames, given));
    }
  }

  /** For a predictor that counts frames in another way. */
  RowInputs numbered(IntUnaryOperator newNumber) {
    return new RowInputs(controls, images, poses, steps, newNumber);
  }

  /** Control pictures of these frames at a step. */
  List<ControlInput> controls(List<Integer> frames, int step) throws IOException {
    List<Integer> numbers = frames.stream().map(number::applyAsInt).toList();
    return controls.inputs(numbers, step, steps);
  }

  /** The image prompt of these frames. */
  Optional<ImageInput> image(List<Integer> frames) {
    return images.map(prompt -> new ImageInput(rows(prompt.embeddings(), frames), prompt.scale()));
  }

  /** What goes beside the latents of these frames. */
  Optional<Latents> channels(List<Integer> frames) {
    List<Integer> numbers = frames.stream().map(number::applyAsInt).toList();
    return poses.map(given -> given.stacks(numbers));
  }

  private List<Embedding> rows(List<Embedding> embeddings, List<Integer> frames) {
    List<Embedding> rows = new ArrayList<>();
    for (int frame : frames) {
      int index = number.applyAsInt(frame);
      rows.add(embeddings.get(index < embeddings.size() ? index : 0));
    }
    return rows;
  }
}
