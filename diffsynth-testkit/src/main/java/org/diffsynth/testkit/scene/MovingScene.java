package org.diffsynth.testkit.scene;

import java.util.function.IntFunction;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.FrameRate;
import org.diffsynth.frame.FrameSize;
import org.diffsynth.frame.FrameSource;
import org.diffsynth.frame.VideoFormat;

/**
 * A built-in moving scene in three renditions, so that nothing needs a download: the plain
 * <em>guide</em>, a painting of it that moves with the surfaces (the <em>truth</em>), and the same
 * painting as a frame-by-frame process would make it, <em>flickering</em>.
 *
 * <p>A camera pans and zooms over sky, hills and a meadow at different depths; balls, crates, a
 * balloon and a kite pass in front of each other and cast soft shadows. The same parameters give
 * the same bytes on every machine. Frames are computed when asked for, in any order, from any
 * thread.
 *
 * @param width columns, at least 16
 * @param height rows, at least 16
 * @param frames length, at least 1
 * @param frameRate frames per second; objects move by time, not by frame
 * @param flicker strength of the flicker, in [0, 1]; 0 makes the flickering video equal the truth
 * @param seed another seed makes another landscape and other flicker
 */
public record MovingScene(
    int width, int height, int frames, FrameRate frameRate, double flicker, int seed) {

  /** 48 frames of 640 by 360 at 25 frames per second. */
  public static final MovingScene DEFAULT =
      new MovingScene(640, 360, 48, FrameRate.DEFAULT, 0.6, 1);

  private static final int MIN_SIDE = 16;

  /** Checks the ranges. */
  public MovingScene {
    if (width < MIN_SIDE || height < MIN_SIDE) {
      throw new IllegalArgumentException(
          "width and height must be at least %d, were %dx%d".formatted(MIN_SIDE, width, height));
    }
    if (frames < 1) {
      throw new IllegalArgumentException("frames must be at least 1, was " + frames);
    }
    if (!(flicker >= 0 && flicker <= 1)) {
      throw new IllegalArgumentException("flicker must be in [0, 1], was " + flicker);
    }
  }

  /** The same at another size. */
  public MovingScene withSize(int newWidth, int newHeight) {
    return new MovingScene(newWidth, newHeight, frames, frameRate, flicker, seed);
  }

  /** The same with another length. */
  public MovingScene withFrames(int newFrames) {
    return new MovingScene(width, height, newFrames, frameRate, flicker, seed);
  }

  /** The same with another strength of flicker. */
  public MovingScene withFlicker(double newFlicker) {
    return new MovingScene(width, height, frames, frameRate, newFlicker, seed);
  }

  /** The same with another seed. */
  public MovingScene withSeed(int newSeed) {
    return new MovingScene(width, height, frames, frameRate, flicker, newSeed);
  }

  /** The plain scene from its first frame. */
  public FrameSource guide() {
    return source(this::guideFrame);
  }

  /** The steady painting from its first frame. */
  public FrameSource truth() {
    return source(this::truthFrame);
  }

  /** The flickering painting from its first frame. */
  public FrameSource flickering() {
    return source(this::flickeringFrame);
  }

  /** Frame {@code index} of the plain scene, 8 bits. */
  public Frame guideFrame(int index) {
    return render(index, Look.PLAIN, null);
  }

  /** Frame {@code index} of the steady painting, 8 bits. */
  public Frame truthFrame(int index) {
    return render(index, Look.PAINTED, null);
  }

  /** Frame {@code index} of the flickering painting, 8 bits. */
  public Frame flickeringFrame(int index) {
    int frameSeed = seed * 7919 + index * 104_729 + 17;
    return render(
        index,
        Look.repainted(0.75 * flicker, frameSeed),
        flicker == 0 ? null : new Flicker(frameSeed, flicker));
  }

  private Frame render(int index, Look look, Flicker disturbance) {
    if (index < 0 || index >= frames) {
      throw new IndexOutOfBoundsException(
          "the scene has frames 0 to " + (frames - 1) + ", asked for " + index);
    }
    SceneShader shader = new SceneShader(frameRate.secondsAt(index), seed, look);
    Paint paint = new Paint();
    double pixel = 1.0 / height;
    byte[] rgb = new byte[width * height * 3];
    for (int y = 0, to = 0; y < height; y++) {
      for (int x = 0; x < width; x++, to += 3) {
        double u = (x + 0.5 - width / 2.0) * pixel;
        double v = (y + 0.5 - height / 2.0) * pixel;
        if (disturbance == null) {
          shader.paint(paint, u, v, pixel);
        } else {
          shader.paint(paint, u + disturbance.shiftX(u, v), v + disturbance.shiftY(u, v), pixel);
          disturbance.tint(paint, u, v);
        }
        rgb[to] = to8(paint.red);
        rgb[to + 1] = to8(paint.green);
        rgb[to + 2] = to8(paint.blue);
      }
    }
    return Frame.ofRgb8(width, height, rgb);
  }

  private static byte to8(double value) {
    return (byte) (int) (Math.min(Math.max(value, 0), 1) * 255 + 0.5);
  }

  private FrameSource source(IntFunction<Frame> renderer) {
    return new FrameSource() {
      private int next;

      @Override
      public VideoFormat format() {
        return new VideoFormat(new FrameSize(width, height), frameRate, frames);
      }

      @Override
      public Frame read() {
        return next < frames ? renderer.apply(next++) : null;
      }

      @Override
      public void close() {
        next = frames;
      }
    };
  }

  /**
   * What goes wrong in one frame: exposure, colour cast, blotches of light, shapes a little off.
   */
  private static final class Flicker {

    private static final double LARGEST_SHIFT = 0.004;

    private final int seed;
    private final double strength;
    private final double[] gains = new double[3];

    Flicker(int seed, double strength) {
      this.seed = seed;
      this.strength = strength;
      double exposure = 1 + 0.24 * strength * (ValueNoise.lattice(1, 0, seed) - 0.5);
      for (int c = 0; c < 3; c++) {
        gains[c] = exposure + 0.14 * strength * (ValueNoise.lattice(2 + c, 0, seed) - 0.5);
      }
    }

    double shiftX(double u, double v) {
      return 2 * LARGEST_SHIFT * strength * (ValueNoise.at(u * 5, v * 5, seed + 1) - 0.5);
    }

    double shiftY(double u, double v) {
      return 2 * LARGEST_SHIFT * strength * (ValueNoise.at(u * 5, v * 5, seed + 2) - 0.5);
    }

    void tint(Paint paint, double u, double v) {
      double blotch =
          1 + 0.3 * strength * (ValueNoise.octaves(u * 2.5, v * 2.5, seed + 3, 2) - 0.5);
      paint.red *= gains[0] * blotch;
      paint.green *= gains[1] * blotch;
      paint.blue *= gains[2] * blotch;
    }
  }
}
