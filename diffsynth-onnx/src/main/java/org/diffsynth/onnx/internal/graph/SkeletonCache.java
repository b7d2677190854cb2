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
 * Cache of patched graphs on disk. It holds graphs without weights, about 1 MB each. A file is
 * named by the SHA-256 hash of the original graph and the cache key of the change. Its content is
 * the SHA-256 hash of the graph (32 bytes), then the graph; a damaged file is replaced. If the
 * folder cannot be written, graphs are patched every time.
 *
 * <p>Threads and processes may share a cache folder, because files are written under a temporary
 * name and then renamed.
 */
public final class SkeletonCache {
  private static final Logger LOG = LoggerFactory.getLogger(SkeletonCache.class);

  /** Must be increased with every change of a surgery's result. */
  private static final String VERSION = "2";

  private static final int HASH_BYTES = 32;

  private final Path folder;

  /**
   * Creates a cache in a folder.
   *
   * @param folder created when it is first needed; null to keep nothing
   */
  public SkeletonCache(Path folder) {
    this.folder = folder;
  }

  /**
   * Returns the cache in the folder that the system property {@code diffsynth.cache} names; if it
   * is not set, a cache that keeps nothing, so that a render leaves no file outside of its output.
   */
  public static SkeletonCache configured() {
    String property = System.getProperty("diffsynth.cache", "");
    return new SkeletonCache(property.isBlank() ? null : Path.of(property, "graphs"));
  }

  /** A change of a model's graph. */
  @FunctionalInterface
  public interface Surgery {
    /**
     * Applies the change to the skeleton of a model and returns the changed skeleton.
     *
     * @throws IOException if the graph does not have the expected form
     */
    OnnxSkeleton apply(OnnxSkeleton skeleton) throws IOException;
  }

  /**
   * Returns a model after surgery, from the cache if it is there.
   *
   * @param recipe everything that the result depends on besides the original graph; part of the
   *     cache key
   * @throws IOException if the surgery fails
   */
  public OnnxSkeleton patched(OnnxSkeleton skeleton, String recipe, Surgery surgery)
      throws IOException {
    if (folder == null) {
      return surgery.apply(skeleton);
    }
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
      LOG.debug("{} is damaged and will be replaced", file);
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
