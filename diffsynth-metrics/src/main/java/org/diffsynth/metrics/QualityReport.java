package org.diffsynth.metrics;

import java.util.List;

/**
 * How steady, faithful and sharp a video is. Read the numbers together: a grey, blurred or frozen
 * video has a perfect warping error, and only fidelity and sharpness show what it cost.
 *
 * <p>A number that cannot be had, for want of a second frame, a style or a truth, is NaN.
 *
 * @param frames number of frames
 * @param pixelMse mean over pairs of the mean squared difference between each frame and the next,
 *     warped onto it by the guide's flow, samples on the scale 0 to 255, over all pixels whose
 *     motion stays inside; smaller is steadier
 * @param warpError E_warp of Lai et al.: the same with samples in [0, 1] and over the pixels that
 *     both frames show
 * @param psnrStyle mean PSNR to the flickering input, in dB: how much of the style was kept
 * @param psnrTruth mean PSNR to the known steady video, in dB
 * @param ssimTruth mean SSIM to the known steady video
 * @param sharpness Laplacian variance over that of the truth, or of the style where there is no
 *     truth; 1 is as sharp, below 1 is blurred
 * @param lumaFlicker standard deviation of the steps of mean luma from frame to frame, on the scale
 *     0 to 255
 * @param lumaDrift mean luma of the video minus that of the truth, or of the style where there is
 *     no truth
 * @param warpErrors the warping error of each pair
 * @param meanLumas the mean luma of each frame
 * @param psnrs the PSNR of each frame to the truth, or to the style where there is no truth; empty
 *     without either
 */
public record QualityReport(
    int frames,
    double pixelMse,
    double warpError,
    double psnrStyle,
    double psnrTruth,
    double ssimTruth,
    double sharpness,
    double lumaFlicker,
    double lumaDrift,
    List<Double> warpErrors,
    List<Double> meanLumas,
    List<Double> psnrs) {

  /** Copies the lists. */
  public QualityReport {
    warpErrors = List.copyOf(warpErrors);
    meanLumas = List.copyOf(meanLumas);
    psnrs = List.copyOf(psnrs);
  }
}
