// Start fields of searches, and the kernels that keep patches inside the picture, for a batch of
// pairs. `width` and `height` are those of one level.
//   Launch, unless stated otherwise: blocks (32, 8), one thread per pixel, blockIdx.z is the pair.
#include "matching.cuh"

// identity_field: matches every pixel with itself, in field[current].
//   Java: MatchGrid.setIdentity
extern "C" __global__ void identity_field(
    const Pair* __restrict__ pairs, int current, int width, int height) {
  const int x = blockIdx.x * blockDim.x + threadIdx.x;
  const int y = blockIdx.y * blockDim.y + threadIdx.y;
  if (x >= width || y >= height) {
    return;
  }
  pairs[blockIdx.z].field[current][y * width + x] = static_cast<uint32_t>(y) << 16 | x;
}

// upscale_field: converts the field of the next coarser level, in field[coarse], to the present
//   level, in field[1 - coarse]: matches are doubled, and odd pixels match one pixel further.
//   width, height: size of the present, finer level.
//   Java: MatchGrid.setFromCoarser
extern "C" __global__ void upscale_field(
    const Pair* __restrict__ pairs, int coarse, int width, int height) {
  const int x = blockIdx.x * blockDim.x + threadIdx.x;
  const int y = blockIdx.y * blockDim.y + threadIdx.y;
  if (x >= width || y >= height) {
    return;
  }
  const Pair& pair = pairs[blockIdx.z];
  const uint32_t match = pair.field[coarse][(y >> 1) * ((width + 1) / 2) + (x >> 1)];
  const int source_x = min(2 * static_cast<int>(match & 0xFFFF) + (x & 1), width - 1);
  const int source_y = min(2 * static_cast<int>(match >> 16) + (y & 1), height - 1);
  pair.field[1 - coarse][y * width + x] = static_cast<uint32_t>(source_y) << 16 | source_x;
}

// start_field: copies the pair's start field to field[current]; where the pair has a middle field,
//   the composition start[middle[pixel]].
//   Java: CpuMatchSession.compose
extern "C" __global__ void start_field(
    const Pair* __restrict__ pairs, int current, int width, int height) {
  const int x = blockIdx.x * blockDim.x + threadIdx.x;
  const int y = blockIdx.y * blockDim.y + threadIdx.y;
  if (x >= width || y >= height) {
    return;
  }
  const Pair& pair = pairs[blockIdx.z];
  int from = y * width + x;
  if (pair.middle != nullptr) {
    const uint32_t middle = pair.middle[from];
    from = static_cast<int>(middle >> 16) * width + static_cast<int>(middle & 0xFFFF);
  }
  pair.field[current][y * width + x] = pair.start[from];
}

// clamp_to_interior: moves the matches of interior pixels into the interior, and sets the costs of
//   all other pixels, which no kernel computes, to 0.
//   Java: MatchGrid.clampToInterior
extern "C" __global__ void clamp_to_interior(
    const Pair* __restrict__ pairs, int current, int width, int height, int radius) {
  const int x = blockIdx.x * blockDim.x + threadIdx.x;
  const int y = blockIdx.y * blockDim.y + threadIdx.y;
  if (x >= width || y >= height) {
    return;
  }
  const int i = y * width + x;
  const Pair& pair = pairs[blockIdx.z];
  if (x < radius || x >= width - radius || y < radius || y >= height - radius) {
    pair.cost[current][i] = 0;
    return;
  }
  const uint32_t match = pair.field[current][i];
  const int source_x = clamp_to(match & 0xFFFF, radius, width - 1 - radius);
  const int source_y = clamp_to(match >> 16, radius, height - 1 - radius);
  pair.field[current][i] = static_cast<uint32_t>(source_y) << 16 | source_x;
}

// extend_to_border: gives every pixel outside the interior the offset of the nearest interior
//   pixel.
//   Java: MatchGrid.extendToBorder
extern "C" __global__ void extend_to_border(
    const Pair* __restrict__ pairs, int current, int width, int height, int radius) {
  const int x = blockIdx.x * blockDim.x + threadIdx.x;
  const int y = blockIdx.y * blockDim.y + threadIdx.y;
  if (x >= width || y >= height) {
    return;
  }
  const int inside_x = clamp_to(x, radius, width - 1 - radius);
  const int inside_y = clamp_to(y, radius, height - 1 - radius);
  if (x == inside_x && y == inside_y) {
    return;
  }
  uint32_t* field = pairs[blockIdx.z].field[current];
  const uint32_t match = field[inside_y * width + inside_x];
  const int source_x = static_cast<int>(match & 0xFFFF) + x - inside_x;
  const int source_y = static_cast<int>(match >> 16) + y - inside_y;
  field[y * width + x] = static_cast<uint32_t>(source_y) << 16 | source_x;
}

// transpose_field: transposes field[from] and cost[from], both (height, width), to (width, height)
//   in field[1 - from] and cost[1 - from]. The packed matches themselves do not change.
//   Launch: blocks (32, 8), one block per tile of 32 by 32 pixels, blockIdx.z is the pair.
//   Java: no counterpart; ReferenceSweeps.sweepColumns reads the untransposed layout
extern "C" __global__ void transpose_field(
    const Pair* __restrict__ pairs, int from, int width, int height) {
  __shared__ uint32_t matches[32][33];
  __shared__ int32_t costs[32][33];
  const Pair& pair = pairs[blockIdx.z];
  const int left = blockIdx.x * 32;
  const int top = blockIdx.y * 32;
  const int x = left + threadIdx.x;
  for (int row = threadIdx.y; row < 32; row += 8) {
    const int y = top + row;
    if (x < width && y < height) {
      matches[row][threadIdx.x] = pair.field[from][y * width + x];
      costs[row][threadIdx.x] = pair.cost[from][y * width + x];
    }
  }
  __syncthreads();
  const int y = top + threadIdx.x;
  for (int column = threadIdx.y; column < 32; column += 8) {
    if (left + column < width && y < height) {
      const int to = (left + column) * height + y;
      pair.field[1 - from][to] = matches[threadIdx.x][column];
      pair.cost[1 - from][to] = costs[threadIdx.x][column];
    }
  }
}
