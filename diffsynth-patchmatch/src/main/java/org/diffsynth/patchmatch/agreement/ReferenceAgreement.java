package org.diffsynth.patchmatch.agreement;

import static org.diffsynth.match.NearestNeighborField.packedX;
import static org.diffsynth.match.NearestNeighborField.packedY;

import java.util.Arrays;
import java.util.List;
import org.diffsynth.patchmatch.engine.Texels;
import org.diffsynth.patchmatch.engine.WorkerPool;

/** The definition of {@link Agreement}: one pixel after the other. */
final class ReferenceAgreement implements Agreement {

  private final int width;
  private final int height;
  private final WorkerPool workers;

  ReferenceAgreement(int width, int height, WorkerPool workers) {
    this.width = width;
    this.height = height;
    this.workers = workers;
  }

  @Override
  public AgreedPicture of(List<AgreementSource> sources, int own) {
    int size = width * height;
    AgreedPicture result =
        new AgreedPicture(new short[3 * size], new short[3 * size], new byte[size]);
    int[][] fields = sources.stream().map(this::field).toArray(int[][]::new);
    workers.runRows(
        height,
        (from, to) -> {
          Pixel pixel = new Pixel(sources, fields, own);
          for (int y = from; y < to; y++) {
            for (int x = 0; x < width; x++) {
              pixel.agree(x, y, result);
            }
          }
        });
    return result;
  }

  private int[] field(AgreementSource source) {
    int[] field = new int[width * height];
    if (source.field() != null) {
      source.field().read(field);
    }
    return field;
  }

  /** The offers for one pixel, and what becomes of them. */
  private final class Pixel {

    private final List<AgreementSource> sources;
    private final int[][] fields;
    private final int own;
    private final float[] weights;
    private final int[][] offers;
    private final int[] guides;
    private final float[] centre = new float[3];
    private final float[] blendedGuide = new float[3];

    Pixel(List<AgreementSource> sources, int[][] fields, int own) {
      this.sources = sources;
      this.fields = fields;
      this.own = own;
      weights = new float[sources.size()];
      offers = new int[sources.size()][3];
      guides = new int[sources.size()];
    }

    void agree(int x, int y, AgreedPicture result) {
      weigh(x, y);
      gather(y * width + x);
      startAtMedian();
      for (int step = 0; step < SHIFTS; step++) {
        shift();
      }
      int i = y * width + x;
      result.flicker()[i] = flicker();
      for (int c = 0; c < 3; c++) {
        result.picture()[3 * i + c] = (short) (int) (centre[c] + 0.5f);
        result.guide()[3 * i + c] = (short) (int) (blendedGuide[c] * 257f + 0.5f);
      }
    }

    private void weigh(int x, int y) {
      float best = LEAST_OWN_WEIGHT;
      for (int s = 0; s < weights.length; s++) {
        if (s != own) {
          weights[s] = HALF_WEIGHT / (HALF_WEIGHT + guideError(s, x, y));
          best = Math.max(best, weights[s]);
        }
      }
      weights[own] = best;
    }

    private int guideError(int s, int x, int y) {
      Texels target = sources.get(own).guide();
      int error = 0;
      for (int dy = -ERROR_RADIUS; dy <= ERROR_RADIUS; dy++) {
        for (int dx = -ERROR_RADIUS; dx <= ERROR_RADIUS; dx++) {
          int i = clamp(y + dy, height) * width + clamp(x + dx, width);
          int found = sources.get(s).guide().rgb()[index(fields[s][i])];
          error += Texels.squaredDifference(found, target.rgb()[i]);
        }
      }
      return error;
    }

    private void gather(int here) {
      for (int s = 0; s < offers.length; s++) {
        boolean lost = s == own || weights[s] < LOST;
        AgreementSource giver = sources.get(lost ? own : s);
        int match = lost ? here : index(fields[s][here]);
        guides[s] = giver.guide().rgb()[match];
        for (int c = 0; c < 3; c++) {
          offers[s][c] = giver.style().at(3 * match + c);
        }
      }
    }

    private int index(int match) {
      return packedY(match) * width + packedX(match);
    }

    /** The middle offer of each channel; of an even count the mean of the two, rounded up. */
    private void startAtMedian() {
      int count = offers.length;
      for (int c = 0; c < 3; c++) {
        int channel = c;
        int[] sorted = Arrays.stream(offers).mapToInt(offer -> offer[channel]).sorted().toArray();
        centre[c] = sorted[(count - 1) / 2] + sorted[count / 2] + 1 >> 1;
      }
    }

    private void shift() {
      float[] moved = new float[3];
      float[] guide = new float[3];
      float total = 0;
      for (int s = 0; s < offers.length; s++) {
        float red = offers[s][0] - centre[0];
        float green = offers[s][1] - centre[1];
        float blue = offers[s][2] - centre[2];
        float near = KERNEL / (KERNEL + (red * red + green * green + blue * blue));
        float vote = near * near * weights[s];
        total += vote;
        moved[0] += vote * red;
        moved[1] += vote * green;
        moved[2] += vote * blue;
        for (int c = 0; c < 3; c++) {
          guide[c] += vote * Texels.channel(guides[s], c);
        }
      }
      for (int c = 0; c < 3; c++) {
        centre[c] += moved[c] / total;
        blendedGuide[c] = guide[c] / total;
      }
    }

    private byte flicker() {
      float distance = 0;
      float total = 0;
      for (int s = 0; s < offers.length; s++) {
        float red = offers[s][0] - centre[0];
        float green = offers[s][1] - centre[1];
        float blue = offers[s][2] - centre[2];
        distance += weights[s] * (red * red + green * green + blue * blue);
        total += weights[s];
      }
      float mean = distance / total;
      return (byte) (int) (FLICKER_ONE * (mean / (mean + HALF_FLICKER)) + 0.5f);
    }
  }

  private static int clamp(int value, int size) {
    return Math.min(Math.max(value, 0), size - 1);
  }
}
