package org.diffsynth.video;

import static org.bytedeco.ffmpeg.global.avutil.AVCOL_PRI_SMPTE431;
import static org.bytedeco.ffmpeg.global.avutil.AVCOL_PRI_SMPTE432;
import static org.bytedeco.ffmpeg.global.avutil.AVCOL_TRC_ARIB_STD_B67;

/**
 * Maps RGB samples of a high dynamic range (PQ or HLG, mostly BT.2020) to the standard dynamic
 * range of BT.709.
 *
 * <ol>
 *   <li>Samples become light on the screen in cd/m²: PQ by SMPTE ST 2084; HLG by the inverse OETF
 *       and the OOTF of BT.2100 for a screen of 1000 cd/m² (γ = 1.2).
 *   <li>The brightest of R, G and B is compressed by the EETF of BT.2390 (section 5.4.1, in PQ)
 *       from the brightest light of the video to {@link #WHITE}; the three keep their ratios, so
 *       hues stay. Light below the knee is unchanged.
 *   <li>BT.2020 or P3 primaries become BT.709. Colors outside are moved towards gray of their own
 *       luminance until they fit.
 *   <li>Light is encoded with the inverse of the EOTF of BT.1886, γ = 2.4.
 * </ol>
 *
 * <p>All steps are tables and single-rounded operations, so results are equal on every machine.
 */
final class ToneMapping {

  /** Light of diffuse white in HDR videos (BT.2408), which becomes white of BT.709, in cd/m². */
  static final double WHITE = 203;

  private static final double PQ_PEAK = 10000;
  private static final double USUAL_PEAK = 1000;
  private static final int LEVELS = 1 << 16;
  private static final double M1 = 2610.0 / 16384;
  private static final double M2 = 2523.0 / 4096 * 128;
  private static final double C1 = 3424.0 / 4096;
  private static final double C2 = 2413.0 / 4096 * 32;
  private static final double C3 = 2392.0 / 4096 * 32;
  private static final float[] BT2020_LUMA = {0.2627f, 0.6780f, 0.0593f};
  private static final float[] FROM_BT2020 = {
    1.660491f, -0.587641f, -0.072850f, //
    -0.124550f, 1.132900f, -0.008349f, //
    -0.018151f, -0.100579f, 1.118730f
  };
  private static final float[] FROM_P3 = {
    1.224940f, -0.224940f, 0, //
    -0.042057f, 1.042057f, 0, //
    -0.019638f, -0.078636f, 1.098274f
  };
  private static final float[] UNCHANGED = {1, 0, 0, 0, 1, 0, 0, 0, 1};

  /** BT.1886: sample of a light between 0 and 1; the index is the square root of the light. */
  private static final short[] ENCODED = new short[LEVELS];

  static {
    for (int i = 0; i < LEVELS; i++) {
      double root = i / (LEVELS - 1.0);
      ENCODED[i] = (short) Math.round(StrictMath.pow(root, 2 / 2.4) * 65535);
    }
  }

  private final boolean hlg;
  private final float[] gamut;

  /** Light of a sample: in units of the white of BT.709, or of the scene's white for HLG. */
  private final float[] light = new float[LEVELS];

  /** HLG: light on the screen per light of the scene; the index is the root of its luminance. */
  private final float[] system;

  /** Factor that compresses light; the index is the root of the brightest channel, by PQ_PEAK. */
  private final float[] compression = new float[LEVELS];

  private final float toIndex = (float) (Math.sqrt(WHITE / PQ_PEAK) * (LEVELS - 1));

  /** Creates a mapping for a video with the given tags, which state HLG or PQ. */
  ToneMapping(PictureTags tags) {
    hlg = tags.colors().transfer() == AVCOL_TRC_ARIB_STD_B67;
    gamut =
        switch (tags.colors().primaries()) {
          case org.bytedeco.ffmpeg.global.avutil.AVCOL_PRI_BT709 -> UNCHANGED;
          case AVCOL_PRI_SMPTE431, AVCOL_PRI_SMPTE432 -> FROM_P3;
          default -> FROM_BT2020;
        };
    for (int i = 0; i < LEVELS; i++) {
      double sample = i / (LEVELS - 1.0);
      light[i] = (float) (hlg ? sceneLight(sample) : pqLight(sample) / WHITE);
    }
    system = hlg ? hlgSystem() : null;
    double stated = tags.light().peak();
    double peak = hlg || stated <= 0 ? USUAL_PEAK : Math.min(PQ_PEAK, Math.max(WHITE, stated));
    for (int i = 0; i < LEVELS; i++) {
      double root = i / (LEVELS - 1.0);
      double bright = root * root * PQ_PEAK;
      compression[i] = bright == 0 ? 1 : (float) (compressed(bright, peak) / bright);
    }
  }

