package org.diffsynth.metrics;

import java.util.List;

/**
 * Quality of a video: how steady, faithful and sharp it is.
 *
 * <p>Read the values together. A grey, blurred or frozen video has a perfect warping error; only
 * similarity and sharpness show its defects. A value that cannot be computed, because the video has
 * one frame or because no style or no truth was given, is NaN.
 *
 * @param frames number of frames
 * @param pixelMse mean squared difference between each frame and the next frame, which is warped
 *     onto the first by the optical flow of the guide; samples on the scale 0 to 255, over all
 *     pixels whose motion stays inside the frame. At least 0; lower is steadier
 * @param warpError warping error E_warp of Lai et al. 2018, section 4.2: mean squared difference
 *     between each frame and the warped next frame, samples in [0, 1], over the pixels that are
 *     visible in both frames. In [0, 1]; lower is steadier
 * @param psnrStyle mean PSNR relative to the flickering input, in dB; higher keeps more of the
 *     style
 * @param psnrTruth mean PSNR relative to the known steady video, in dB; higher is better
 * @param ssimTruth mean SSIM relative to the known steady video, in [-1, 1]; higher is better
 * @param sharpness variance of the Laplacian divided by that of the truth, or of the style if there
 *     is no truth. At least 0, without unit; 1 is equally sharp, below 1 is blurred, above 1 is
 *     sharper or noisier
 * @param lumaFlicker standard deviation of the differences of mean luma between consecutive frames,
 *     on the scale 0 to 255; at least 0, lower is steadier
 * @param lumaDrift mean luma of the video minus that of the truth, or of the style if there is no
 *     truth, on the scale -255 to 255; near 0 is better
 * @param warpErrors warping error of each pair of consecutive frames
 * @param meanLumas mean luma of each frame, on the scale 0 to 255
 * @param psnrs PSNR of each frame relative to the truth, or to the style if there is no truth, in
 *     dB; empty if neither was given
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

  /** Creates a {@code QualityReport} with immutable copies of the given collections. */
  public QualityReport {
    warpErrors = List.copyOf(warpErrors);
    meanLumas = List.copyOf(meanLumas);
    psnrs = List.copyOf(psnrs);
  }
}
