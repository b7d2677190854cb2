package org.diffsynth.testkit.scene;

import java.util.Arrays;
import java.util.function.IntFunction;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.FrameRate;
import org.diffsynth.frame.FrameSize;
import org.diffsynth.frame.FrameSource;
import org.diffsynth.frame.VideoFormat;
import org.diffsynth.internal.text.Text;

/**
 * A synthetic moving scene in three versions: the plain scene as the <em>guide</em>, a painting of
 * the scene whose brush strokes move with the surfaces (the <em>truth</em>), and a painting that
 * was made frame by frame and <em>flickers</em>. A deflickering method should turn the flickering
 * version into one that is close to the truth.
 *
 * <p>A camera pans and zooms over sky, hills and a meadow at different depths; balls, crates, a
 * balloon and a kite move in front of each other and cast soft shadows. Equal parameters give equal
 * bytes on every machine. Frames are computed on request, in any order and from any thread.
 *
 * @param width number of columns, at least 16
 * @param height number of rows, at least 16
 * @param frames number of frames, at least 1
 * @param frameRate frames per second; objects move by time, so a higher rate means smaller steps
 * @param flicker strength of the flicker, in [0, 1]; default 0.6. With 0, the flickering version
 *     equals the truth
 * @param seed seed of the landscape and of the flicker
 * @param walker whether a person walks through the scene; default false
 */
public record MovingScene(
    int width,
    int height,
    int frames,
    FrameRate frameRate,
    double flicker,
    int seed,
    boolean walker) {

  /** 48 frames of 640 by 360 at 25 frames per second. */
  public static final MovingScene DEFAULT =
      new MovingScene(640, 360, 48, FrameRate.DEFAULT, 0.6, 1, false);

  private static final int MIN_SIDE = 16;

  /**
   * Creates a {@code MovingScene} from its components.
   *
   * @throws IllegalArgumentException if a component is outside its documented range
   */
  public MovingScene {
    if (width < MIN_SIDE || height < MIN_SIDE) {
      throw new IllegalArgumentException(
          Text.format(
              "width and height must be at least %d, but were %dx%d", MIN_SIDE, width, height));
    }
    if (frames < 1) {
      throw new IllegalArgumentException("frames must be at least 1, but was " + frames);
    }
    if (!(flicker >= 0 && flicker <= 1)) {
      throw new IllegalArgumentException("flicker must be in [0, 1], but was " + flicker);
    }
  }

  /** Returns a copy of this scene with the given size in pixels. */
  public MovingScene withSize(int newWidth, int newHeight) {
    return new MovingScene(newWidth, newHeight, frames, frameRate, flicker, seed, walker);
  }

  /** Returns a copy of this scene with the given number of frames. */
  public MovingScene withFrames(int newFrames) {
    return new MovingScene(width, height, newFrames, frameRate, flicker, seed, walker);
  }

  /** Returns a copy of this scene with the given strength of flicker, in [0, 1]. */
  public MovingScene withFlicker(double newFlicker) {
    return new MovingScene(width, height, frames, frameRate, newFlicker, seed, walker);
  }

  /** Returns a copy of this scene with the given seed. */
  public MovingScene withSeed(int newSeed) {
    return new MovingScene(width, height, frames, frameRate, flicker, newSeed, walker);
  }

  /** Returns a copy of this scene with or without a person who walks through it. */
  public MovingScene withWalker(boolean newWalker) {
    return new MovingScene(width, height, frames, frameRate, flicker, seed, newWalker);
  }

  /** Opens the plain scene as a source that begins with the first frame. */
  public FrameSource guide() {
    return source(this::guideFrame);
  }

  /** Opens the steady painting as a source that begins with the first frame. */
  public FrameSource truth() {
    return source(this::truthFrame);
  }

  /** Opens the flickering painting as a source that begins with the first frame. */
  public FrameSource flickering() {
    return source(this::flickeringFrame);
  }

  /** Opens the inverse depth as a source that begins with the first frame. */
  public FrameSource depth() {
    return source(this::depthFrame);
  }

  /**
   * Returns the inverse depth of frame {@code index} of the plain scene, as depth ControlNets
   * expect it: grey with 16 bits per sample, black at infinity and white at the nearest place.
   */
  public Frame depthFrame(int index) {
    float[] grey = new float[width * height * 3];
    shade(
        index,
        Look.PLAIN,
        null,
        (paint, to) -> Arrays.fill(grey, to, to + 3, (float) Math.min(Math.max(paint.near, 0), 1)));
    return Frame.ofFloat(width, height, grey).as(Frame.Depth.UINT16);
  }

  /**
   * Returns the joints of the walking person in frame {@code index}, in OpenPose's order of 18 body
   * joints.
   *
   * @return 18 pairs of a column and a row in pixels, which may lie outside of the picture; NaN for
   *     eyes and ears
   * @throws IllegalStateException if the scene has no walking person
   */
  public double[][] walkerJoints(int index) {
    if (!walker) {
      throw new IllegalStateException("the scene has no walking person; use withWalker(true)");
    }
    checkIndex(index);
    double[][] joints = shader(index, Look.PLAIN).joints();
    for (double[] joint : joints) {
      joint[0] = joint[0] * height + width / 2.0;
      joint[1] = joint[1] * height + height / 2.0;
    }
    return joints;
  }

  /** Returns frame {@code index} of the plain scene, with 8 bits per sample. */
  public Frame guideFrame(int index) {
    return render(index, Look.PLAIN, null);
  }

  /** Returns frame {@code index} of the steady painting, with 8 bits per sample. */
  public Frame truthFrame(int index) {
    return render(index, Look.PAINTED, null);
  }

  /** Returns frame {@code index} of the flickering painting, with 8 bits per sample. */
  public Frame flickeringFrame(int index) {
    int frameSeed = seed * 7919 + index * 104_729 + 17;
    return render(
        index,
        Look.repainted(0.75 * flicker, frameSeed),
        flicker == 0 ? null : new Flicker(frameSeed, flicker));
  }

  private Frame render(int index, Look look, Flicker disturbance) {
    byte[] rgb = new byte[width * height * 3];
    shade(
        index,
        look,
        disturbance,
        (paint, to) -> {
          rgb[to] = to8(paint.red);
          rgb[to + 1] = to8(paint.green);
          rgb[to + 2] = to8(paint.blue);
        });
    return Frame.ofRgb8(width, height, rgb);
  }

  /** Receives the colour of a pixel, whose first sample is number {@code to}. */
  private interface PixelTarget {
    void accept(Paint paint, int to);
  }

  private void shade(int index, Look look, Flicker disturbance, PixelTarget target) {
    checkIndex(index);
    SceneShader shader = shader(index, look);
    Paint paint = new Paint();
    double pixel = 1.0 / height;
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
        target.accept(paint, to);
      }
    }
  }

  private SceneShader shader(int index, Look look) {
    return new SceneShader(frameRate.secondsAt(index), seed, look, walker);
  }

  private void checkIndex(int index) {
    if (index < 0 || index >= frames) {
      throw new IndexOutOfBoundsException(
          Text.format("index must be in [0, %d], but was %d", frames - 1, index));
    }
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

  /** The errors of one flickering frame: exposure, colour cast, blotches and small shifts. */
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
