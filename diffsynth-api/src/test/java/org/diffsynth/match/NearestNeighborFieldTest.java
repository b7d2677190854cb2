package org.diffsynth.match;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NearestNeighborFieldTest {

  @TempDir Path folder;

  private static NearestNeighborField shiftedByOne() {
    return NearestNeighborField.ofPacked(3, 2, new int[] {1, 2, 2, 1 << 16, 1 << 16 | 2, 0});
  }

  @Test
  void sourceOf_packedEntries_areRead() {
    NearestNeighborField field = shiftedByOne();

    assertThat(field.sourceX(1, 1)).isEqualTo(2);
    assertThat(field.sourceY(1, 1)).isEqualTo(1);
    assertThat(field.sourceX(2, 1)).isZero();
    assertThatThrownBy(() -> field.sourceX(3, 0)).isInstanceOf(IndexOutOfBoundsException.class);
  }

  @Test
  void ofPacked_outOfBounds_namesTheEntry() {
    assertThatThrownBy(() -> NearestNeighborField.ofPacked(2, 1, new int[] {0, 1 << 16}))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("entry (1, 0) points to (0, 1), outside of 2x1");
  }

  @Test
  void compose_withIdentity_changesNothing() {
    NearestNeighborField field = shiftedByOne();
    NearestNeighborField identity = NearestNeighborField.identity(3, 2);

    assertThat(field.compose(identity)).isEqualTo(field);
    assertThat(identity.compose(field)).isEqualTo(field);
  }

  @Test
  void compose_twice_followsBothFields() {
    NearestNeighborField twice = shiftedByOne().compose(shiftedByOne());

    assertThat(twice.sourceX(0, 0)).isEqualTo(2);
    assertThat(twice.sourceX(2, 1)).isEqualTo(1);
    assertThat(twice.sourceY(2, 1)).isZero();
  }

  @Test
  void load_saved_isEqual() throws IOException {
    Path file = folder.resolve("a.nnf");
    shiftedByOne().save(file);

    assertThat(NearestNeighborField.load(file)).isEqualTo(shiftedByOne());
    assertThat(folder).isDirectoryContaining(file::equals);
    try (var entries = Files.list(folder)) {
      assertThat(entries).containsExactly(file);
    }
  }

  @Test
  void load_brokenFiles_namesTheFile() throws IOException {
    Path file = folder.resolve("a.nnf");
    shiftedByOne().save(file);
    byte[] bytes = Files.readAllBytes(file);

    assertRefused(Arrays.copyOf(bytes, bytes.length - 1), "should hold a 3x2 field in 36 bytes");
    assertRefused(Arrays.copyOf(bytes, 7), "ends before its field is complete");
    assertRefused("not a field at all".getBytes(), "is not a nearest-neighbour field");
    byte[] outside = bytes.clone();
    outside[15] = 77;
    assertRefused(outside, "points to (77, 0), outside of 3x2");
    byte[] huge = bytes.clone();
    huge[4] = 1;
    assertRefused(huge, "width and height must be in [1, 65535]");
  }

  private void assertRefused(byte[] content, String reason) throws IOException {
    Path file = Files.write(folder.resolve("broken.nnf"), content);
    assertThatThrownBy(() -> NearestNeighborField.load(file))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("broken.nnf")
        .hasMessageContaining(reason);
  }
}
