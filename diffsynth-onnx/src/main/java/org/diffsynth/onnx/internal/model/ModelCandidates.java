package org.diffsynth.onnx.internal.model;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.diffsynth.internal.text.Text;
import org.diffsynth.onnx.internal.checkpoint.WeightFiles;
import org.diffsynth.onnx.internal.json.JsonFile;
import org.diffsynth.onnx.internal.kind.FileKind;

/**
 * Recognition of what people give in place of a model folder: a file, a folder of PyTorch, a part
 * of a model, a folder above or below the right one. Only names and small files are read.
 */
final class ModelCandidates {
  static final String INDEX = "model_index.json";
  private static final String EXPORT =
      "export it once, as docs/export.md describes: optimum-cli export onnx --model %s --task"
          + " text-to-image NEW_FOLDER";
  private static final String PICKLE =
      "reading such a file can run any code that its author put into it, so it is not opened;"
          + " download the .safetensors variant of the model";
  private static final int MOST_ENTRIES = 1000;
  private static final int DEEPEST = 3;

  private ModelCandidates() {}

  /**
   * Returns whether a path is a file of the format safetensors, or a damaged file with that ending.
   */
  static boolean isWeights(Path path) throws IOException {
    if (!Files.isRegularFile(path)) {
      return false;
    }
    FileKind kind = FileKind.of(path);
    return kind == FileKind.SAFETENSORS || kind == FileKind.OTHER && named(path, ".safetensors");
  }

  /**
   * Checks that a path may be a model folder.
   *
   * @throws IOException saying what the path is, and what to give instead
   */
  static void checkModel(Path path) throws IOException {
    if (Files.isRegularFile(path)) {
      throw new IOException(
          path
              + " is "
              + file(path)
              + "; a model is a folder or a .safetensors file: "
              + insteadOf(path));
    }
    checkFolder(path);
    if (Files.isRegularFile(path.resolve(INDEX))) {
      return;
    }
    JsonNode config = JsonFile.readOptional(path.resolve("config.json"));
    String network = config.path("_class_name").asText("");
    if (network.contains("ControlNet")) {
      throw new IOException(
          path
              + " is a ControlNet, not a whole model: give it as a ControlNet (--control NAME=PATH"
              + " in the app), and the model's folder as the model");
    }
    Path parent = path.toAbsolutePath().normalize().getParent();
    if (parent != null && Files.isRegularFile(parent.resolve(INDEX))) {
      throw new IOException(
          Text.format("%s is one part of a model: give the whole folder %s", path, parent));
    }
    List<Path> inside = below(path, file -> file.endsWith(INDEX));
    if (!inside.isEmpty()) {
      throw new IOException(
          path
              + " has no "
              + INDEX
              + "; the model is further inside: give "
              + String.join(" or ", inside.stream().map(p -> p.getParent().toString()).toList()));
    }
    List<Path> weights = in(path, ModelCandidates::isTorch);
    if (!weights.isEmpty() && in(path, file -> named(file, ".onnx")).isEmpty()) {
      throw new IOException(
          Text.format(
              "%s holds %s, not a model folder: %s",
              path,
              weights.get(0).getFileName().toString().contains("lora")
                  ? "a LoRA (" + weights.get(0).getFileName() + ")"
                  : "a checkpoint file (" + weights.get(0).getFileName() + ")",
              insteadOf(weights.get(0))));
    }
  }

  /**
   * Checks that the parts of a model folder are ONNX, not PyTorch.
   *
   * @throws IOException naming the weights that were found and the command that exports them
   */
  static void checkExported(Path folder) throws IOException {
    for (String part : List.of("unet", "transformer", "text_encoder", "vae")) {
      Path inner = folder.resolve(part);
      if (!Files.isDirectory(inner) || !in(inner, file -> named(file, ".onnx")).isEmpty()) {
        continue;
      }
      List<Path> weights = in(inner, ModelCandidates::isTorch);
      if (!weights.isEmpty()) {
        throw new IOException(
            Text.format(
                "%s is a model of PyTorch (%s/%s), not of ONNX: %s, or %s",
                folder, part, weights.get(0).getFileName(), PICKLE, Text.format(EXPORT, folder)));
      }
    }
  }

