package org.diffsynth.onnx.internal.graph;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import org.diffsynth.onnx.internal.proto.ModelProto;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Patched skeletons on disk, named by the hash of the graph they were made from and of how. A file
 * is the SHA-256 of the rest, then the model; one that does not fit is made again. Nothing is ever
 * written into a model's folder, and a cache that cannot be written is done without.
 */
public final class SkeletonCache {
  private static final Logger LOG = LoggerFactory.getLogger(SkeletonCache.class);

  /** Grows with every change of what surgery makes of a graph. */
  private static final String VERSION = "2";

  private static final int HASH_BYTES = 32;

  private final Path folder;

  /** A cache in a folder, which is made when it is first needed. */
  public SkeletonCache(Path folder) {
    this.folder = folder;
  }

  /**
   * The cache in the folder that the system property {@code diffsynth.cache} names, or where this
   * system keeps a user's caches.
   */
  public static SkeletonCache ofUser() {
    String property = System.getProperty("diffsynth.cache", "");
    if (!property.isBlank()) {
      return new SkeletonCache(Path.of(property, "graphs"));
    }
    String home = System.getProperty("user.home", ".");
    String os = System.getProperty("os.name", "");
    String named =
        os.startsWith("Windows") ? System.getenv("LOCALAPPDATA") : System.getenv("XDG_CACHE_HOME");
    Path base =
        named != null && !named.isBlank()
            ? Path.of(named)
            : os.startsWith("Mac") ? Path.of(home, "Library", "Caches") : Path.of(home, ".cache");
    return new SkeletonCache(base.resolve("diffsynth").resolve("graphs"));
  }

  /** Changes a model. */
  @FunctionalInterface
  public interface Surgery {
    /** The changed model. */
    OnnxSkeleton apply(OnnxSkeleton skeleton) throws IOException;
  }

  /**
   * The skeleton after surgery, from the cache if it is there.
   *
   * @param recipe all that the surgery's result depends on besides the skeleton
   */
  public OnnxSkeleton patched(OnnxSkeleton skeleton, String recipe, Surgery surgery)
      throws IOException {
    MessageDigest hash = sha256();
    hash.update((VERSION + "\n" + recipe + "\n").getBytes(StandardCharsets.UTF_8));
    String name = HexFormat.of().formatHex(hash.digest(skeleton.model().toByteArray())) + ".onnx";
    Path file = folder.resolve(name);
    ModelProto cached = read(file);
    if (cached != null) {
      return skeleton.withModel(cached);
    }
    OnnxSkeleton made = surgery.apply(skeleton);
    write(file, made.model().toByteArray());
    return made;
  }

  private static ModelProto read(Path file) {
    if (!Files.isRegularFile(file)) {
      return null;
    }
    try {
      byte[] bytes = Files.readAllBytes(file);
      if (bytes.length > HASH_BYTES) {
        byte[] model = Arrays.copyOfRange(bytes, HASH_BYTES, bytes.length);
        byte[] expected = Arrays.copyOf(bytes, HASH_BYTES);
        if (Arrays.equals(expected, sha256().digest(model))) {
          return ModelProto.parseFrom(model);
        }
      }
      LOG.debug("{} is damaged and is made again", file);
    } catch (IOException e) {
      LOG.debug("{} cannot be read", file, e);
    }
    return null;
  }

  private void write(Path file, byte[] model) {
    Path temporary = null;
    try {
      Files.createDirectories(folder);
      temporary = Files.createTempFile(folder, "graph", ".tmp");
      try (var out = Files.newOutputStream(temporary)) {
        out.write(sha256().digest(model));
        out.write(model);
      }
      Files.move(temporary, file, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException | SecurityException e) {
      LOG.debug("{} cannot be written", file, e);
      if (temporary != null) {
        temporary.toFile().delete();
      }
    }
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
