package org.diffsynth.onnx.internal.unet;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import java.util.Map;
import org.diffsynth.compute.Closer;
import org.diffsynth.diffusion.Embedding;
import org.diffsynth.onnx.internal.graph.ImagePromptInput;
import org.diffsynth.onnx.internal.runtime.ModelSession;
import org.diffsynth.spi.Conditioning;
import org.diffsynth.spi.ImageInput;
import org.diffsynth.spi.ImageInputShape;
import org.diffsynth.spi.UnetInput;

/** Feeds a UNet's IP-Adapter: every row its own embedding, zeros on the negative side. */
record ImagePromptFeeds(ImagePromptInput port, ModelSession session) {

  /**
   * Adds the inputs.
   *
   * @throws IllegalArgumentException if the query's embeddings are not of the model's shape
   */
  void add(UnetInput query, Map<String, OnnxTensor> feeds, Closer open) throws OrtException {
    ImageInput image = query.image().orElse(null);
    ImageInputShape takes = port.takes();
    Embedding first = image == null ? null : image.rows().get(0);
    if (first != null && image.rows().stream().anyMatch(row -> !takes.takes(row))) {
      throw new IllegalArgumentException(
          "image embeddings must have shape %s, was %s".formatted(takes, first.shape()));
    }
    if (first == null && takes.width() == 0) {
      throw new IllegalArgumentException(
          "%s needs an image prompt: the width of %s is open, so there are no zeros to give it"
              .formatted(session.file(), port.embedding()));
    }
    int tokens = first == null ? Math.max(1, takes.tokens()) : first.tokens();
    int width = first == null ? takes.width() : first.width();
    int frames = query.sample().frames();
    float factor = port.scale() == null && image != null ? image.scale() : 1;
    String name = port.embedding().name();
    feeds.put(
        name,
        open.add(
            session.tensor(
                name,
                buffer -> {
                  for (Conditioning side : query.conditionings()) {
                    for (int row = 0; row < frames; row++) {
                      if (image == null || side.negative()) {
                        buffer.put(new float[tokens * width]);
                      } else {
                        image.rows().get(row).copyTo(buffer, factor);
                      }
                    }
                  }
                },
                port.shape((long) frames * query.conditionings().size(), tokens, width))));
    if (port.scale() != null) {
      String scale = port.scale().name();
      long[] shape = port.scale().dims().isEmpty() ? new long[0] : new long[] {1};
      float value = image == null ? 0 : image.scale();
      feeds.put(scale, open.add(session.tensor(scale, buffer -> buffer.put(value), shape)));
    }
  }
}
