// The exact field between latents: every patch of 5 by 5 texels compared with every other.
// A texel is four signed bytes, a channel each. Pictures of a batch follow each other in memory,
// width * height texels each; blockIdx.z is the picture. Both ways give the same bytes.
#include "matching.cuh"

constexpr int LATENT_RADIUS = 2;
constexpr int LATENT_SIDE = 2 * LATENT_RADIUS + 1;
constexpr int LATENT_COLUMNS = 8;       // source columns a thread of nearest_latents compares with
constexpr int LATENT_ROW_WORDS = 28;    // of an unfolded patch: 25 texels and 3 of 0
constexpr int PRODUCT_THREADS = 256;    // of a block of nearest_of_products

// Orders matches: the smaller the error the larger the key, and among equals the first in reading
// order. So 0, which memory is filled with, is worse than any match.
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

// nearest_latents: each interior pixel of the targets compared with all interior pixels of their
//   sources. nearest: a match_key a target pixel, of which only the interior is touched; 0 before.
//   A thread has one target column and eight source columns, and walks down the target's rows with
//   the source a fixed number of rows away, which wraps round once; so of a patch's error only one
//   row enters and one leaves, and all threads take as many steps.
//   Launch: blocks (32, 8); x over the interior's columns, y over the groups of source columns times
//   the rows of the interior. Java: ExactSearch.rows
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
  const int source_column = chain % groups * LATENT_COLUMNS; // of the first patch's left edge
  for (int turn = 0; turn < 2; turn++) {
    const int first = turn == 0 ? 0 : rows - away; // rows of the target's patches' upper edges
    const int end = turn == 0 ? rows - away : rows;
    const int dy = turn == 0 ? away : away - rows;
    int32_t sums[LATENT_COLUMNS] = {};
    int32_t past[LATENT_SIDE][LATENT_COLUMNS] = {}; // errors of the last five rows, oldest first
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
        if (key > __ldcg(best)) { // it only grows, so an old value sends too many on, never too few
          atomicMax(best, key);
        }
      }
    }
  }
}

// nearest_field: the packed matches of keys, with the border as the nearest interior pixel has it.
//   Launch: blocks (32, 8), a thread a pixel. Java: MatchGrid.extendToBorder
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

// unfold_latents: every patch as a row of 28 words, for a product of matrices, and its square.
//   Launch: 1-D, a thread a patch, in reading order. Java: ExactSearch.error
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

// nearest_of_products: the match_key of some target patches, from the products with all source
//   patches. products: a row of `stride` for each of the target patches from `first` on.
//   Launch: blocks (256), blockIdx.x a target patch; in shared memory a tree of the block's keys.
//   Java: ExactSearch.nearest
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
