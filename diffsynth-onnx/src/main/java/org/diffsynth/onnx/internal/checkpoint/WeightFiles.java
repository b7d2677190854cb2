package org.diffsynth.onnx.internal.checkpoint;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.diffsynth.internal.text.Text;
import org.diffsynth.onnx.internal.tensorfile.SafetensorsFile;

/** Search for the weights in one part of a folder of diffusers, such as its subfolder unet. */
public final class WeightFiles {
  private static final String ENDING = ".safetensors";
  private static final int MOST_ENTRIES = 1000;
  private static final Pattern SHARD =
      Pattern.compile(".*-\\d{5}-of-\\d{5}(\\.\\w+)?\\.safetensors");
  private static final Pattern ADAPTER = Pattern.compile(".*(lora|adapter).*");

  private WeightFiles() {}

  /** Returns whether a folder holds weights in the format safetensors and no ONNX model. */
  public static boolean isCheckpoint(Path folder) throws IOException {
    return Files.isDirectory(folder)
        && list(folder, ".onnx").isEmpty()
        && !list(folder, ENDING).isEmpty();
  }

  /**
   * Opens the weights of a folder: {@code diffusion_pytorch_model.safetensors} or {@code
   * model.safetensors}; else the variant in half precision, {@code ….fp16.safetensors}; else all
   * parts of a file that was split; else the only file of the format.
   *
   * @throws IOException if there is none, or several and none with a usual name
   */
  static List<SafetensorsFile> open(Path folder) throws IOException {
    List<Path> found = list(folder, ENDING);
    found.removeIf(file -> ADAPTER.matcher(file.getFileName().toString()).matches());
    for (String variant : new String[] {"", ".fp16"}) {
      for (String name : new String[] {"diffusion_pytorch_model", "model"}) {
        Path usual = folder.resolve(name + variant + ENDING);
        if (found.contains(usual)) {
          return List.of(SafetensorsFile.open(usual));
        }
        String start = folder.resolve(name).toString();
        List<SafetensorsFile> shards = new ArrayList<>();
        for (Path file : found) {
          String text = file.toString();
          if (text.startsWith(start)
              && SHARD.matcher(text).matches()
              && text.contains(".fp16.") == variant.equals(".fp16")) {
            shards.add(SafetensorsFile.open(file));
          }
        }
        if (!shards.isEmpty()) {
          return shards;
        }
      }
    }
    if (found.size() != 1) {
      List<Path> pickles = list(folder, ".bin");
      throw new IOException(
          Text.format(
              "%s must hold diffusion_pytorch_model.safetensors or model.safetensors, but holds %s%s",
              folder,
              found.isEmpty() ? "no file of this format" : found.toString(),
              found.isEmpty() && !pickles.isEmpty()
                  ? "; "
                      + pickles.get(0).getFileName()
                      + " is a Python pickle, which can run any code while it is read, so it is not opened: download the .safetensors variant of the model"
                  : ""));
    }
    return List.of(SafetensorsFile.open(found.get(0)));
  }

  private static List<Path> list(Path folder, String ending) throws IOException {
    if (!Files.isDirectory(folder)) {
      return new ArrayList<>();
    }
    try (Stream<Path> files = Files.list(folder)) {
      return new ArrayList<>(
          files
              .limit(MOST_ENTRIES)
              .filter(
                  file -> file.getFileName().toString().toLowerCase(Locale.ROOT).endsWith(ending))
              .sorted()
              .toList());
    }
  }
}
