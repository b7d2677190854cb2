package org.diffsynth.onnx.internal.text;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.diffsynth.internal.text.Text;
import org.diffsynth.onnx.internal.tensorfile.SafetensorsFile;
import org.diffsynth.spi.DiffusionSettings.TextualInversion;

/**
 * Reader for textual inversions in the safetensors format.
 *
 * <pre>
 * emb_params              (vectors, width)           web interfaces; the file's name is the token
 * &lt;cat-toy&gt;               (width) or (vectors, width) diffusers; the tensor's name is the token
 * clip_l, clip_g          (vectors, 768), (.., 1280) Stable Diffusion XL; refused
 * </pre>
 *
 * @see <a href="https://arxiv.org/abs/2208.01618">Gal et al. 2022, textual inversion</a>
 */
final class EmbeddingFile {
  private static final String NAMELESS = "emb_params";
  private static final Set<String> XL = Set.of("clip_l", "clip_g");
  private static final Set<String> PICKLES = Set.of("pt", "bin", "pth", "ckpt");
  private static final int MAX_VECTORS = 1000;
  private static final Map<Integer, String> FAMILIES =
      Map.of(
          768, "Stable Diffusion 1.x",
          1024, "Stable Diffusion 2.x",
          1280, "the second text encoder of Stable Diffusion XL");

  private EmbeddingFile() {}

  /**
   * Reads the vectors of a file.
   *
   * @param width floats per token of the text encoder
   * @return one or, for a file of diffusers with several tokens, more embeddings
   * @throws IOException if the file holds something else, or vectors of another width
   */
  static List<LearnedEmbedding> read(TextualInversion inversion, int width) throws IOException {
    Path path = inversion.file();
    if (PICKLES.contains(extension(path))) {
      throw new IOException(
          Text.format(
              "%s: PyTorch pickles are not read, because reading one can run code. Convert it once with"
                  + " Python: import torch, safetensors.torch as s; d = torch.load('%s',"
                  + " map_location='cpu'); v = d['string_to_param']['*'] if 'string_to_param' in d"
                  + " else next(iter(d.values())); s.save_file({'%s': v.detach().contiguous()},"
                  + " '%s.safetensors')",
              path, path.getFileName(), NAMELESS, stem(path)));
    }
    SafetensorsFile file = SafetensorsFile.open(path);
    check(file);
    List<String> names = List.copyOf(file.names());
    Optional<String> token = inversion.token();
    if (token.isPresent() && names.size() > 1) {
      throw new IOException(
          Text.format(
              "%s: a token can be given for a file of one embedding only, but this file has %d: %s",
              path, names.size(), names));
    }
    List<LearnedEmbedding> read = new ArrayList<>();
    for (String name : names) {
      String text = token.orElse(name.equals(NAMELESS) ? stem(path) : name);
      read.add(embedding(file, name, text, width));
    }
    return read;
  }

  private static void check(SafetensorsFile file) throws IOException {
    Set<String> names = file.names();
    if (names.stream().anyMatch(XL::contains)) {
      throw new IOException(
          Text.format(
              "%s: %s are embeddings for the two text encoders of Stable Diffusion XL, which is not supported",
              file.file(), names));
    }
    if (names.stream().anyMatch(name -> name.matches(".*[._](lora|hada|lokr)[._].*"))) {
      throw new IOException(
          file.file()
              + ": this is a LoRA, not an embedding; give it as a LoRA (--lora in the app)");
    }
    boolean several = names.size() > 1 && names.contains(NAMELESS);
    if (names.isEmpty() || several || names.size() > MAX_VECTORS) {
      throw new IOException(
          Text.format(
              "%s: expected one tensor '%s', or tensors that are named after their tokens, found %d tensors: %s",
              file.file(), NAMELESS, names.size(), names.stream().limit(5).toList()));
    }
  }

  private static LearnedEmbedding embedding(
      SafetensorsFile file, String name, String token, int width) throws IOException {
    long[] shape = file.shape(name);
    int rank = shape.length;
    long vectors = rank == 1 ? 1 : rank == 2 ? shape[0] : 0;
    if (vectors < 1 || vectors > MAX_VECTORS) {
      throw new IOException(
          Text.format(
              "%s: '%s' must have shape (%d) or (vectors, %d) with at most %d vectors, but was %s: this is not an embedding",
              file.file(), name, width, width, MAX_VECTORS, Arrays.toString(shape)));
    }
    int found = (int) Math.min(Integer.MAX_VALUE, shape[rank - 1]);
    if (found != width) {
      throw new IOException(
          Text.format(
              "%s: '%s' has vectors of %d floats%s, but the model's text encoder has %d%s",
              file.file(), name, found, family(found), width, family(width)));
    }
    if (token.isBlank()) {
      throw new IOException(file.file() + ": the token must not be blank; give one as TOKEN=FILE");
    }
    float[] values = file.floats(name);
    for (float value : values) {
      if (!Float.isFinite(value)) {
        throw new IOException(
            Text.format("%s: '%s' must be finite, but contains %s", file.file(), name, value));
      }
    }
    return new LearnedEmbedding(file.file(), token, (int) vectors, values);
  }

  private static String family(int width) {
    return FAMILIES.containsKey(width) ? " (" + FAMILIES.get(width) + ")" : "";
  }

  private static String extension(Path path) {
    String name = path.getFileName().toString();
    return name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
  }

  private static String stem(Path path) {
    String name = path.getFileName().toString();
    int dot = name.lastIndexOf('.');
    return dot > 0 ? name.substring(0, dot) : name;
  }
}
