package org.diffsynth.onnx.internal.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.diffsynth.onnx.internal.graph.OnnxSkeleton;
import org.diffsynth.onnx.internal.json.JsonFile;
import org.diffsynth.onnx.internal.tensorfile.SafetensorsFile;

/**
 * A VAE that is not part of a model: AutoencoderKL or AutoencoderTiny, in a file or a folder.
 *
 * @param encoder graph of the encoder
 * @param decoder graph of the decoder
 * @param config configuration in the form of diffusers, with at least {@code block_out_channels}
 */
public record VaeCheckpoint(OnnxSkeleton encoder, OnnxSkeleton decoder, JsonNode config) {

  private static final String TINY = "encoder.layers.0.weight";
  private static final String TINY_DECODER = "decoder.layers.0.weight";

  /**
   * Reads a VAE and writes its graphs.
   *
   * @param path a {@code .safetensors} file with the names of diffusers or the original ones, a
   *     whole checkpoint, or a folder with such a file and {@code config.json}. Encoder and decoder
   *     of TAESD may be in two files that differ in the words {@code encoder} and {@code decoder}
   * @throws IOException if the file is something else or is damaged; says what it is
   */
  public static VaeCheckpoint read(Path path) throws IOException {
    List<SafetensorsFile> files = new ArrayList<>();
    JsonNode config = MissingNode.getInstance();
    if (Files.isDirectory(path)) {
      files.addAll(halves(path).isEmpty() ? WeightFiles.open(path) : open(halves(path)));
      config = JsonFile.readOptional(path.resolve("config.json"));
    } else {
      files.add(SafetensorsFile.open(path));
      Path other = otherHalf(path);
      if (other != null) {
        files.add(SafetensorsFile.open(other));
      }
    }
    return of(path, files, config);
  }

  private static List<SafetensorsFile> open(List<Path> paths) throws IOException {
    List<SafetensorsFile> files = new ArrayList<>();
    for (Path path : paths) {
      files.add(SafetensorsFile.open(path));
    }
    return files;
  }

  /** Returns the two files of TAESD in a folder; empty if there are none. */
  private static List<Path> halves(Path folder) throws IOException {
    for (String end : List.of("_decoder.safetensors", "-decoder.safetensors")) {
      try (var all = Files.list(folder)) {
        List<Path> decoders = all.filter(file -> file.toString().endsWith(end)).toList();
        if (decoders.size() == 1 && otherHalf(decoders.get(0)) != null) {
          return List.of(decoders.get(0), otherHalf(decoders.get(0)));
        }
      }
    }
    return List.of();
  }

  /** Returns the encoder that lies beside a decoder, or the reverse; null if there is none. */
  private static Path otherHalf(Path file) {
    String name = file.getFileName().toString();
    String other =
        name.contains("decoder")
            ? name.replace("decoder", "encoder")
            : name.replace("encoder", "decoder");
    Path path = file.resolveSibling(other);
    return !other.equals(name) && Files.isRegularFile(path) ? path : null;
  }

  private static VaeCheckpoint of(Path path, List<SafetensorsFile> files, JsonNode config)
      throws IOException {
    SingleFile single = new SingleFile(files.get(0));
    if (isTiny(files)) {
      return tiny(path, files, config);
    }
    String prefix = single.hasPrefix(SingleFile.VAE) ? SingleFile.VAE : "";
    if (!single.hasPrefix(prefix + "decoder.") || !single.hasPrefix(prefix + "encoder.")) {
      throw new IOException(path + " is not a VAE, but " + single.otherKind());
    }
    OriginalVaeNames names = OriginalVaeNames.of(single.names(prefix));
    UnaryOperator<String> rename = name -> single.without(prefix, name, names::rename);
    Weights decoder = Checkpoint.half(files, rename, false);
    ObjectNode complete = Architecture.vae(decoder, config);
    int groups = Architecture.groups(complete);
    return new VaeCheckpoint(
        VaeGraph.encoder(Checkpoint.half(files, rename, true), groups),
        VaeGraph.decoder(decoder, groups),
        complete);
  }

  private static boolean isTiny(List<SafetensorsFile> files) {
    return files.stream()
        .flatMap(file -> file.names().stream())
        .anyMatch(name -> tinyName(name, true) != null || tinyName(name, false) != null);
  }

  /**
   * Returns the name in diffusers of a weight of a tiny VAE.
   *
   * @param decoder whether a name without the part's name belongs to the decoder, whose layers are
   *     numbered from 1 in TAESD's files
   * @return null if the weight is not one of a tiny VAE
   */
  private static String tinyName(String name, boolean decoder) {
    if (name.matches("(encoder|decoder)\\.layers\\.\\d+\\..*")) {
      return name;
    }
    if (!name.matches("\\d{1,4}\\.(weight|bias|conv\\.[024]\\.(weight|bias)|skip\\.weight)")) {
      return null;
    }
    int dot = name.indexOf('.');
    int number = Integer.parseInt(name.substring(0, dot));
    return decoder
        ? "decoder.layers." + (number - 1) + name.substring(dot)
        : "encoder.layers." + number + name.substring(dot);
  }

  private static VaeCheckpoint tiny(Path path, List<SafetensorsFile> files, JsonNode config)
      throws IOException {
    Weights encoder = null;
    Weights decoder = null;
    for (SafetensorsFile file : files) {
      // TAESD's decoder begins with a clamp without weights, so its first layer has the number 1.
      boolean startsAtOne = !file.names().contains("0.weight");
      Weights weights = Weights.of(List.of(file), name -> tinyName(name, startsAtOne));
      encoder = weights.has(TINY) ? part(file, startsAtOne, "encoder.") : encoder;
      decoder = weights.has(TINY_DECODER) ? part(file, startsAtOne, "decoder.") : decoder;
    }
    if (encoder == null || decoder == null) {
      throw new IOException(
          path
              + " has no "
              + (encoder == null ? "encoder" : "decoder")
              + ": the deflicker inside the loop needs both halves of a tiny VAE; put"
              + " taesd_encoder.safetensors and taesd_decoder.safetensors into one folder, or use"
              + " diffusion_pytorch_model.safetensors of a folder of diffusers");
    }
    requireKnown(path, config);
    ObjectNode complete = JsonNodeFactory.instance.objectNode();
    int factor = TinyVaeGraph.scaleFactor(decoder);
    for (int i = 1; i <= factor; i *= 2) {
      complete.withArray("block_out_channels").add(decoder.dim(TINY_DECODER, 0));
    }
    complete.put("scaling_factor", config.path("scaling_factor").asDouble(1));
    return new VaeCheckpoint(
        TinyVaeGraph.encoder(encoder), TinyVaeGraph.decoder(decoder), complete);
  }

  private static Weights part(SafetensorsFile file, boolean startsAtOne, String prefix)
      throws IOException {
    return Weights.of(
        List.of(file),
        name -> {
          String renamed = tinyName(name, startsAtOne);
          return renamed == null || !renamed.startsWith(prefix) ? null : renamed;
        });
  }

  private static void requireKnown(Path path, JsonNode config) throws IOException {
    requireValue(path, config, "act_fn", "relu");
    requireValue(path, config, "upsample_fn", "nearest");
    requireValue(path, config, "upsampling_scaling_factor", "2");
  }

  private static void requireValue(Path path, JsonNode config, String key, String value)
      throws IOException {
    String found = config.path(key).asText(value);
    if (!found.equals(value)) {
      throw new IOException(
          path + ": " + key + " of a tiny VAE must be " + value + ", but was " + found);
    }
  }
}
