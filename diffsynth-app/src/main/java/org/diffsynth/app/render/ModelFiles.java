package org.diffsynth.app.render;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.diffsynth.app.settings.RenderSettings;
import org.diffsynth.app.settings.RenderSettings.Control;
import org.diffsynth.internal.text.Text;

/** Identifies the models that made a result by fingerprints of their files. */
final class ModelFiles {
  private static final List<String> PARTS =
      List.of(
          "unet", "text_encoder", "vae", "vae_encoder", "vae_decoder", "tokenizer", "scheduler");

  /** Files that lie beside exported models and are not read. */
  private static final Pattern UNREAD =
      Pattern.compile(
          "\\..*|.*\\.(safetensors|ckpt|pt|pth|msgpack|h5|md|py|tmp)|.*pytorch_model.*\\.bin",
          Pattern.CASE_INSENSITIVE);

  private ModelFiles() {}

  /**
   * Returns the fingerprints of all models of a rendering: graphs with the weights beside them,
   * their configuration, LoRAs and embeddings.
   *
   * @return fingerprints by role, such as {@code unet}, {@code controlnet.depth} or {@code
   *     lora.style.safetensors}
   */
  static Map<String, String> hashes(RenderSettings settings) throws IOException {
    Map<String, String> hashes = new LinkedHashMap<>();
    if (BundledSettings.isUsed(settings)) {
      BundledSettings.model()
          .ifPresent(
              it -> hashes.put("model", Text.format("bundled:%s/%s", it.name(), it.version())));
    }
    Path model = settings.model().folder();
    if (model != null && Files.isRegularFile(model)) {
      hashes.put("model", ModelDigest.of(model));
    }
    for (String part : model == null ? List.<String>of() : PARTS) {
      putFolder(hashes, part, model.resolve(part));
    }
    putModel(hashes, "vae of --vae", settings.model().vae());
    putModel(hashes, "vae in the loop", settings.model().loopVae());
    for (Map.Entry<String, Control> entry : settings.controlNets().entrySet()) {
      Path folder = entry.getValue().folder();
      if (folder.toString().isEmpty()) {
        continue; // a part of the bundled model
      }
      if (Files.isRegularFile(folder)) {
        hashes.put("controlnet." + entry.getKey(), ModelDigest.of(folder));
        continue;
      }
      Path inner = folder.resolve("controlnet");
      putFolder(
          hashes,
          "controlnet." + entry.getKey(),
          Files.isDirectory(inner) && !Files.exists(folder.resolve("model.onnx")) ? inner : folder);
    }
    for (String lora : settings.model().loras().keySet()) {
      putFile(hashes, "lora.", Path.of(lora));
    }
    for (String text : settings.model().embeddings()) {
      int equals = text.indexOf('=');
      boolean named = equals > 0 && !Files.exists(Path.of(text));
      putFile(hashes, "embedding.", Path.of(named ? text.substring(equals + 1) : text));
    }
    for (String reference : orEmpty(settings.input().references())) {
      Path path = Path.of(reference);
      if (Files.isDirectory(path)) {
        putFolder(hashes, "reference." + path.getFileName(), path);
      } else {
        putFile(hashes, "reference.", path);
      }
    }
    if (settings.input().styleState() != null) {
      putFile(hashes, "style.", settings.input().styleState());
    }
    if (settings.guidance().image().encoder() != null) {
      putFolder(hashes, "image-encoder", settings.guidance().image().encoder());
    }
    return hashes;
  }

  /** Puts the fingerprint of a file or folder, if there is one. */
  private static void putModel(Map<String, String> hashes, String role, Path path)
      throws IOException {
    if (path != null && Files.isRegularFile(path)) {
      hashes.put(role, ModelDigest.of(path));
    } else if (path != null) {
      putFolder(hashes, role, path);
    }
  }

  private static void putFolder(Map<String, String> hashes, String role, Path folder)
      throws IOException {
    if (!Files.isDirectory(folder)) {
      return;
    }
    Map<String, Path> files = new TreeMap<>();
    List<Path> all;
    try (Stream<Path> found = Files.walk(folder)) {
      all = found.filter(Files::isRegularFile).toList();
    }
    boolean exported = all.stream().anyMatch(file -> file.toString().endsWith(".onnx"));
    for (Path file : all) {
      String name = file.getFileName().toString();
      // Without an ONNX model, the weights are in the format safetensors.
      boolean weights = !exported && name.endsWith(".safetensors") && !name.startsWith(".");
      if (weights || !UNREAD.matcher(name).matches()) {
        files.put(folder.relativize(file).toString().replace('\\', '/'), file);
      }
    }
    hashes.put(role, ModelDigest.of(folder, List.copyOf(files.values())));
  }

  private static List<String> orEmpty(List<String> paths) {
    return paths == null ? List.of() : paths;
  }

  /** Puts the fingerprint of a file; a second file of the same name gets a number. */
  private static void putFile(Map<String, String> hashes, String role, Path file)
      throws IOException {
    String name = role + file.getFileName();
    String key = name;
    for (int i = 2; hashes.containsKey(key); i++) {
      key = name + "#" + i;
    }
    hashes.put(key, ModelDigest.of(file));
  }

  /**
   * Returns the roles whose model is another one than the recorded one. A role that is not in both
   * maps, or whose fingerprint is of another kind, is left out.
   */
  static List<String> different(Map<String, String> recorded, Map<String, String> now) {
    return now.entrySet().stream()
        .filter(
            entry -> {
              String before = recorded.get(entry.getKey());
              String kind = entry.getValue().substring(0, entry.getValue().indexOf(':') + 1);
              return before != null && before.startsWith(kind) && !before.equals(entry.getValue());
            })
        .map(Map.Entry::getKey)
        .toList();
  }
}
