package org.diffsynth.bench;

/** Command-line options of the JVMs that are measured. */
final class Jvm {

  static final String VECTORS = "--add-modules=jdk.incubator.vector";

  private Jvm() {}
}
