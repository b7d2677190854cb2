package org.diffsynth.onnx.internal.vae;

import ai.onnxruntime.OrtException;
import java.nio.FloatBuffer;

/**
 * Overlapping tiles that cover an image or its latents. Lengths are in latent pixels; the methods
 * that touch samples take the number of samples along one latent pixel (1 for latents, 8 for the
 * image of a Stable Diffusion VAE). Samples lie in planes, shape (channels, height, width).
 *
 * @param rows tiles along the height
 * @param columns tiles along the width
 */
record TileGrid(TileAxis rows, TileAxis columns) {

  /** An action on the tile in row y and column x of the grid. */
  interface TileAction {
    void at(int y, int x) throws OrtException;
  }

  /** Runs an action for every tile, row by row. */
  void forEach(TileAction action) throws OrtException {
    for (int y = 0; y < rows.count(); y++) {
      for (int x = 0; x < columns.count(); x++) {
        action.at(y, x);
      }
    }
  }

  /** Returns a grid with one tile, of the size that the tiles of this grid have. */
  TileGrid singleTile() {
    return new TileGrid(
        TileAxis.of(rows.tile(), rows.tile(), 0), TileAxis.of(columns.tile(), columns.tile(), 0));
  }

  /** Returns the part of the whole area that a tile stands for. All shares add up to 1. */
  double share(int y, int x) {
    return rows.share(y) * columns.share(x);
  }

  /**
   * Copies one tile out of the planes of the whole area.
   *
   * @param samples samples along one latent pixel
   */
  float[] cut(float[] planes, int channels, int samples, int y, int x) {
    int tileRows = rows.tile() * samples;
    int tileColumns = columns.tile() * samples;
    int width = columns.length() * samples;
    float[] tile = new float[channels * tileRows * tileColumns];
    int to = 0;
    for (int channel = 0; channel < channels; channel++) {
      int top = (channel * rows.length() + rows.start(y)) * samples;
      for (int row = 0; row < tileRows; row++, to += tileColumns) {
        int from = (top + row) * width + columns.start(x) * samples;
        System.arraycopy(planes, from, tile, to, tileColumns);
      }
    }
    return tile;
  }

  /**
   * Adds one tile, weighted, to the planes of the whole area. After all tiles were added, each
   * sample is the weighted mean of the tiles that cover it.
   *
   * @param tile planes of the tile; further planes after the first {@code channels} are ignored
   * @param samples samples along one latent pixel
   */
  void blend(FloatBuffer tile, int channels, int samples, int y, int x, float[] planes) {
    float[] rowWeights = rows.weights(y, samples);
    float[] columnWeights = columns.weights(x, samples);
    float[] line = new float[columnWeights.length];
    int width = columns.length() * samples;
    for (int channel = 0; channel < channels; channel++) {
      int top = (channel * rows.length() + rows.start(y)) * samples;
      for (int row = 0; row < rowWeights.length; row++) {
        if (rowWeights[row] == 0) {
          continue;
        }
        tile.get((channel * rowWeights.length + row) * line.length, line);
        int to = (top + row) * width + columns.start(x) * samples;
        for (int i = 0; i < line.length; i++) {
          if (columnWeights[i] != 0) { // samples without weight may be NaN
            planes[to + i] += line[i] * (rowWeights[row] * columnWeights[i]);
          }
        }
      }
    }
  }

  /**
   * Shrinks the planes of the whole area to the size of one tile. Each sample is the mean of the
   * samples it stands for.
   *
   * @param samples samples along one latent pixel
   */
  float[] shrink(float[] planes, int channels, int samples) {
    int height = rows.length() * samples;
    int width = columns.length() * samples;
    int smallHeight = rows.tile() * samples;
    int smallWidth = columns.tile() * samples;
    float[] small = new float[channels * smallHeight * smallWidth];
    for (int i = 0; i < small.length; i++) {
      int smallY = i / smallWidth % smallHeight;
      int smallX = i % smallWidth;
      int top = smallY * height / smallHeight;
      int bottom = (smallY + 1) * height / smallHeight;
      int left = smallX * width / smallWidth;
      int right = (smallX + 1) * width / smallWidth;
      int plane = i / smallWidth / smallHeight * height;
      double sum = 0;
      for (int y = top; y < bottom; y++) {
        for (int x = left; x < right; x++) {
          sum += planes[(plane + y) * width + x];
        }
      }
      small[i] = (float) (sum / ((bottom - top) * (right - left)));
    }
    return small;
  }
}