  private static float[] hlgSystem() {
    float[] factors = new float[LEVELS];
    for (int i = 0; i < LEVELS; i++) {
      double luminance = StrictMath.pow(i / (LEVELS - 1.0), 2);
      factors[i] = (float) (USUAL_PEAK * StrictMath.pow(luminance, 0.2) / WHITE);
    }
    return factors;
  }

  /** Returns the inverse OETF of HLG, 0 to 1. */
  private static double sceneLight(double sample) {
    double a = 0.17883277;
    double b = 1 - 4 * a;
    double c = 0.5 - a * StrictMath.log(4 * a);
    return sample <= 0.5 ? sample * sample / 3 : (StrictMath.exp((sample - c) / a) + b) / 12;
  }

  /** Returns the light of a PQ sample in cd/m². */
  static double pqLight(double sample) {
    double root = StrictMath.pow(sample, 1 / M2);
    return PQ_PEAK * StrictMath.pow(Math.max(root - C1, 0) / (C2 - C3 * root), 1 / M1);
  }

  /** Returns the PQ sample of a light in cd/m². */
  static double pqSample(double light) {
    double power = StrictMath.pow(light / PQ_PEAK, M1);
    return StrictMath.pow((C1 + C2 * power) / (1 + C3 * power), M2);
  }

  /** Returns the light that the EETF of BT.2390 gives, for a video of a brightest light. */
  static double compressed(double light, double peak) {
    double top = pqSample(peak);
    double target = pqSample(WHITE) / top;
    double knee = 1.5 * target - 0.5;
    double sample = Math.min(pqSample(light) / top, 1);
    if (target >= 1 || sample < knee) {
      return Math.min(light, WHITE);
    }
    double t = (sample - knee) / (1 - knee);
    double t2 = t * t;
    double t3 = t2 * t;
    double mapped =
        (2 * t3 - 3 * t2 + 1) * knee + (t3 - 2 * t2 + t) * (1 - knee) + (-2 * t3 + 3 * t2) * target;
    return pqLight(mapped * top);
  }

  /** Maps interleaved RGB samples of 16 bits in place. */
  void apply(short[] rgb) {
    float[] m = gamut;
    for (int i = 0; i < rgb.length; i += 3) {
      float r = light[rgb[i] & 0xFFFF];
      float g = light[rgb[i + 1] & 0xFFFF];
      float b = light[rgb[i + 2] & 0xFFFF];
      float factor = 1;
      if (hlg) {
        float luminance = BT2020_LUMA[0] * r + BT2020_LUMA[1] * g + BT2020_LUMA[2] * b;
        factor = system[index((float) Math.sqrt(luminance) * (LEVELS - 1))];
      }
      float brightest = Math.max(r, Math.max(g, b)) * factor;
      factor *= compression[index((float) Math.sqrt(brightest) * toIndex)];
      r *= factor;
      g *= factor;
      b *= factor;
      float red = m[0] * r + m[1] * g + m[2] * b;
      float green = m[3] * r + m[4] * g + m[5] * b;
      float blue = m[6] * r + m[7] * g + m[8] * b;
      float least = Math.min(red, Math.min(green, blue));
      float most = Math.max(red, Math.max(green, blue));
      if (least < 0 || most > 1) {
        float gray = Math.min(0.2126f * red + 0.7152f * green + 0.0722f * blue, 1);
        float keep = 1;
        if (least < 0) {
          keep = gray / (gray - least);
        }
        if (gray + keep * (most - gray) > 1) {
          keep = (1 - gray) / (most - gray);
        }
        red = gray + keep * (red - gray);
        green = gray + keep * (green - gray);
        blue = gray + keep * (blue - gray);
      }
      rgb[i] = encoded(red);
      rgb[i + 1] = encoded(green);
      rgb[i + 2] = encoded(blue);
    }
  }

  private static short encoded(float light) {
    return ENCODED[index((float) Math.sqrt(Math.max(light, 0)) * (LEVELS - 1))];
  }

  private static int index(float position) {
    return Math.min((int) (position + 0.5f), LEVELS - 1);
  }
}
