package org.diffsynth.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.JarFile;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import org.junit.jupiter.api.Test;

/** What is in the app's jar, and in the libraries' jars. */
class AppJarIT {

  private static final Path JAR = Path.of(System.getProperty("diffsynth.jar"));
  private static final long MOST_BYTES = 95_000_000;

  @Test
  void jar_hasTheLicencesOfAllThatItContains() throws IOException {
    try (JarFile jar = new JarFile(JAR.toFile())) {
      assertThat(text(jar, "META-INF/LICENSE")).isEqualTo(Files.readString(Path.of("../LICENSE")));
      String notice = text(jar, "META-INF/NOTICE");
      assertThat(notice)
          .contains("FFmpeg", "JavaCPP", "ONNX Runtime", "JCuda", "Protocol Buffers")
          .contains("Commons Math", "Jackson", "picocli", "SLF4J");
      Matcher files = Pattern.compile("[A-Za-z0-9.-]+\\.txt").matcher(notice);
      while (files.find()) {
        String path =
            files.group().equals("ThirdPartyNotices.txt")
                ? files.group()
                : "META-INF/licenses/" + files.group();
        assertThat(text(jar, path)).as(path).hasSizeGreaterThan(300);
      }
      assertThat(text(jar, "META-INF/licenses/FFmpeg.txt")).contains("OpenH264", "SVT-AV1");
    }
  }

  private static String text(JarFile jar, String path) throws IOException {
    ZipEntry entry = jar.getEntry(path);
    assertThat(entry).as(path).isNotNull();
    return new String(jar.getInputStream(entry).readAllBytes(), StandardCharsets.UTF_8);
  }

  @Test
  void jar_hasOnlyTheNativesThatItLoads() throws IOException {
    String platform = System.getProperty("javacpp.platform");
    try (JarFile jar = new JarFile(JAR.toFile())) {
      List<String> names =
          jar.stream().map(ZipEntry::getName).filter(name -> !name.endsWith(".class")).toList();
      assertThat(names)
          .noneMatch(name -> name.contains("dSYM"))
          .noneMatch(name -> name.contains("JNvPTXCompiler") || name.contains("nvJitLink"))
          .noneMatch(name -> name.matches(".*/ff(mpeg|probe)(\\.exe)?"))
          .allMatch(name -> !name.matches("lib/.+") || name.contains("JCudaDriver"))
          .anyMatch(name -> name.startsWith("org/bytedeco/ffmpeg/" + platform + "/"));
      assertThat(
              names.stream()
                  .filter(name -> name.matches("ai/onnxruntime/native/[^/]+/.+"))
                  .map(name -> name.split("/")[3])
                  .distinct())
          .hasSizeLessThanOrEqualTo(1);
      if (platform.equals("linux-x86_64")) {
        assertThat(names)
            .contains(
                "ai/onnxruntime/native/linux-x64/libonnxruntime.so",
                "ai/onnxruntime/native/linux-x64/libonnxruntime4j_jni.so",
                "lib/libJCudaDriver-12.6.0-linux-x86_64.so");
      }
    }
    assertThat(Files.size(JAR)).isLessThan(MOST_BYTES);
  }

  @Test
  void libraryJars_haveTheLicence() throws IOException {
    try (Stream<Path> modules = Files.list(Path.of(".."))) {
      List<Path> jars = modules.flatMap(AppJarIT::jars).toList();
      assertThat(jars).hasSizeGreaterThanOrEqualTo(9);
      for (Path path : jars) {
        try (JarFile jar = new JarFile(path.toFile())) {
          assertThat(text(jar, "META-INF/LICENSE")).as(path.toString()).contains("Apache License");
          assertThat(text(jar, "META-INF/NOTICE")).contains("DiffSynth for Java");
        }
      }
    }
  }

  private static Stream<Path> jars(Path module) {
    String name = module.getFileName() + "-";
    Path target = module.resolve("target");
    if (!name.startsWith("diffsynth-") || !Files.isDirectory(target)) {
      return Stream.empty();
    }
    try (Stream<Path> files = Files.list(target)) {
      return files
          .filter(file -> file.getFileName().toString().startsWith(name))
          .filter(file -> file.toString().matches(".*-[0-9][^-]*(-SNAPSHOT|-staged)?[.]jar"))
          .toList()
          .stream();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
