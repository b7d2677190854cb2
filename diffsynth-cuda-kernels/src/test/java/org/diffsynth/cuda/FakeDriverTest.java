package org.diffsynth.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.diffsynth.testkit.TestFrames;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * JCuda, the provider and {@link GpuCheck} against a libcuda.so.1 that runs kernels on the CPU,
 * each in a JVM of its own: all that a GPU would see, but the GPU.
 */
class FakeDriverTest {

  @BeforeEach
  void shimIsThere() {
    assumeThat(ShimLibrary.missing()).isNull();
    assumeThat(CudaDriver.find().missing()).as("a real driver would come first").isNotNull();
  }

  /** The script itself, on what "pack" would have packed. */
  @Tag("nightly")
  @Test
  void gpuCheck_onPretendedGpu_passesTheContractSuitesAndMeasures(@TempDir Path folder)
      throws Exception {
    pack(folder);
    Path counted = folder.resolve("counted");
    Path other =
        script(
            folder.resolve("other program"),
            """
            set -e
            cd "$2"
            cat frames.txt > '%1$s'
            ls | wc -l >> '%1$s'
            wc -c < 0032.rgb >> '%1$s'
            echo "seconds-per-pair $1"
            """
                .formatted(counted));

    Result result = gpuCheck(folder, "quick", "minutes=0.001", "compare='" + other + "' 1000");

    assertThat(result.output())
        .contains("commit abc1234, 2")
        .contains("| device cuda:1 | Pretended GPU 1, compute capability 9.0 |")
        .containsPattern(
            "\\| CudaPatchMatcherTest \\| ([1-9]\\d+) of \\1 passed, 0 failed, 0 skipped")
        .containsPattern("\\| CudaBlendingTest \\| ([1-9]\\d+) of \\1 passed, 0 failed, 0 skipped")
        .containsPattern("\\| CudaKernelsTest \\| ([1-9]\\d+) of \\1 passed, 0 failed, 0 skipped")
        .containsPattern("\\| dp4a of single threads, nothing else \\| \\d+\\.\\d+ T/s \\|")
        .containsPattern(
            "in batches of 64 \\| .* ms, \\d+ % of the dp4a and \\d+ % of the bandwidth")
        .containsPattern("16x16 latents, in batches of 32, cuBLAS \\| .* ms: .* is faster \\|")
        .containsPattern("BALANCED window 15, end to end \\| \\d+\\.\\d+ s \\|")
        .containsPattern(
            "same frames \\| 1000000.0000 ms a pair, \\d+\\.\\d times ours in batches of 32 \\|")
        .containsPattern("0.001 minutes of loop \\| [1-9]\\d* clips, device memory free")
        .contains("| compute-sanitizer initcheck | clean |");
    assertThat(result.status()).as(result.output()).isZero();
    assertThat(Files.readAllLines(counted).stream().map(String::strip))
        .containsExactly("width 64", "height 64", "frames 33", "34", "12288");
    assertThat(folder.resolve("target/gpu-check/racecheck.log"))
        .content()
        .contains("--tool racecheck --error-exitcode 9 ")
        .endsWith(" org.diffsynth.cuda.GpuCheck tests\n");
    unlink(folder);
  }

  /**
   * As "gpu-check.sh pack" lays it out, with links for copies, and a sanitizer that only says so.
   */
  private static void pack(Path folder) throws IOException {
    Path packed = Files.createDirectories(folder.resolve("target/gpu-check"));
    Files.createDirectories(packed.resolve("lib"));
    Files.createDirectories(packed.resolve("classes/all"));
    Files.createSymbolicLink(packed.resolve("java"), Path.of(System.getProperty("java.home")));
    int number = 0;
    for (String part : classPath().split(":")) {
      Path path = Path.of(part).toAbsolutePath();
      Path link =
          Files.isDirectory(path)
              ? packed.resolve("classes/all/" + number++)
              : packed.resolve("lib").resolve(path.getFileName());
      Files.createSymbolicLink(link, path);
    }
    Files.writeString(packed.resolve("commit"), "abc1234\n");
    Files.copy(Path.of("gpu-check.sh"), folder.resolve("gpu-check.sh"));
    script(folder.resolve("bin/compute-sanitizer"), "echo \"$@\"\n");
  }

