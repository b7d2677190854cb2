package org.diffsynth.onnx.internal.graph;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.diffsynth.onnx.golden.Golden;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SkeletonCacheTest {
  @TempDir Path folder;
  private final AtomicInteger made = new AtomicInteger();

  @Test
  void patched_secondTime_comesFromTheCache() throws IOException {
    OnnxSkeleton skeleton = skeleton();
    OnnxSkeleton first = patched(skeleton, "a");
    OnnxSkeleton second = patched(skeleton, "a");
    assertThat(made).hasValue(1);
    assertThat(second.model().toByteArray()).isEqualTo(first.model().toByteArray());
    assertThat(second.dataFolder()).isEqualTo(skeleton.dataFolder());
    patched(skeleton, "another recipe");
    assertThat(made).hasValue(2);
  }

  @Test
  void patched_damagedFile_isMadeAgain() throws IOException {
    OnnxSkeleton first = patched(skeleton(), "a");
    Path file = files().get(0);
    byte[] bytes = Files.readAllBytes(file);
    bytes[bytes.length / 2] ^= 1;
    Files.write(file, bytes);
    assertThat(patched(skeleton(), "a").model().toByteArray())
        .isEqualTo(first.model().toByteArray());
    assertThat(made).hasValue(2);
  }

  @Test
  void patched_folderCannotBeWritten_worksWithout() throws IOException {
    Path file = Files.createFile(folder.resolve("a file"));
    OnnxSkeleton made = new SkeletonCache(file.resolve("below")).patched(skeleton(), "a", s -> s);
    assertThat(made.model().getGraph().getNodeCount()).isPositive();
  }

  @Test
  void read_weights_stayOutOfTheSkeleton() throws IOException {
    OnnxSkeleton skeleton = skeleton();
    long file = Files.size(skeleton.file());
    assertThat(skeleton.dataFiles()).containsExactly("model.onnx");
    assertThat((long) skeleton.model().getSerializedSize()).isLessThan(file);
    assertThat(skeleton.model().getGraph().getInitializerList())
        .allMatch(t -> t.getRawData().size() <= SkeletonParser.INLINE_BYTES);
  }

  private static OnnxSkeleton skeleton() throws IOException {
    return OnnxSkeleton.read(Golden.open().model().resolve("vae_decoder/model.onnx"));
  }

  private OnnxSkeleton patched(OnnxSkeleton skeleton, String recipe) throws IOException {
    return new SkeletonCache(folder)
        .patched(
            skeleton,
            recipe,
            s -> {
              made.incrementAndGet();
              return s;
            });
  }

  private List<Path> files() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.toList();
    }
  }
}
