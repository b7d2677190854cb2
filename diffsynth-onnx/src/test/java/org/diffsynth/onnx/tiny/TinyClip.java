package org.diffsynth.onnx.tiny;

import static org.diffsynth.onnx.tiny.TinyGraph.attribute;
import static org.diffsynth.onnx.tiny.TinyGraph.attributes;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;

/**
 * A CLIP model whose results are easy to compute: the embedding of an image is the mean of each
 * channel times a matrix; the embedding of a text is the sum of its ids times one vector, plus
 * another.
 */
public final class TinyClip {
  private final int side;
  private final int dims;

  /** Matrix of shape (3, dims) for images. */
  public final float[] imageWeight;

  /** Vector that is multiplied by the sum of ids. */
  public final float[] textWeight;

  /** Vector that is added to the embedding of a text. */
  public final float[] textBias;

  /** Builds a model for images of side × side pixels and embeddings of {@code dims} numbers. */
  public TinyClip(int side, int dims) {
    this.side = side;
    this.dims = dims;
    Random random = new Random(2);
    this.imageWeight = floats(random, 3 * dims);
    this.textWeight = floats(random, dims);
    this.textBias = floats(random, dims);
  }

  private static float[] floats(Random random, int count) {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = random.nextFloat() - 0.5f;
    }
    return values;
  }

  private void addVision(TinyGraph graph) {
    graph
        .input("pixel_values", "batch", "channels", "height", "width")
        .weight("image_weight", imageWeight, 3, dims)
        .node(
            "ReduceMean",
            "pixel_values",
            "mean",
            attributes("axes", 2, 3),
            attribute("keepdims", 0))
        .node("MatMul", "mean image_weight", "image_embeds")
        .output("image_embeds", "batch", dims);
  }

  private void addText(TinyGraph graph) {
    graph
        .integers("input_ids", "batch", "sequence")
        .integers("attention_mask", "batch", "sequence")
        .weight("text_weight", textWeight, 1, dims)
        .weight("text_bias", textBias, dims)
        .number("scale", 1e-4f)
        .longs("one", 1)
        .node("Mul", "input_ids attention_mask", "ids")
        .node("Cast", "ids", "float", attribute("to", TinyGraph.FLOAT))
        .node("ReduceSum", "float one", "sum")
        .node("Mul", "sum scale", "scaled")
        .node("MatMul", "scaled text_weight", "text")
        .node("Add", "text text_bias", "text_embeds")
        .output("text_embeds", "batch", dims);
  }

  private void writeTokenizer(Path folder, Path tokenizer) throws IOException {
    Files.createDirectories(folder);
    for (String name : new String[] {"vocab.json", "merges.txt", "tokenizer_config.json"}) {
      if (Files.exists(tokenizer.resolve(name))) {
        Files.copy(tokenizer.resolve(name), folder.resolve(name));
      }
    }
    Files.writeString(
        folder.resolve("preprocessor_config.json"),
        """
        {"crop_size": {"height": %1$d, "width": %1$d}, "size": {"shortest_edge": %1$d},
         "image_mean": [0.5, 0.5, 0.5], "image_std": [0.5, 0.25, 0.125]}
        """
            .formatted(side));
  }

  /** Writes one model for images and texts. */
  public Path writeJoint(Path folder, Path tokenizer) throws IOException {
    writeTokenizer(folder, tokenizer);
    TinyGraph graph = new TinyGraph();
    addText(graph);
    addVision(graph);
    graph.write(folder.resolve("model.onnx"));
    return folder;
  }

  /** Writes one model for images and one for texts. */
  public Path writeApart(Path folder, Path tokenizer) throws IOException {
    writeTokenizer(folder, tokenizer);
    TinyGraph vision = new TinyGraph();
    addVision(vision);
    vision.write(folder.resolve("onnx/vision_model.onnx"));
    TinyGraph text = new TinyGraph();
    addText(text);
    text.write(folder.resolve("onnx/text_model.onnx"));
    return folder;
  }
}
