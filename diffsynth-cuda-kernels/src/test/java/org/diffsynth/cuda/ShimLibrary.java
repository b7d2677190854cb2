package org.diffsynth.cuda;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * The kernels of src/main/cuda compiled for the CPU by g++ and loaded through JNI. Built once into
 * target/shim when sources have changed; where there is no g++, {@link #missing} says so.
 */
final class ShimLibrary {

  private static final Path KERNELS = Path.of("src/main/cuda");
  private static final Path SHIM = Path.of("src/test/cuda");
  private static final Path FOLDER = Path.of("target/shim").toAbsolutePath();
  private static final String MISSING = load();

  private ShimLibrary() {}

  /** Why the kernels cannot run on this CPU, or null when they can. */
  static String missing() {
    return MISSING;
  }

  private static String load() {
    if (!System.getProperty("os.name").equals("Linux") || !hasCompiler()) {
      String reason = "no Linux with g++, so the CUDA kernels are not tested: apt install g++";
      if (Boolean.getBoolean("diffsynth.requireShim")) {
        throw new IllegalStateException(reason);
      }
      System.err.println("SKIPPED: " + reason);
      return reason;
    }
    System.load(build("libdiffsynth_shim.so", "shim.cpp", "shim_jni.cpp").toString());
    return null;
  }

  /** A folder with the shim as a libcuda.so.1, for a JVM that is to think it has a GPU. */
  static Path fakeDriver() {
    return build("libcuda.so.1", "shim.cpp", "fake_libcuda.cpp").getParent();
  }

  /** A folder with a libcublas.so.12 for that JVM; JCublas asks for symbols of that version. */
  static Path fakeCublas() {
    return build(
            "cublas/libcublas.so.12",
            "fake_libcublas.cpp",
            "-Wl,--version-script=" + SHIM.resolve("fake_libcublas.map"))
        .getParent();
  }

  /** From sources in the folder of the shim, or options of the compiler. */
  private static Path build(String name, String... sources) {
    Path library = FOLDER.resolve(name);
    try {
      if (outdated(library)) {
        compile(library, sources);
      }
    } catch (IOException e) {
      throw new IllegalStateException("cannot build " + library, e);
    }
    return library;
  }

  private static boolean hasCompiler() {
    try {
      return run(List.of("g++", "--version")).isEmpty();
    } catch (IOException e) {
      return false;
    }
  }

  private static boolean outdated(Path library) throws IOException {
    if (!Files.exists(library)) {
      return true;
    }
    long built = Files.getLastModifiedTime(library).toMillis();
    try (Stream<Path> sources = Stream.concat(Files.list(KERNELS), Files.list(SHIM))) {
      return sources.anyMatch(source -> source.toFile().lastModified() >= built);
    }
  }

  private static void compile(Path library, String... sources) throws IOException {
    Files.createDirectories(library.getParent());
    Path fresh = library.resolveSibling(ProcessHandle.current().pid() + ".tmp");
    Path java = Path.of(System.getProperty("java.home"));
    List<String> command = new ArrayList<>();
    command.addAll(List.of("g++", "-std=c++17", "-O2", "-ffp-contract=off", "-fPIC", "-shared"));
    command.addAll(List.of("-Wall", "-Wextra", "-Werror", "-Wno-unknown-pragmas"));
    command.addAll(List.of("-U_FORTIFY_SOURCE", "-DDIFFSYNTH_SHIM", "-I" + KERNELS, "-I" + SHIM));
    command.addAll(List.of("-I" + java.resolve("include"), "-I" + java.resolve("include/linux")));
    for (String source : sources) {
      command.add(source.startsWith("-") ? source : SHIM.resolve(source).toString());
    }
    command.addAll(List.of("-o", fresh.toString()));
    String errors = run(command);
    if (!errors.isEmpty()) {
      throw new IllegalStateException("g++ cannot compile the kernels:\n" + errors);
    }
    Files.move(fresh, library, StandardCopyOption.REPLACE_EXISTING);
  }

  /** What it printed if it failed, else nothing. */
  private static String run(List<String> command) throws IOException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes());
    try {
      return process.waitFor() == 0 ? "" : output + "\n(exit status " + process.exitValue() + ")";
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while compiling", e);
    }
  }

  static native long allocate(long bytes);

  static native void free(long address);

  static native void upload(ByteBuffer from, long to, long bytes);

  static native void download(long from, ByteBuffer to, long bytes);

  static native void copy(long from, long to, long bytes);

  static native void zero(long address, long bytes);

  /** How many dp4a this thread has run. */
  static native long dp4aCount();

  static native void launch(
      String kernel,
      int gridX,
      int gridY,
      int gridZ,
      int blockX,
      int blockY,
      long[] arguments,
      boolean backward);
}
