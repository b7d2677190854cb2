package org.diffsynth.internal.diffusion;

import java.util.List;
import org.diffsynth.diffusion.Latents;
import org.diffsynth.frame.Frame;
import org.diffsynth.internal.text.Text;
import org.diffsynth.request.Conditioning.StackedPoses;
import org.diffsynth.spi.ModelDescription;

/**
 * Pose maps at the size of the latents, and the stack of five maps that the UNet sees for each
 * frame: those of the two previous frames, the frame itself and the two next frames.
 *
 * @param maps two channels for each frame of the clip, {@code (frames, 2, height, width)}, in [-1,
 *     1]
 */
record PoseChannels(Latents maps) {

  /** Number of channels of a stack: five maps of two channels. */
  static final int STACKED = 10;

  private static final int CHANNELS = 2;
  private static final int BEFORE = 2;
  private static final int IN_STACK = 5;

  /**
   * Reads the red and green channel of every map at every latent pixel.
   *
   * @throws IllegalArgumentException if the maps do not fit the model or the clip
   */
  static PoseChannels of(StackedPoses poses, RunSetup run, int frames) {
    ModelDescription model = run.model();
    if (model.extraChannels() != STACKED) {
      throw new IllegalArgumentException(
          Text.format(
              "%s does not support stacked poses: its UNet has %d input channels beside the latents, but"
                  + " %d are needed",
              model.name(), model.extraChannels(), STACKED));
    }
    if (poses.maps().size() != frames) {
      throw new IllegalArgumentException(
          Text.format(
              "stacked poses must have %d maps as the clip, but had %d",
              frames, poses.maps().size()));
    }
    int height = run.noise().height();
    int width = run.noise().width();
    int pixels = model.vaeScaleFactor();
    float[] samples = new float[frames * CHANNELS * height * width];
    for (int frame = 0, i = 0; frame < frames; frame++) {
      Frame map = PictureAdjustment.fit(poses.maps().frame(frame), run.size());
      float[] rgb = map.toFloat();
      for (int channel = 0; channel < CHANNELS; channel++) {
        for (int y = 0; y < height; y++) {
          for (int x = 0; x < width; x++, i++) {
            int pixel = y * pixels * map.width() + x * pixels;
            samples[i] = 2 * rgb[3 * pixel + channel] - 1;
          }
        }
      }
    }
    return new PoseChannels(Latents.of(frames, CHANNELS, height, width, samples));
  }

  /**
   * Returns the stacks of the given frames, {@code (frames, 10, height, width)}. Reference pictures
   * get zeros. A missing neighbor at an end of the clip is replaced by the frame itself.
   */
  Latents stacks(List<Integer> frames) {
    int size = maps.frameSize();
    float[] all = maps.toArray();
    float[] stacks = new float[frames.size() * IN_STACK * size];
    for (int row = 0; row < frames.size(); row++) {
      int frame = frames.get(row);
      if (frame >= maps.frames()) {
        continue;
      }
      for (int place = 0; place < IN_STACK; place++) {
        int wanted = frame + place - BEFORE;
        int shown = wanted < 0 || wanted >= maps.frames() ? frame : wanted;
        System.arraycopy(all, shown * size, stacks, (row * IN_STACK + place) * size, size);
      }
    }
    return Latents.of(frames.size(), STACKED, maps.height(), maps.width(), stacks);
  }
}
