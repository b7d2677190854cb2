package org.diffsynth.onnx.internal.vision;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import org.diffsynth.compute.ComputeOptions;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.Monitor;
import org.diffsynth.internal.text.Text;
import org.diffsynth.onnx.internal.graph.TensorSpec;
import org.diffsynth.onnx.internal.runtime.PlainModel;
import org.diffsynth.onnx.vision.InputSpec;
import org.diffsynth.pose.BoundingBox;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A model whose only input is a picture. */
public final class ImageModel implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ImageModel.class);
  private static final int RANK = 4;
  private static final int RGB = 3;

  private final PlainModel model;
  private final InputSpec spec;
  private final String input;

  private ImageModel(PlainModel model, InputSpec spec, String input) {
    this.model = model;
    this.spec = spec;
    this.input = input;
  }

  /**
   * The outputs of a model for a frame.
   *
   * @param placement position of the frame in the input of the model
   * @param outputs output tensors, in the order in which they were requested
   */
  record Answer(FramePlacement placement, List<PlainModel.Values> outputs) {}

  /**
   * Opens a model whose only input is a picture.
   *
   * @throws IOException if the file cannot be read or if the model has other inputs; the message
   *     lists the inputs
   */
  public static ImageModel open(Path file, InputSpec spec, ComputeOptions options)
      throws IOException {
    PlainModel model = PlainModel.open(file, options);
    try {
      TensorSpec port = input(model, spec, true);
      return new ImageModel(model, sized(file, spec, port), port.name());
    } catch (IOException | RuntimeException e) {
      model.close();
      throw e;
    }
  }

  /**
   * Finds the input that accepts a picture.
   *
   * @param alone whether a model with further inputs is an error
   * @throws IOException if there is no such input, or if it is ambiguous; the message lists the
   *     inputs
   */
  public static TensorSpec input(PlainModel model, InputSpec spec, boolean alone)
      throws IOException {
    List<TensorSpec> fitting =
        model.inputs().stream()
            .filter(
                port ->
                    spec.tensor().isEmpty()
                        ? takesPicture(port, spec.layout())
                        : port.name().equals(spec.tensor()))
            .toList();
    if (fitting.size() == 1 && (!alone || model.inputs().size() == 1)) {
      TensorSpec port = fitting.get(0);
      if (takesPicture(port, spec.layout())) {
        return port;
      }
    }
    throw new IOException(
        Text.format(
            "%s: expected one input%s for a picture, %s, but found %s",
            model.file(),
            spec.tensor().isEmpty() ? "" : " '" + spec.tensor() + "'",
            spec.layout() == InputSpec.Layout.NCHW
                ? "[1, 3, height, width]"
                : "[1, height, width, 3]",
            listed(model.inputs())));
  }

  private static boolean takesPicture(TensorSpec port, InputSpec.Layout layout) {
    if (port.dims().size() != RANK) {
      return false;
    }
    long channels = port.dim(layout == InputSpec.Layout.NCHW ? 1 : RANK - 1);
    return (channels < 0 || channels == RGB) && port.dim(0) <= 1;
  }

  /** Lists all inputs or outputs in one line, for error messages. */
  public static String listed(List<TensorSpec> ports) {
    return ports.isEmpty()
        ? "nothing"
        : ports.stream().map(TensorSpec::toString).collect(Collectors.joining(", "));
  }

  /**
   * Returns the description with the input size of the model, if the model has a fixed input size.
   *
   * @throws IOException if only one of height and width is fixed
   */
  public static InputSpec sized(Path file, InputSpec spec, TensorSpec port) throws IOException {
    int first = spec.layout() == InputSpec.Layout.NCHW ? 2 : 1;
    long height = port.dim(first);
    long width = port.dim(first + 1);
    if (height < 0 && width < 0) {
      return spec;
    }
    if (height < 1 || width < 1) {
      throw new IOException(
          Text.format(
              "%s: input %s must have both height and width fixed, or neither", file, port));
    }
    InputSpec.Fit fit =
        switch (spec.fit()) {
          case STRETCH, SHORTER, LONGER, HEIGHT, ORIGINAL -> InputSpec.Fit.STRETCH;
          case LETTERBOX, CORNER, CROP -> spec.fit();
        };
    InputSpec sized = spec.withSize(fit, Math.toIntExact(width), Math.toIntExact(height));
    if (!sized.equals(spec)) {
      LOG.info("{} has a fixed input size of {}x{}; frames are resized to it", file, width, height);
    }
    return sized;
  }

  /** Describes how frames become the input, with the input size of the model if it is fixed. */
  public InputSpec spec() {
    return spec;
  }

  /** Returns whether the model has a fixed input size. */
  boolean isSizeFixed() {
    TensorSpec port =
        model.inputs().stream().filter(it -> it.name().equals(input)).findFirst().orElseThrow();
    return port.dim(spec.layout() == InputSpec.Layout.NCHW ? 2 : 1) > 0;
  }

  Path file() {
    return model.file();
  }

  List<TensorSpec> outputs() {
    return model.outputs();
  }

  /** Runs the model on a frame. */
  Answer run(Frame frame, List<String> outputs, Monitor monitor) {
    FramePlacement placement = FramePlacement.of(spec, frame.width(), frame.height());
    return new Answer(placement, run(InputPixels.of(frame, placement, spec), outputs, monitor));
  }

  /** Runs the model on a frame, with the input size multiplied by a factor. */
  Answer run(Frame frame, double scale, List<String> outputs, Monitor monitor) {
    InputSpec scaled =
        spec.withSize(spec.fit(), scaled(spec.width(), scale), scaled(spec.height(), scale));
    FramePlacement placement = FramePlacement.of(scaled, frame.width(), frame.height());
    return new Answer(placement, run(InputPixels.of(frame, placement, scaled), outputs, monitor));
  }

  private int scaled(int side, double scale) {
    int multiple = scale == 1 ? 1 : spec.multiple();
    return (int) Math.max(1, Math.rint(side * scale / multiple)) * multiple;
  }

  /** Runs the model on a part of a frame, stretched to the input size. */
  List<PlainModel.Values> run(
      Frame frame, BoundingBox crop, List<String> outputs, Monitor monitor) {
    return run(InputPixels.of(frame, crop, spec.width(), spec.height()), outputs, monitor);
  }

  private List<PlainModel.Values> run(InputPixels pixels, List<String> outputs, Monitor monitor) {
    return model.run(monitor, List.of(feed(input, pixels, spec)), outputs);
  }

  /** Converts a frame to the input tensor of a model. */
  public static PlainModel.Feed feed(String input, Frame frame, InputSpec spec) {
    FramePlacement placement = FramePlacement.of(spec, frame.width(), frame.height());
    return feed(input, InputPixels.of(frame, placement, spec), spec);
  }

  private static PlainModel.Feed feed(String input, InputPixels pixels, InputSpec spec) {
    long[] shape =
        spec.layout() == InputSpec.Layout.NCHW
            ? new long[] {1, RGB, pixels.height(), pixels.width()}
            : new long[] {1, pixels.height(), pixels.width(), RGB};
    return new PlainModel.Feed(input, target -> pixels.fill(spec, target), shape);
  }

  @Override
  public void close() {
    model.close();
  }
}
