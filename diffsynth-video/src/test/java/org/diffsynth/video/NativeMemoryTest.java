package org.diffsynth.video;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.diffsynth.frame.FrameSink;
import org.diffsynth.frame.FrameSource;
import org.diffsynth.frame.Video;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every native object is freed: the process does not grow with the number of files. */
class NativeMemoryTest {

  private static final Path STATUS = Path.of("/proc/self/status");
  private static final int FILES = 500;

  @TempDir Path folder;

  @Test
  void memory_after500FilesReadAndWritten_hasNotGrown() throws IOException {
    assumeTrue(Files.exists(STATUS), "resident memory is read from /proc, which is not here");
    Video scene = VideoFilesTest.scene(3, 320, 180);
    Path input = VideoFilesTest.write(folder.resolve("in.mp4"), scene, VideoSettings.DEFAULT);
    Path broken = Files.write(folder.resolve("broken.mp4"), new byte[5000]);
    for (int i = 0; i < 150; i++) {
      openAndClose(input, broken);
    }
    long before = residentKilobytes();
    for (int i = 0; i < FILES; i++) {
      openAndClose(input, broken);
    }
    long grown = residentKilobytes() - before;
    System.out.printf("resident memory after %d more files: %+d kB%n", FILES, grown);
    // One leaked picture of this size is 170 kB, so one leak per file would be 85 MB.
    assertThat(grown).isLessThan(20_000);
  }

  private void openAndClose(Path input, Path broken) throws IOException {
    try (FrameSource source = VideoFiles.open(input);
        FrameSink sink =
            VideoFiles.create(
                folder.resolve("out.mkv"), VideoSettings.DEFAULT.withOverwrite(true))) {
      sink.write(source.read());
      sink.commit();
    }
    try (FrameSource source = VideoFiles.open(broken)) {
      throw new AssertionError("a broken file opened as " + source.format());
    } catch (IOException expected) {
      assertThat(expected).hasMessageContaining("broken.mp4");
    }
  }

  private static long residentKilobytes() throws IOException {
    System.gc();
    return Files.readAllLines(STATUS).stream()
        .filter(line -> line.startsWith("VmRSS:"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
        .findFirst()
        .orElseThrow();
  }
}
