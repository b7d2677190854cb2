package org.diffsynth.onnx.golden;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.diffsynth.compute.ComputeOptions;
import org.diffsynth.control.ControlNet;
import org.diffsynth.diffusion.CrossFrameAttention;
import org.diffsynth.onnx.OnnxDiffusionBackendProvider;
import org.diffsynth.onnx.internal.proto.GraphProto;
import org.diffsynth.onnx.internal.proto.ModelProto;
import org.diffsynth.spi.DiffusionBackend;
import org.diffsynth.spi.DiffusionSettings;

/** A copy of the golden model in a folder of its own, for tests that change it. */
public final class ModelCopy {
  private final Path folder;

  /** Copies the golden model. */
  public ModelCopy(Path folder) throws IOException {
    this(folder, Golden.open().model());
  }

  /** Copies a model from a folder. */
  public ModelCopy(Path folder, Path from) throws IOException {
    this.folder = folder;
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Path to = file(from.relativize(file).toString());
        Files.createDirectories(to.getParent());
        Files.write(to, Files.readAllBytes(file));
      }
    }
  }

  /** Returns a file of the copy. */
  public Path file(String name) {
    return folder.resolve(name);
  }

  /** Deletes a file. */
  public ModelCopy delete(String name) throws IOException {
    Files.delete(file(name));
    return this;
  }

  /** Changes a text file. */
  public ModelCopy text(String name, UnaryOperator<String> change) throws IOException {
    String before = Files.readString(file(name));
    String after = change.apply(before);
    if (before.equals(after)) {
      throw new IllegalStateException("nothing was changed in " + name);
    }
    Files.writeString(file(name), after);
    return this;
  }

  /** Changes a model file. */
  public ModelCopy model(String part, Consumer<ModelProto.Builder> change) throws IOException {
    Path file = file(part + "/model.onnx");
    ModelProto.Builder model = ModelProto.newBuilder().mergeFrom(Files.readAllBytes(file));
    change.accept(model);
    Files.write(file, model.build().toByteArray());
    return this;
  }

  /** Changes the graph of a model file. */
  public ModelCopy graph(String part, Consumer<GraphProto.Builder> change) throws IOException {
    return model(part, model -> change.accept(model.getGraphBuilder()));
  }

  /** Returns settings for the copy, with its ControlNet. */
  public DiffusionSettings settings() {
    return DiffusionSettings.of(folder)
        .withControlNets(List.of(ControlNet.of(GoldenModel.NET, file("controlnet"))))
        .withAttention(CrossFrameAttention.FIRST_FRAME)
        .withCompute(ComputeOptions.AUTO.withDevice("cpu").withThreads(2));
  }

  /** Opens the copy. */
  public DiffusionBackend open() throws IOException {
    return new OnnxDiffusionBackendProvider().open(settings());
  }
}
