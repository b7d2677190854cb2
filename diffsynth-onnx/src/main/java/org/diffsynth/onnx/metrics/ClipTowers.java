package org.diffsynth.onnx.metrics;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.diffsynth.compute.BackendException;
import org.diffsynth.compute.Closer;
import org.diffsynth.compute.ComputeOptions;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.Monitor;
import org.diffsynth.internal.text.Text;
import org.diffsynth.onnx.internal.graph.TensorSpec;
import org.diffsynth.onnx.internal.runtime.PlainModel;
import org.diffsynth.onnx.internal.text.ClipTokenizer;
import org.diffsynth.onnx.internal.vision.ImageModel;
import org.diffsynth.onnx.vision.InputSpec;

/** The image encoder and the text encoder of a CLIP model, stored in two model files or in one. */
final class ClipTowers implements AutoCloseable {

  private static final List<String> JOINT = List.of("model.onnx", "onnx/model.onnx");
  private static final List<String> VISION =
      List.of("vision_model.onnx", "onnx/vision_model.onnx", "vision_model/model.onnx");
  private static final List<String> TEXT =
      List.of("text_model.onnx", "onnx/text_model.onnx", "text_model/model.onnx");
  private static final String IMAGE_VECTORS = "image_embeds";
  private static final String TEXT_VECTORS = "text_embeds";

  private final PlainModel vision;
  private final PlainModel language;
  private final ClipTokenizer tokenizer;
  private final InputSpec input;
  private final Frame blank;

  private ClipTowers(
      PlainModel vision, PlainModel language, ClipTokenizer tokenizer, InputSpec input) {
    this.vision = vision;
    this.language = language;
    this.tokenizer = tokenizer;
    this.input = input;
    this.blank =
        Frame.ofRgb8(input.width(), input.height(), new byte[input.width() * input.height() * 3]);
  }

  static ClipTowers open(
      Path folder, ClipTokenizer tokenizer, InputSpec input, ComputeOptions options)
      throws IOException {
    Path vision = first(folder, VISION);
    Path text = first(folder, TEXT);
    Path joint = first(folder, JOINT);
    if ((vision == null || text == null) && joint == null) {
      throw new IOException(
          Text.format(
              "%s: expected model.onnx, or vision_model.onnx and text_model.onnx, but found %s",
              folder, vision != null ? vision : text != null ? text : weights(folder)));
    }
    boolean separate = vision != null && text != null;
    try (Closer closer = new Closer()) {
      PlainModel pictures = closer.add(PlainModel.open(separate ? vision : joint, options));
      PlainModel words = separate ? closer.add(PlainModel.open(text, options)) : pictures;
      TensorSpec pixels = ImageModel.input(pictures, input, false);
      InputSpec sized = ImageModel.sized(pictures.file(), input, pixels);
      check(pictures, IMAGE_VECTORS, separate, true);
      check(words, TEXT_VECTORS, separate, false);
      closer.keepOpen();
      return new ClipTowers(pictures, words, tokenizer, sized);
    }
  }

  /** Names PyTorch weights that lie where the models are expected. */
  private static String weights(Path folder) {
    Path found = first(folder, List.of("model.safetensors", "pytorch_model.bin"));
    return found == null
        ? "none of these"
        : found + " of PyTorch: export the model to ONNX (optimum-cli export onnx)";
  }

  private static Path first(Path folder, List<String> names) {
    return names.stream()
        .map(folder::resolve)
        .filter(Files::isRegularFile)
        .findFirst()
        .orElse(null);
  }

  /** Checks that the model has the vectors as an output, and no unknown input. */
  private static void check(PlainModel model, String output, boolean separate, boolean pixels)
      throws IOException {
    if (model.outputs().stream().noneMatch(port -> port.name().equals(output))) {
      throw new IOException(
          Text.format(
              "%s: expected an output '%s' with the projected vectors, but found %s",
              model.file(), output, ImageModel.listed(model.outputs())));
    }
    for (TensorSpec port : model.inputs()) {
      boolean words = port.name().equals("input_ids") || port.name().equals("attention_mask");
      boolean picture = port.dims().size() == 4;
      if (!(words && (!separate || !pixels)) && !(picture && (!separate || pixels))) {
        throw new IOException(
            Text.format(
                "%s: expected the inputs %s, but found %s",
                model.file(),
                separate
                    ? pixels ? "pixel_values" : "input_ids and attention_mask"
                    : "input_ids, attention_mask and pixel_values",
                ImageModel.listed(model.inputs())));
      }
    }
  }

  float[] image(Frame frame) {
    return run(vision, frame, "", IMAGE_VECTORS);
  }

  float[] text(String text) {
    return run(language, blank, text, TEXT_VECTORS);
  }

  /** Runs a model. A model with both encoders needs a frame and a text for either vector. */
  private float[] run(PlainModel model, Frame frame, String text, String output) {
    int[] row = tokenizer.encodeRow(text);
    int used = Math.min(tokenizer.encode(text).length + 2, row.length);
    List<PlainModel.Feed> feeds = new ArrayList<>();
    for (TensorSpec port : model.inputs()) {
      feeds.add(
          switch (port.name()) {
            case "input_ids" ->
                new PlainModel.Feed(
                    port.name(), target -> Arrays.stream(row).forEach(target::put), 1, row.length);
            case "attention_mask" ->
                new PlainModel.Feed(
                    port.name(),
                    target -> {
                      for (int i = 0; i < row.length; i++) {
                        target.put(i < used ? 1 : 0);
                      }
                    },
                    1,
                    row.length);
            default -> ImageModel.feed(port.name(), frame, input);
          });
    }
    PlainModel.Values values = model.run(Monitor.NONE, feeds, List.of(output)).get(0);
    long[] shape = values.shape();
    if (shape.length != 2 || shape[0] != 1 || shape[1] < 1) {
      throw new BackendException(
          Text.format(
              "%s: output '%s': expected the shape (1, numbers), but found %s",
              model.file(), output, Arrays.toString(shape)));
    }
    return values.data();
  }

  @Override
  public void close() {
    try (Closer closer = new Closer()) {
      closer.add(vision);
      if (language != vision) {
        closer.add(language);
      }
    }
  }
}
