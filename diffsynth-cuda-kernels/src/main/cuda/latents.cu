// The exact nearest-neighbour field between quantised latents: every patch of 5 by 5 texels of the
// target is compared with every patch of the source. Two implementations give the same bytes:
// nearest_latents compares directly; unfold_latents and nearest_of_products use a matrix product,
// which cuBLAS computes between them. nearest_field turns the result of either into a field.
//
// latents: one int32 per pixel, the four channels as signed bytes; the latents of a batch are
// adjacent in memory, (batch, height, width). blockIdx.z is the number in the batch.
#include "matching.cuh"

constexpr int LATENT_RADIUS = 2;
constexpr int LATENT_SIDE = 2 * LATENT_RADIUS + 1;
constexpr int LATENT_COLUMNS = 8;       // source columns per thread of nearest_latents
constexpr int LATENT_ROW_WORDS = 28;    // words of an unfolded patch: 25 texels and 3 zeros
constexpr int PRODUCT_THREADS = 256;    // threads per block of nearest_of_products

// Key of a match, for a maximum: a smaller error gives a larger key, and among equal errors the
// match that comes first in reading order does. 0, to which the keys are cleared, is below every
// key.
__device__ __forceinline__ unsigned long long match_key(int32_t error, uint32_t match) {
  return ~(static_cast<unsigned long long>(error) << 32 | match);
}

__device__ __forceinline__ int32_t row_square(const int32_t* texels) {
  int32_t sum = 0;
#pragma unroll
  for (int d = 0; d < LATENT_SIDE; d++) {
    sum = __dp4a(texels[d], texels[d], sum);
  }
  return sum;
}

// nearest_latents: compares the patch at every interior pixel of a target with the patches at all
//   interior pixels of its source.
//   sources, targets: (batch, height, width) latents. nearest: (batch, height, width) keys of
//   match_key, 0 before the launch; only interior pixels are written.
//   A thread handles one target column and eight source columns, and walks down the rows of the
//   target. The source row stays a fixed distance away and wraps around once. From step to step,
//   one row of a patch enters and one leaves, and all threads take the same number of steps.
//   Launch: blocks (32, 8); x covers the interior columns of the target, y the groups of eight
//   source columns times the interior rows.
//   Java: ReferenceLatentSearch.rows
extern "C" __global__ void nearest_latents(
    const int32_t* __restrict__ sources, const int32_t* __restrict__ targets,
    unsigned long long* nearest, int width, int height) {
  const int rows = height - 2 * LATENT_RADIUS;
  const int columns = width - 2 * LATENT_RADIUS;
  const int groups = (columns + LATENT_COLUMNS - 1) / LATENT_COLUMNS;
  const int column = blockIdx.x * blockDim.x + threadIdx.x;
  const int chain = blockIdx.y * blockDim.y + threadIdx.y;
  if (column >= columns || chain >= rows * groups) {
    return;
  }
  const int picture = blockIdx.z * width * height;
  const int32_t* __restrict__ source = sources + picture;
  const int32_t* __restrict__ target = targets + picture + column;
  nearest += picture + column + LATENT_RADIUS;
  const int away = chain / groups;
  const int source_column = chain % groups * LATENT_COLUMNS; // left edge of the first patch
  for (int turn = 0; turn < 2; turn++) {
    const int first = turn == 0 ? 0 : rows - away; // upper edges of the target patches
    const int end = turn == 0 ? rows - away : rows;
    const int dy = turn == 0 ? away : away - rows;
    int32_t sums[LATENT_COLUMNS] = {};
    int32_t past[LATENT_SIDE][LATENT_COLUMNS] = {}; // row errors of the patch, oldest first
    for (int y = first; y < end + LATENT_SIDE - 1 && first < end; y++) {
      int32_t t[LATENT_SIDE];
      int32_t s[LATENT_COLUMNS + LATENT_SIDE - 1];
      int32_t squares[LATENT_COLUMNS + LATENT_SIDE - 1];
#pragma unroll
      for (int d = 0; d < LATENT_SIDE; d++) {
        t[d] = __ldg(target + y * width + d);
      }
#pragma unroll
      for (int d = 0; d < LATENT_COLUMNS + LATENT_SIDE - 1; d++) {
        s[d] = __ldg(source + (y + dy) * width + min(source_column + d, width - 1));
        squares[d] = __dp4a(s[d], s[d], 0);
      }
      const int32_t square = row_square(t);
#pragma unroll
      for (int k = 0; k < LATENT_COLUMNS; k++) {
        int32_t product = 0;
        int32_t error = square;
#pragma unroll
        for (int d = 0; d < LATENT_SIDE; d++) {
          product = __dp4a(t[d], s[k + d], product);
          error += squares[k + d];
        }
        error -= 2 * product;
        sums[k] += error - past[0][k];
#pragma unroll
        for (int row = 1; row < LATENT_SIDE; row++) {
          past[row - 1][k] = past[row][k];
        }
        past[LATENT_SIDE - 1][k] = error;
      }
      const int upper = y - (LATENT_SIDE - 1);
      if (upper >= first) {
        int32_t least = sums[0];
        int at = 0;
#pragma unroll
        for (int k = 1; k < LATENT_COLUMNS; k++) {
          if (source_column + k < columns && sums[k] < least) {
            least = sums[k];
            at = k;
          }
        }
        const uint32_t match = static_cast<uint32_t>(upper + dy + LATENT_RADIUS) << 16
            | (source_column + at + LATENT_RADIUS);
        const unsigned long long key = match_key(least, match);
        unsigned long long* best = nearest + (upper + LATENT_RADIUS) * width;
        if (key > __ldcg(best)) { // *best only grows: a stale value never skips a better key
          atomicMax(best, key);
        }
      }
    }
  }
}

