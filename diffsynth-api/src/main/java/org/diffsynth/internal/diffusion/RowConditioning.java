package org.diffsynth.internal.diffusion;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.IntUnaryOperator;
import org.diffsynth.diffusion.Embedding;
import org.diffsynth.diffusion.ImagePrompt;
import org.diffsynth.diffusion.Latents;
import org.diffsynth.internal.text.Text;
import org.diffsynth.spi.ModelDescription;
import org.diffsynth.spi.ModelDescription.ImageInputShape;
import org.diffsynth.spi.UnetInput.ControlInput;
import org.diffsynth.spi.UnetInput.ImageInput;

/**
 * Conditioning of the rows of a model call besides the prompt: control pictures, the image prompt
 * and poses.
 *
 * @param controls control pictures of the clip and of the references
 * @param images image prompt: one embedding for all frames, or one for each frame of the clip
 * @param poses maps that are concatenated to the latents
 * @param steps number of steps of the run
 * @param number maps a frame number of the predictor to a frame of the clip, or to a reference
 *     after it
 */
record RowConditioning(
    ControlPictures controls,
    Optional<ImagePrompt> images,
    Optional<PoseChannels> poses,
    int steps,
    IntUnaryOperator number) {

  /**
   * Creates the conditioning of a run.
   *
   * @throws IllegalArgumentException if image prompt or poses do not fit the model or the clip
   */
  static RowConditioning of(RunSetup run, ControlPictures controls, int frames) {
    run.plan().guidance().imagePrompt().ifPresent(prompt -> check(prompt, run.model(), frames));
    Optional<PoseChannels> poses =
        run.plan().conditioning().stackedPoses().map(given -> PoseChannels.of(given, run, frames));
    return new RowConditioning(
        controls, run.plan().guidance().imagePrompt(), poses, run.steps(), frame -> frame);
  }

  private static void check(ImagePrompt prompt, ModelDescription model, int frames) {
    ImageInputShape shape =
        model
            .imageInput()
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        Text.format(
                            "%s does not support image prompts: its UNet was exported without an IP-Adapter",
                            model.name())));
    Embedding first = prompt.embeddings().get(0);
    if (!shape.accepts(first)) {
      throw new IllegalArgumentException(
          Text.format(
              "image embeddings for %s must have the shape %s, but had %s",
              model.name(), shape, first.shape()));
    }
    int given = prompt.embeddings().size();
    if (given != 1 && given != frames) {
      throw new IllegalArgumentException(
          Text.format(
              "the image prompt must have 1 embedding or %d embeddings as the clip, but had %d",
              frames, given));
    }
  }

  /** Returns this conditioning for a predictor that numbers frames in another way. */
  RowConditioning numbered(IntUnaryOperator newNumber) {
    return new RowConditioning(controls, images, poses, steps, newNumber);
  }

  /** Returns the control inputs of the given frames at a step. */
  List<ControlInput> controls(List<Integer> frames, int step) throws IOException {
    List<Integer> numbers = frames.stream().map(number::applyAsInt).toList();
    return controls.inputs(numbers, step, steps);
  }

  /** Returns the image prompt of the given frames. */
  Optional<ImageInput> image(List<Integer> frames) {
    return images.map(prompt -> new ImageInput(rows(prompt.embeddings(), frames), prompt.scale()));
  }

  /** Returns the channels that are concatenated to the latents of the given frames. */
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
