package org.diffsynth.spark;

import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A master and two workers of Spark, as processes of this machine on the loopback address. */
final class StandaloneCluster implements AutoCloseable {

  private static final String LOOPBACK = "127.0.0.1";

  private final Path home;
  private final String jvmOptions;
  private final List<Process> processes = new ArrayList<>();
  private final List<String> folders = new ArrayList<>();
  private final String master;

  /**
   * Starts the processes.
   *
   * @param home empty folder for Spark's jars and the files of the workers
   * @param jvmOptions what Spark's own launcher gives to a JVM
   */
  StandaloneCluster(Path home, String jvmOptions) throws IOException {
    this.home = home;
    this.jvmOptions = jvmOptions;
    linkJars();
    int port;
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getByName(LOOPBACK))) {
      port = free.getLocalPort();
    }
    master = "spark://" + LOOPBACK + ":" + port;
    start("master.Master", "--host", LOOPBACK, "--port", "" + port, "--webui-port", "0");
    for (int worker = 0; worker < 2; worker++) {
      start(
          "worker.Worker",
          "--host",
          LOOPBACK,
          "--webui-port",
          "0",
          "--cores",
          "1",
          "--memory",
          "1g",
          "--work-dir",
          home.resolve("worker" + worker).toString(),
          master);
    }
  }

  /** Makes what a Spark installation has: a folder of jars. */
  private void linkJars() throws IOException {
    Path jars = Files.createDirectories(home.resolve("jars"));
    String path =
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    for (String entry : path.split(File.pathSeparator)) {
      Path file = Path.of(entry).toAbsolutePath();
      if (Files.isDirectory(file)) {
        folders.add(file.toString());
      } else if (Files.exists(file) && !Files.exists(jars.resolve(file.getFileName()))) {
        Files.createSymbolicLink(jars.resolve(file.getFileName()), file);
      }
    }
  }

  private void start(String name, String... arguments) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of(jvmOptions.trim().split("\\s+")));
    command.addAll(List.of("-Xmx256m", "-cp", home.resolve("jars") + "/*"));
    command.add("org.apache.spark.deploy." + name);
    command.addAll(List.of(arguments));
    Path log = home.resolve("process" + processes.size() + ".log");
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().put("SPARK_HOME", home.toString());
    builder.environment().put("SPARK_SCALA_VERSION", "2.13");
    builder.environment().put("SPARK_LOCAL_IP", LOOPBACK);
    builder.redirectErrorStream(true).redirectOutput(log.toFile());
    processes.add(builder.start());
  }

  /** Returns the address of the master. */
  String master() {
    return master;
  }

  /** Returns the folders of classes that executors need besides the jars. */
  String classPath() {
    return String.join(File.pathSeparator, folders);
  }

  /** Ends a worker and its executor as a power cut does. */
  void killWorker(int worker) {
    kill(processes.get(1 + worker));
  }

  private static void kill(Process process) {
    try (Stream<ProcessHandle> children = process.descendants()) {
      children.toList().forEach(ProcessHandle::destroyForcibly);
    }
    process.destroyForcibly();
  }

  @Override
  public void close() throws IOException {
    processes.forEach(StandaloneCluster::kill);
    for (Process process : processes) {
      try {
        process.waitFor(10, TimeUnit.SECONDS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
    try (Stream<Path> links = Files.list(home.resolve("jars"))) {
      for (Path link : (Iterable<Path>) links::iterator) {
        Files.delete(link);
      }
    }
  }
}
