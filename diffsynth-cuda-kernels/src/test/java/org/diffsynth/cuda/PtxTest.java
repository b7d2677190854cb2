package org.diffsynth.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import jcuda.nvptxcompiler.JNvPTXCompiler;
import jcuda.nvptxcompiler.nvPTXCompilerHandle;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The PTX in the jar belongs to the sources beside it, and compiles for the GPUs it is meant for.
 */
class PtxTest {

  private static final String REBUILD =
      "sources and PTX disagree: mvn -Pptx test-compile -pl diffsynth-cuda-kernels -am";

  /** The engine's module, and the test's measure of what a device can do. */
  private enum Ptx {
    ENGINE("src/main/cuda/diffsynth.cu", "diffsynth.ptx"),
    CEILINGS("src/test/cuda/ceilings.cu", "ceilings.ptx");

    private final Path source;
    private final String resource;

    Ptx(String source, String resource) {
      this.source = Path.of(source);
      this.resource = resource;
    }

    private String ptx() throws IOException {
      try (InputStream in = PtxTest.class.getResourceAsStream(resource)) {
        return new String(in.readAllBytes(), StandardCharsets.UTF_8);
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void ptx_hash_isThatOfTheSources(Ptx module) throws Exception {
    MessageDigest digest = MessageDigest.getInstance("SHA-256");
    for (String ending : List.of(".cu", ".cuh")) {
      try (Stream<Path> files = Files.list(module.source.getParent())) {
        for (Path file : files.filter(f -> f.toString().endsWith(ending)).sorted().toList()) {
          digest.update(Files.readAllBytes(file));
        }
      }
    }
    String hash = HexFormat.of().formatHex(digest.digest());

    assertThat(module.ptx().lines().findFirst()).as(REBUILD).hasValue("// Sources: sha256 " + hash);
  }

  @ParameterizedTest
  @EnumSource
  void ptx_builtAgain_isTheSame(Ptx module, @TempDir Path folder) throws Exception {
    Path built = folder.resolve("built.ptx");
    Process process;
    try {
      process =
          new ProcessBuilder(
                  "src/main/cuda/build-ptx.sh",
                  module.source.toAbsolutePath().toString(),
                  built.toString())
              .redirectErrorStream(true)
              .start();
    } catch (IOException e) {
      assumeThat(e).as("a shell to run build-ptx.sh").isNull();
      return;
    }
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    int status = process.waitFor();
    assumeThat(output).as("nvcc is not here").doesNotContain("nvcc: not found");
    assertThat(status).as(output).isZero();
    String again = Files.readString(built);
    assumeThat(compiler(again)).as("nvcc's version").isEqualTo(compiler(module.ptx()));

    assertThat(again).as(REBUILD).isEqualTo(module.ptx());
  }

  private static String compiler(String ptx) {
    return ptx.lines().filter(line -> line.contains("Build ID")).findFirst().orElseThrow();
  }

  @Test
  void ptx_entries_areTheKernels() {
    assertThat(ptx().lines().filter(line -> line.startsWith(".visible .entry ")))
        .map(line -> line.substring(".visible .entry ".length(), line.indexOf('(')))
        .containsExactlyInAnyOrderElementsOf(
            Stream.of(Kernel.values()).map(Kernel::entry).toList());
  }

  /** No product and sum of floats may be fused into one: the scalar reference rounds both. */
  @Test
  void ptx_floats_areNeverFused() {
    assertThat(ptx().lines()).noneMatch(line -> line.contains("fma.") || line.contains("mad.f"));
  }

  @ParameterizedTest
  @ValueSource(ints = {75, 80, 86, 89, 90})
  void ptx_everyTarget_assemblesAsVersion78WithoutSpills(int capability) {
    assertThat(ptx()).contains(".version 7.8").contains(".target sm_75");
    byte[] bytes = KernelModule.ptx();
    nvPTXCompilerHandle compiler = new nvPTXCompilerHandle();
    JNvPTXCompiler.setExceptionsEnabled(false);
    assertThat(JNvPTXCompiler.nvPTXCompilerCreate(compiler, bytes.length, bytes)).isZero();
    try {
      int status =
          JNvPTXCompiler.nvPTXCompilerCompile(
              compiler, 2, new String[] {"--gpu-name=sm_" + capability, "--verbose"});

      assertThat(status).as(errors(compiler)).isZero();
      long[] size = new long[1];
      JNvPTXCompiler.nvPTXCompilerGetCompiledProgramSize(compiler, size);
      assertThat(size[0]).isGreaterThan(10_000);
      assertThat(log(compiler).lines().filter(line -> line.contains("spill stores")))
          .hasSize(Kernel.values().length)
          .allMatch(
              line -> line.matches(".* 0 bytes stack frame, 0 bytes spill stores, 0 bytes.*"));
    } finally {
      JNvPTXCompiler.nvPTXCompilerDestroy(compiler);
    }
  }

  private static String errors(nvPTXCompilerHandle compiler) {
    long[] size = new long[1];
    JNvPTXCompiler.nvPTXCompilerGetErrorLogSize(compiler, size);
    byte[] log = new byte[(int) size[0] + 1];
    JNvPTXCompiler.nvPTXCompilerGetErrorLog(compiler, log);
    return new String(log, StandardCharsets.UTF_8);
  }

  private static String log(nvPTXCompilerHandle compiler) {
    long[] size = new long[1];
    JNvPTXCompiler.nvPTXCompilerGetInfoLogSize(compiler, size);
    byte[] log = new byte[(int) size[0] + 1];
    JNvPTXCompiler.nvPTXCompilerGetInfoLog(compiler, log);
    return new String(log, StandardCharsets.UTF_8);
  }

  private static String ptx() {
    byte[] bytes = KernelModule.ptx();
    return new String(bytes, 0, bytes.length - 1, StandardCharsets.UTF_8);
  }
}