  private static void unlink(Path folder) throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path link : all.filter(Files::isSymbolicLink).toList()) {
        Files.delete(link);
      }
    }
  }

  private static Path script(Path file, String text) throws IOException {
    Files.createDirectories(file.getParent());
    Files.writeString(file, "#!/bin/sh\n" + text);
    assertThat(file.toFile().setExecutable(true)).isTrue();
    return file;
  }

  private static Result gpuCheck(Path folder, String... options) throws Exception {
    List<String> command = new ArrayList<>(List.of("sh", folder + "/gpu-check.sh", "run"));
    command.addAll(List.of(options));
    Map<String, String> settings = new HashMap<>(withCublas());
    settings.put("PATH", folder.resolve("bin") + ":" + System.getenv("PATH"));
    settings.put("JDK_JAVA_OPTIONS", "-XX:TieredStopAtLevel=1");
    return start(command, settings);
  }

  @ParameterizedTest
  @ValueSource(strings = {"exit 3", "echo seconds", "echo seconds-per-pair 1; exit 3"})
  void compare_noFigure_isAFailure(String command) throws Exception {
    CheckTable table = new CheckTable();

    new ComparedProgram(command + " #").run(table, TestFrames.pan(2, 8, 8, 1, 1, 1), 1);

    assertThat(table.passed()).isFalse();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "FAKE_CUDA_INIT=100   | the NVIDIA driver finds no GPU: check nvidia-smi",
        "FAKE_CUDA_INIT=803   | restart the machine",
        "FAKE_CUDA_INIT=999   | CUDA_ERROR_UNKNOWN",
        "FAKE_CUDA_VERSION=11080 | the NVIDIA driver runs CUDA 11.8 at most, 12.0 is needed: install",
        "FAKE_CUDA_DEVICES=0  | the NVIDIA driver finds no GPU",
        "FAKE_CUDA_FAIL_CALL=cuDriverGetVersion | (cuDriverGetVersion: CUDA_ERROR_UNKNOWN): check",
        "FAKE_CUDA_FAIL_CALL=cuDeviceGetCount | (cuDeviceGetCount: CUDA_ERROR_UNKNOWN): check",
        "FAKE_CUDA_FAIL_CALL=cuDeviceGetName | (cuDeviceGetName: CUDA_ERROR_UNKNOWN): check",
        "FAKE_CUDA_FAIL_CALL=cuDeviceGetAttribute | the NVIDIA driver does not answer (cuDeviceGetA",
        "FAKE_CUDA_CAPABILITY=61 | Pretended GPU 0 has compute capability 6.1, 7.5 is needed",
      })
  void probe_unusableDriver_saysWhyAndAutoIsTheCpu(String setting, String reason) throws Exception {
    String[] nameAndValue = setting.split("=");
    Result result =
        run(CudaSubprocess.class, Map.of(nameAndValue[0], nameAndValue[1]), "probe", "cuda");

    assertThat(result.output()).contains("missing: ").contains(reason).contains("auto: cpu");
  }

  @ParameterizedTest
  @CsvSource({
    "cuda, 'Ready[device=Pretended GPU 0,'",
    "'cuda:1', 'Ready[device=Pretended GPU 1,'",
    "'cuda:0,1', 'Ready[device=Pretended GPU 0 + Pretended GPU 1,'",
    "'cuda:2', 'missing: there is no device cuda:2: the driver shows 2, numbered from 0'",
    "'cuda:x', 'devices must be different numbers such as cuda:0,1, but were cuda:x'",
  })
  void probe_devicesByNumber_areChosen(String backend, String expected) throws Exception {
    assertThat(run(CudaSubprocess.class, Map.of(), "probe", backend).output()).contains(expected);
  }

  @ParameterizedTest
  @CsvSource({"cuda", "'cuda:0,1'"})
  void match_pretendedGpus_equalsTheCpu(String backend) throws Exception {
    Result result = run(CudaSubprocess.class, Map.of(), "blend", backend, "FAST", "BALANCED");

    assertThat(result.output()).contains("FAST equal: true", "BALANCED equal: true");
  }

  @Test
  void match_manyBatches_launchesGraphsUnlessTheyAreSwitchedOff() throws Exception {
    Map<String, String> counting = Map.of("FAKE_CUDA_COUNT", "1");
    Result result = run(CudaSubprocess.class, counting, "blend", "cuda", "BALANCED");

    assertThat(result.output()).contains("BALANCED equal: true");
    int made = graphs(result, "made");
    assertThat(made).isBetween(1, CudaGraphCache.MOST_SHAPES);
    assertThat(graphs(result, "launched")).isGreaterThan(made);

    Map<String, String> without =
        Map.of("FAKE_CUDA_COUNT", "1", "JDK_JAVA_OPTIONS", "-Ddiffsynth.cuda.graphs=false");
    Result direct = run(CudaSubprocess.class, without, "blend", "cuda", "BALANCED");
    assertThat(direct.output()).contains("BALANCED equal: true").contains("0 graphs made");
  }

  /** From "fake driver: 2 graphs made, launched 7 times". */
  private static int graphs(Result result, String what) {
    String pattern = "(?s).*fake driver: ([0-9]+) graphs made, launched ([0-9]+) times.*";
    return Integer.parseInt(result.output().replaceAll(pattern, what.equals("made") ? "$1" : "$2"));
  }

  @Test
  void match_graphFails_namesItsLastKernelAndClosesCleanly() throws Exception {
    Result result =
        run(
            CudaSubprocess.class,
            Map.of("FAKE_CUDA_FAIL_GRAPH", "719"),
            "blend",
            "cuda",
            "BALANCED");

    assertThat(result.output())
        .contains("BackendException: launching a graph that ends with carry_and_add, grid 2x6x")
        .contains("failed on Pretended GPU 0 (cuda:0): CUDA_ERROR_LAUNCH_FAILED")
        .doesNotContain("allocations left");
  }

  @Test
  void match_littleMemory_equalsTheCpuAndSaysSoOnce() throws Exception {
    Result result =
        run(
            CudaSubprocess.class,
            Map.of("FAKE_CUDA_MEMORY", "750000"),
            "blend",
            "cuda",
            "BALANCED");

    assertThat(result.output())
        .contains("equal: true")
        .containsOnlyOnce("is short of memory: batches become smaller, results stay the same");
  }

  @Test
  void match_tooLittleMemory_namesWhatDidNotFit() throws Exception {
    Result result =
        run(CudaSubprocess.class, Map.of("FAKE_CUDA_MEMORY", "120000"), "blend", "cuda", "FAST");

    assertThat(result.output()).contains("OutOfDeviceMemoryException").contains("needs");
    assertThat(result.output()).doesNotContain("allocations left");
  }

  @Test
  void match_launchRefused_namesKernelShapeAndDeviceAndClosesCleanly() throws Exception {
    Result result =
        run(CudaSubprocess.class, Map.of("FAKE_CUDA_FAIL", "sweep"), "blend", "cuda", "BALANCED");

    assertThat(result.output())
        .contains(
            "BackendException: launching sweep, grid 1x1x2 of 64x1 threads failed on Pretended GPU 0"
                + " (cuda:0): CUDA_ERROR_LAUNCH_FAILED")
        .doesNotContain("allocations left");
  }

  @Test
  void matchLatents_byKernelAndByCublas_equalTheCpu() throws Exception {
    assertThat(run(CudaSubprocess.class, Map.of(), "latents", "cuda").output())
        .contains("latents equal: true");
    assertThat(run(CudaSubprocess.class, gemm(withCublas()), "latents", "cuda").output())
        .contains("latents equal: true");
  }

  @Test
  void matchLatents_cublasAskedForAndNotThere_saysWhatIsMissing() throws Exception {
    assertThat(run(CudaSubprocess.class, gemm(Map.of()), "latents", "cuda").output())
        .contains("-Ddiffsynth.cuda.latents=gemm cannot run on Pretended GPU 0 (cuda:0): there is")
        .contains("no cuBLAS of CUDA 12: put the folder of libcublas.so.12")
        .doesNotContain("allocations left");
  }

  @Test
  void matchLatents_cublasRefuses_namesCallAndDevice() throws Exception {
    Map<String, String> settings = gemm(withCublas());
    settings.put("FAKE_CUBLAS_CREATE", "3");
    assertThat(run(CudaSubprocess.class, settings, "latents", "cuda").output())
        .contains("cublasCreate failed on Pretended GPU 0 (cuda:0): CUBLAS_STATUS_ALLOC_FAILED")
        .doesNotContain("allocations left");
  }

  private static Map<String, String> gemm(Map<String, String> settings) {
    Map<String, String> all = new HashMap<>(settings);
    all.put("JDK_JAVA_OPTIONS", "-Ddiffsynth.cuda.latents=gemm");
    return all;
  }

  private static Map<String, String> withCublas() {
    return Map.of("LD_LIBRARY_PATH", ShimLibrary.fakeDriver() + ":" + ShimLibrary.fakeCublas());
  }

  /** The fastest of a few: other work of a busy machine is not the probe's. */
  @Test
  void probe_noDriver_answersInAFifthOfASecondAndAutoIsTheCpu() throws Exception {
    int fastest = Integer.MAX_VALUE;
    for (int round = 0; round < 6 && fastest >= 200; round++) {
      Result result =
          runPlain(CudaSubprocess.class, Map.of("LD_LIBRARY_PATH", ""), "probe", "cuda");

      assertThat(result.output()).contains("missing: there is no NVIDIA driver", "auto: cpu");
      String millis = result.output().replaceAll("(?s).*probed in ([0-9]+) ms.*", "$1");
      fastest = Math.min(fastest, Integer.parseInt(millis));
    }
    assertThat(fastest).as("milliseconds of a probe").isLessThan(200);
  }

  @Test
  void probe_unpackedNatives_goWithTheProcess(@TempDir Path temporary) throws Exception {
    String folder = "-Djava.io.tmpdir=" + temporary;
    Result result = run(CudaSubprocess.class, Map.of("JDK_JAVA_OPTIONS", folder), "probe", "cuda");

    assertThat(result.output()).contains("Ready[");
    assertThat(temporary).isEmptyDirectory();
  }

  private record Result(int status, String output) {}

  /** Runs a main class of the tests in a JVM that finds the pretended driver. */
  private static Result run(Class<?> main, Map<String, String> settings, String... arguments)
      throws IOException, InterruptedException {
    Map<String, String> withDriver = new HashMap<>(settings);
    withDriver.putIfAbsent("LD_LIBRARY_PATH", ShimLibrary.fakeDriver().toString());
    return runPlain(main, withDriver, arguments);
  }

  private static Result runPlain(Class<?> main, Map<String, String> settings, String... arguments)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:TieredStopAtLevel=1", "-cp", classPath(), main.getName()));
    command.addAll(List.of(arguments));
    return start(command, settings);
  }

  private static String classPath() {
    return System.getProperty("java.class.path").replace("slf4j-nop", "slf4j-simple");
  }

  private static Result start(List<String> command, Map<String, String> settings)
      throws IOException, InterruptedException {
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().putAll(settings);
    Process process = builder.start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return new Result(process.waitFor(), output);
  }
}
