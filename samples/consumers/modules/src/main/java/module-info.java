module consumer {
  requires org.diffsynth.api;
}
