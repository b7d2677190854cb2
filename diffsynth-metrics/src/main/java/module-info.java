/**
 * Quality metrics of videos: warping error, PSNR, SSIM, sharpness, flicker, FID, KID, CLIP score,
 * aesthetic score and pose error.
 *
 * <p>Start with {@link org.diffsynth.metrics.QualityMeter}, which measures a video frame by frame.
 * Metrics that need a model are computed from vectors, which the module {@code org.diffsynth.onnx}
 * obtains from the model.
 */
module org.diffsynth.metrics {
  requires transitive org.diffsynth.api;
  requires transitive org.diffsynth.control;
  requires org.diffsynth.patchmatch;
  requires commons.math3;

  exports org.diffsynth.metrics;
}
