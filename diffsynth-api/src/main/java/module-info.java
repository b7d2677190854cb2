import org.diffsynth.control.Annotator;
import org.diffsynth.io.FrameFiles;
import org.diffsynth.spi.BundledModel;
import org.diffsynth.spi.DiffusionBackendProvider;
import org.diffsynth.spi.PatchMatcherProvider;

/**
 * The public face of DiffSynth: frames and videos, {@code Pipeline}, {@code LatentDeflicker},
 * {@code PatchBlending}, schedulers, ControlNet settings, and the service interfaces that backends
 * and engines implement.
 */
@SuppressWarnings("module") // the modules that internal packages are exported to are compiled later
module org.diffsynth.api {
  requires java.desktop;
  requires jdk.jfr;
  requires org.slf4j;

  exports org.diffsynth;
  exports org.diffsynth.compute;
  exports org.diffsynth.control;
  exports org.diffsynth.deflicker;
  exports org.diffsynth.diffusion;
  exports org.diffsynth.frame;
  exports org.diffsynth.io;
  exports org.diffsynth.match;
  exports org.diffsynth.request;
  exports org.diffsynth.spi;
  exports org.diffsynth.internal.blend to
      org.diffsynth.job;
  exports org.diffsynth.internal.events to
      org.diffsynth.video;
  exports org.diffsynth.internal.diffusion to
      org.diffsynth.job;
  exports org.diffsynth.internal.host to
      org.diffsynth.cuda,
      org.diffsynth.job,
      org.diffsynth.onnx,
      org.diffsynth.video;
  exports org.diffsynth.internal.shots to
      org.diffsynth.job,
      org.diffsynth.onnx;
  exports org.diffsynth.internal.text to
      org.diffsynth.control,
      org.diffsynth.javacv,
      org.diffsynth.job,
      org.diffsynth.metrics,
      org.diffsynth.onnx,
      org.diffsynth.patchmatch,
      org.diffsynth.testkit,
      org.diffsynth.video;

  uses Annotator.Provider;
  uses BundledModel;
  uses DiffusionBackendProvider;
  uses FrameFiles.Decoder;
  uses PatchMatcherProvider;
}
