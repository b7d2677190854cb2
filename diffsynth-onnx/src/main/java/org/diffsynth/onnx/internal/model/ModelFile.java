package org.diffsynth.onnx.internal.model;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** Search for the ONNX model file in a folder. */
final class ModelFile {
  private ModelFile() {}

  /**
   * Returns {@code model.onnx}, or if there is none, the only file that ends in {@code .onnx}.
   *
   * @throws IOException if there is no such file, or more than one; the message lists the files
   *     found
   */
  static Path find(Path folder) throws IOException {
    Path usual = folder.resolve("model.onnx");
    if (Files.isRegularFile(usual)) {
      return usual;
    }
    if (!Files.isDirectory(folder)) {
      throw new IOException(folder + " is missing");
    }
    List<Path> found;
    try (Stream<Path> files = Files.list(folder)) {
      found = files.filter(file -> file.toString().endsWith(".onnx")).sorted().toList();
    }
    if (found.size() != 1) {
      throw new IOException(
          usual
              + " is missing; found "
              + (found.isEmpty() ? "no other model there" : found.toString()));
    }
    return found.get(0);
  }
}