  /**
   * Checks that a path may be a ControlNet folder.
   *
   * @throws IOException saying what the path is, and what to give instead
   */
  static void checkControlNet(Path path) throws IOException {
    if (isWeights(path)) {
      return;
    }
    if (Files.isRegularFile(path)) {
      throw new IOException(
          path
              + " is "
              + file(path)
              + "; a ControlNet is a .safetensors file, or a folder with such a file or with"
              + " model.onnx: "
              + (isTorch(path) ? PICKLE + ", or " : "")
              + exportControlNet());
    }
    checkFolder(path);
    Path inner = path.resolve("controlnet");
    Path folder = Files.isDirectory(inner) ? inner : path;
    if (folder == path && Files.isRegularFile(path.resolve(INDEX))) {
      throw new IOException(
          path
              + " is a whole model, not a ControlNet: give it as the model (--model in the app),"
              + " and the folder of a ControlNet here");
    }
    String network =
        JsonFile.readOptional(folder.resolve("config.json"))
            .path("_class_name")
            .asText("ControlNetModel");
    if (!network.equals("ControlNetModel")) {
      throw new IOException(
          Text.format(
              "%s is a %s, not a ControlNetModel of the Stable Diffusion 1.5 family%s",
              folder,
              network,
              network.startsWith("UNet") ? ": this is the UNet of a whole model" : ""));
    }
    if (in(folder, file -> named(file, ".onnx")).isEmpty()) {
      if (WeightFiles.isCheckpoint(folder)) {
        return;
      }
      List<Path> weights = in(folder, ModelCandidates::isTorch);
      if (!weights.isEmpty()) {
        throw new IOException(
            Text.format(
                "%s is a ControlNet of PyTorch (%s), not of ONNX: %s, or %s",
                folder, weights.get(0).getFileName(), PICKLE, exportControlNet()));
      }
      List<Path> inside = below(folder, file -> named(file, ".onnx"));
      if (!inside.isEmpty()) {
        throw new IOException(
            Text.format(
                "%s has no ONNX file; it is further inside: give %s",
                folder, inside.get(0).getParent()));
      }
    }
  }

  private static void checkFolder(Path path) throws IOException {
    if (!Files.isDirectory(path)) {
      throw new IOException(path + " is not a folder: there is nothing of this name");
    }
  }

  private static String exportControlNet() {
    return "export it once, as docs/export.md describes: python samples/export/export_controlnet.py"
        + " NAME_OR_FOLDER NEW_FOLDER";
  }

  /** Says what a file is. */
  private static String file(Path path) throws IOException {
    FileKind kind = FileKind.of(path);
    return kind == FileKind.OTHER && named(path, ".onnx") ? "one ONNX graph" : kind.title();
  }

  /** Says what a file is that was given as a VAE, and what to give instead. */
  static String notVae(Path path) throws IOException {
    return path
        + " is "
        + file(path)
        + "; a VAE is a .safetensors file, or a folder with such a file or with vae_encoder and"
        + " vae_decoder"
        + (isTorch(path) ? ": " + PICKLE : "");
  }

  private static String insteadOf(Path file) throws IOException {
    if (named(file, ".onnx") || file.endsWith(INDEX)) {
      Path parent = file.toAbsolutePath().normalize().getParent();
      Path above = parent.getParent();
      boolean part = above != null && Files.isRegularFile(above.resolve(INDEX));
      return "give "
          + (part
              ? above.toString()
              : Files.isRegularFile(parent.resolve(INDEX))
                  ? parent.toString()
                  : "the folder with model_index.json, unet, text_encoder, vae_encoder and vae_decoder");
    }
    if (named(file, ".safetensors")) {
      return file.getFileName().toString().contains("lora")
          ? "a LoRA belongs to --lora"
          : "give this file, if it is a checkpoint";
    }
    if (isTorch(file)) {
      return PICKLE;
    }
    return "one as docs/onnx.md lists it";
  }

  private static boolean isTorch(Path file) {
    return named(file, ".safetensors")
        || named(file, ".bin")
        || named(file, ".ckpt")
        || named(file, ".pt")
        || named(file, ".pth")
        || named(file, ".msgpack");
  }

  private static boolean named(Path file, String ending) {
    return file.getFileName().toString().toLowerCase(Locale.ROOT).endsWith(ending);
  }

  /** Returns some files of a folder. */
  private static List<Path> in(Path folder, Predicate<Path> wanted) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.limit(MOST_ENTRIES).filter(wanted).sorted().limit(2).toList();
    }
  }

  /** Returns some files of the folders below a folder. */
  private static List<Path> below(Path folder, Predicate<Path> wanted) throws IOException {
    try (Stream<Path> files = Files.walk(folder, DEEPEST)) {
      return files.limit(MOST_ENTRIES).filter(wanted).sorted().limit(2).toList();
    } catch (UncheckedIOException e) {
      return List.of(); // a folder that may not be read, such as in a home folder
    }
  }
}
