package org.diffsynth.onnx.internal.unet;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import java.util.Map;
import org.diffsynth.compute.Closer;
import org.diffsynth.diffusion.Embedding;
import org.diffsynth.internal.text.Text;
import org.diffsynth.onnx.internal.graph.ImagePromptInput;
import org.diffsynth.onnx.internal.runtime.ModelSession;
import org.diffsynth.spi.ModelDescription.ImageInputShape;
import org.diffsynth.spi.UnetInput;
import org.diffsynth.spi.UnetInput.Conditioning;
import org.diffsynth.spi.UnetInput.ImageInput;

/**
 * Inputs of a UNet with an IP-Adapter: one image embedding per row, and zeros in the negative
 * branch.
 */
record ImagePromptFeeds(ImagePromptInput adapter, ModelSession session) {

  /**
   * Adds the image embeddings and, if the graph has such an input, the adapter's scale. Without
   * that input the embeddings are multiplied by the scale instead.
   *
   * @param feeds receives the tensors by input name
   * @param open receives the tensors to close after the run
   * @throws IllegalArgumentException if the embeddings do not have the shape that the model takes,
   *     or there are none and the model does not declare their width
   */
  void add(UnetInput input, Map<String, OnnxTensor> feeds, Closer open) throws OrtException {
    ImageInput image = input.image().orElse(null);
    ImageInputShape accepted = adapter.shape();
    Embedding first = image == null ? null : image.rows().get(0);
    if (first != null && image.rows().stream().anyMatch(row -> !accepted.accepts(row))) {
      throw new IllegalArgumentException(
          Text.format("image embeddings must have shape %s, but was %s", accepted, first.shape()));
    }
    if (first == null && accepted.width() == 0) {
      throw new IllegalArgumentException(
          Text.format(
              "%s needs an image prompt: its input %s does not declare the width of an embedding, so zeros cannot take its place",
              session.file(), adapter.embedding()));
    }
    int tokens = first == null ? Math.max(1, accepted.tokens()) : first.tokens();
    int width = first == null ? accepted.width() : first.width();
    int frames = input.sample().frames();
    float factor = adapter.scale() == null && image != null ? image.scale() : 1;
    String name = adapter.embedding().name();
    feeds.put(
        name,
        open.add(
            session.input(
                name,
                buffer -> {
                  for (Conditioning branch : input.conditionings()) {
                    for (int row = 0; row < frames; row++) {
                      if (image == null || branch.negative()) {
                        buffer.put(new float[tokens * width]);
                      } else {
                        image.rows().get(row).copyTo(buffer, factor);
                      }
                    }
                  }
                },
                adapter.batchShape((long) frames * input.conditionings().size(), tokens, width))));
    if (adapter.scale() != null) {
      String scale = adapter.scale().name();
      long[] shape = adapter.scale().dims().isEmpty() ? new long[0] : new long[] {1};
      float value = image == null ? 0 : image.scale();
      feeds.put(scale, open.add(session.input(scale, buffer -> buffer.put(value), shape)));
    }
  }
}
