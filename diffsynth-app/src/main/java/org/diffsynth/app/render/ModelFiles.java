package org.diffsynth.app.render;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.diffsynth.app.settings.RenderSettings;

/** Identifies the model files that made a result by their SHA-256. */
final class ModelFiles {

  private ModelFiles() {}

  /** Returns the SHA-256 of all LoRAs and ONNX models of a rendering, by file name. */
  static Map<String, String> hashes(RenderSettings settings) throws IOException {
    Map<String, String> hashes = new LinkedHashMap<>();
    for (String lora : settings.model().loras().keySet()) {
      Path file = Path.of(lora);
      hashes.put(file.getFileName().toString(), sha256(file));
    }
    List<Path> folders = new ArrayList<>(List.of(settings.model().folder()));
    settings.controlNets().values().forEach(control -> folders.add(control.folder()));
    for (Path folder : folders) {
      try (Stream<Path> files = Files.walk(folder)) {
        List<Path> models =
            files.filter(file -> file.toString().endsWith(".onnx")).sorted().toList();
        for (Path file : models) {
          hashes.put(folder.relativize(file).toString(), sha256(file));
        }
      }
    }
    return hashes;
  }

  private static String sha256(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file);
        DigestInputStream digest =
            new DigestInputStream(in, MessageDigest.getInstance("SHA-256"))) {
      digest.transferTo(OutputStream.nullOutputStream());
      return HexFormat.of().formatHex(digest.getMessageDigest().digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
