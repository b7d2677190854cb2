package org.diffsynth.onnx.internal.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.diffsynth.internal.host.TemporaryFolder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;

class TemporaryWeightsTest {
  private static final int COUNT = 700_000; // more than two chunks

  @Test
  void append_tensors_staysReadableAfterClosing() throws IOException {
    ByteBuffer first;
    ByteBuffer second;
    try (TemporaryWeights file = TemporaryWeights.create(TemporaryFolder.path())) {
      first = file.append(COUNT, Integer.BYTES, TemporaryWeightsTest::write);
      second = file.append(3, Integer.BYTES, TemporaryWeightsTest::write);
    }
    assertThat(first.isDirect()).isTrue();
    assertThat(first.remaining()).isEqualTo(COUNT * Integer.BYTES);
    for (int i = 0; i < COUNT; i++) {
      assertThat(first.getInt(i * Integer.BYTES) == i).isTrue();
    }
    assertThat(second.getInt(8)).isEqualTo(2);
  }

  private static void write(int first, ByteBuffer bytes) {
    for (int i = first; bytes.hasRemaining(); i++) {
      bytes.putInt(i);
    }
  }

  @Test
  @DisabledOnOs(OS.WINDOWS)
  void create_file_hasNoName() throws IOException {
    List<String> before = names();
    try (TemporaryWeights file = TemporaryWeights.create(TemporaryFolder.path())) {
      file.append(3, Integer.BYTES, TemporaryWeightsTest::write);
      assertThat(before).containsAll(names());
    }
  }

  private static List<String> names() throws IOException {
    try (Stream<Path> files = Files.list(TemporaryFolder.path())) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.endsWith(".weights"))
          .toList();
    }
  }

  @Test
  void requireSpace_moreThanTheDiskHas_isRefusedWithBothFigures() {
    assertThatThrownBy(
            () -> TemporaryWeights.requireSpace("merging LoRAs", 1L << 60, TemporaryFolder.path()))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("merging LoRAs needs 1099511627777 MB")
        .hasMessageContaining("-Djava.io.tmpdir=DIR");
  }
}
