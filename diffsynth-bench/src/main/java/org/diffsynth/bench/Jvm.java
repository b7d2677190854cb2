package org.diffsynth.bench;

/** Flags of the measured JVMs. */
final class Jvm {

  static final String VECTORS = "--add-modules=jdk.incubator.vector";

  private Jvm() {}
}