// nearest_field: converts keys to packed matches; pixels outside the interior take the offset of
//   the nearest interior pixel.
//   nearest, fields: (batch, height, width).
//   Launch: blocks (32, 8), one thread per pixel.
//   Java: MatchGrid.extendToBorder
extern "C" __global__ void nearest_field(
    const unsigned long long* __restrict__ nearest, uint32_t* __restrict__ fields, int width,
    int height) {
  const int x = blockIdx.x * blockDim.x + threadIdx.x;
  const int y = blockIdx.y * blockDim.y + threadIdx.y;
  if (x >= width || y >= height) {
    return;
  }
  const int picture = blockIdx.z * width * height;
  const int inside_x = clamp_to(x, LATENT_RADIUS, width - 1 - LATENT_RADIUS);
  const int inside_y = clamp_to(y, LATENT_RADIUS, height - 1 - LATENT_RADIUS);
  const uint32_t match = static_cast<uint32_t>(~nearest[picture + inside_y * width + inside_x]);
  const uint32_t source_x = (match & 0xFFFF) + x - inside_x;
  const uint32_t source_y = (match >> 16) + y - inside_y;
  fields[picture + y * width + x] = source_y << 16 | source_x;
}

// unfold_latents: copies every patch of one frame to a row of 28 words, the operand of a matrix
//   product, and computes its dot product with itself.
//   latents: (height, width). patches: (count, 28), count = (width - 4) * (height - 4), in reading
//   order of the patches; the last 3 words of a row are 0. squares: (count).
//   Launch: 1-D, one thread per patch.
//   Java: ReferenceLatentSearch.error, whose sum of (a - b)² is a·a + b·b − 2·a·b
extern "C" __global__ void unfold_latents(
    const int32_t* __restrict__ latents, int32_t* __restrict__ patches,
    int32_t* __restrict__ squares, int width, int height) {
  const int columns = width - 2 * LATENT_RADIUS;
  const int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i >= columns * (height - 2 * LATENT_RADIUS)) {
    return;
  }
  const int32_t* corner = latents + i / columns * width + i % columns;
  int32_t* row = patches + static_cast<int64_t>(i) * LATENT_ROW_WORDS;
  int32_t square = 0;
  for (int y = 0; y < LATENT_SIDE; y++) {
    for (int x = 0; x < LATENT_SIDE; x++) {
      const int32_t texel = corner[y * width + x];
      row[y * LATENT_SIDE + x] = texel;
      square = __dp4a(texel, texel, square);
    }
  }
  for (int d = LATENT_SIDE * LATENT_SIDE; d < LATENT_ROW_WORDS; d++) {
    row[d] = 0;
  }
  squares[i] = square;
}

// nearest_of_products: finds the best match of each of a range of target patches, from their
//   products with all source patches.
//   products: (gridDim.x, stride); row k belongs to target patch first + k. source_squares,
//   target_squares: (count), from unfold_latents. nearest: (height, width) keys of match_key.
//   Launch: blocks (256), blockIdx.x + first is the target patch; the block's keys are reduced in
//   shared memory.
//   Java: ReferenceLatentSearch.nearest
extern "C" __global__ void nearest_of_products(
    const int32_t* __restrict__ products, int stride, int first,
    const int32_t* __restrict__ source_squares, const int32_t* __restrict__ target_squares,
    unsigned long long* __restrict__ nearest, int width, int height) {
  __shared__ unsigned long long keys[PRODUCT_THREADS];
  const int columns = width - 2 * LATENT_RADIUS;
  const int count = columns * (height - 2 * LATENT_RADIUS);
  const int patch = first + blockIdx.x;
  const int32_t* row = products + static_cast<int64_t>(blockIdx.x) * stride;
  const int32_t square = target_squares[patch];
  unsigned long long best = 0;
  for (int i = threadIdx.x; i < count; i += PRODUCT_THREADS) {
    const uint32_t match = static_cast<uint32_t>(i / columns + LATENT_RADIUS) << 16
        | (i % columns + LATENT_RADIUS);
    best = max(best, match_key(square + source_squares[i] - 2 * row[i], match));
  }
  keys[threadIdx.x] = best;
  for (unsigned half = PRODUCT_THREADS / 2; half > 0; half /= 2) {
    __syncthreads();
    if (threadIdx.x < half) {
      keys[threadIdx.x] = max(keys[threadIdx.x], keys[threadIdx.x + half]);
    }
  }
  if (threadIdx.x == 0) {
    nearest[(patch / columns + LATENT_RADIUS) * width + patch % columns + LATENT_RADIUS] = keys[0];
  }
}
