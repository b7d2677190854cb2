// Carries pictures along fields and adds them to exact weighted sums.
//
// sum: one int4 (red, green, blue, 0) per pixel; overflow wraps around as in Java.
#include "matching.cuh"

// The pairs of a batch that are added to one sum; their entries in the table of pairs are adjacent.
// PairTable.java writes these members in this order, 8 bytes each.
struct SumGroup {
  int4* sum;      // (height, width)
  int64_t first;  // index of the first pair of the group
  int64_t count;  // number of pairs in the group
};

__device__ __forceinline__ void add_weighted(
    int4& total, int32_t weight, uint32_t red, uint32_t green, uint32_t blue) {
  const uint32_t times = static_cast<uint32_t>(weight);
  total.x = static_cast<int32_t>(static_cast<uint32_t>(total.x) + times * red);
  total.y = static_cast<int32_t>(static_cast<uint32_t>(total.y) + times * green);
  total.z = static_cast<int32_t>(static_cast<uint32_t>(total.z) + times * blue);
}

// carry_and_add: carries the picture of each pair along field[current], rounds each sample once,
//   and adds it, multiplied by the pair's weight, to the sum of its group.
//   A pixel is the weighted mean of the samples that the matches of the patch centres within
//   `radius` propose. Weights are 1; if `tent` is not 0, a centre in the pixel's own row has weight
//   8, and a centre in its own column 8 times that of its row.
//   A sum belongs to one group only, so no two threads add to one pixel.
//   Launch: blocks (32, 8), one thread per pixel, blockIdx.z is the group.
//   Java: ReferenceVotes.apply, BlendSum.add
extern "C" __global__ void carry_and_add(
    const Pair* __restrict__ pairs, const SumGroup* __restrict__ groups, int current, int width,
    int height, int radius, int tent) {
  const int x = blockIdx.x * blockDim.x + threadIdx.x;
  const int y = blockIdx.y * blockDim.y + threadIdx.y;
  if (x >= width || y >= height) {
    return;
  }
  const SumGroup& group = groups[blockIdx.z];
  const int top = max(y - radius, radius);
  const int bottom = min(y + radius, height - 1 - radius);
  const int left = max(x - radius, radius);
  const int right = min(x + radius, width - 1 - radius);
  int4 sum = group.sum[y * width + x];
  const int end = static_cast<int>(group.first + group.count);
  for (int k = static_cast<int>(group.first); k < end; k++) {
    const Pair& pair = pairs[k];
    const ushort4* __restrict__ picture = pair.picture;
    const uint32_t* __restrict__ field = pair.field[current];
    uint32_t red = 0;
    uint32_t green = 0;
    uint32_t blue = 0;
    uint32_t total = 0;
    for (int centre_y = top; centre_y <= bottom; centre_y++) {
      const uint32_t row_weight = tent != 0 && centre_y == y ? 8 : 1;
      for (int centre_x = left; centre_x <= right; centre_x++) {
        const uint32_t weight = tent != 0 && centre_x == x ? 8 * row_weight : row_weight;
        const uint32_t match = field[centre_y * width + centre_x];
        const int source_x = static_cast<int>(match & 0xFFFF) + x - centre_x;
        const int source_y = static_cast<int>(match >> 16) + y - centre_y;
        const ushort4 sample = picture[source_y * width + source_x];
        red += weight * sample.x;
        green += weight * sample.y;
        blue += weight * sample.z;
        total += weight;
      }
    }
    add_weighted(sum, static_cast<int32_t>(pair.weight), (red + total / 2) / total,
        (green + total / 2) / total, (blue + total / 2) / total);
  }
  group.sum[y * width + x] = sum;
}

// add_picture: adds a picture, multiplied by `weight`, to a sum without moving it.
//   picture, sum: (count) pixels.
//   Launch: 1-D, one thread per pixel.
//   Java: BlendSum.add
extern "C" __global__ void add_picture(
    const ushort4* __restrict__ picture, int4* __restrict__ sum, int weight, int count) {
  const int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i >= count) {
    return;
  }
  int4 total = sum[i];
  add_weighted(total, weight, picture[i].x, picture[i].y, picture[i].z);
  sum[i] = total;
}

// add_sum: adds the partial sum of another device to a sum.
//   part, sum: (count) pixels.
//   Launch: 1-D, one thread per pixel.
//   Java: BlendSum.add
extern "C" __global__ void add_sum(
    const int4* __restrict__ part, int4* __restrict__ sum, int count) {
  const int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i >= count) {
    return;
  }
  int4 total = sum[i];
  add_weighted(total, 1, part[i].x, part[i].y, part[i].z);
  sum[i] = total;
}

__device__ __forceinline__ uint16_t rounded_mean(int32_t sum, int32_t weight) {
  return static_cast<uint16_t>((sum + weight / 2) / weight);
}

// mean_picture: writes the mean of a sum as a picture, rounded to nearest, half up.
//   weight: total weight of the sum, above 0. sum, picture: (count) pixels.
//   Launch: 1-D, one thread per pixel.
//   Java: BlendSum.mean
extern "C" __global__ void mean_picture(
    const int4* __restrict__ sum, int weight, ushort4* __restrict__ picture, int count) {
  const int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i >= count) {
    return;
  }
  const int4 total = sum[i];
  picture[i] = make_ushort4(rounded_mean(total.x, weight), rounded_mean(total.y, weight),
      rounded_mean(total.z, weight), 0);
}

// mean_rgb: writes the mean of a sum as packed RGB samples, the layout of frames on the host,
//   rounded to nearest, half up.
//   weight: total weight of the sum, above 0. sum: (count) pixels. rgb: (count, 3) samples.
//   Launch: 1-D, one thread per pixel.
//   Java: BlendSum.mean, Picture.toFrame
extern "C" __global__ void mean_rgb(
    const int4* __restrict__ sum, int weight, uint16_t* __restrict__ rgb, int count) {
  const int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i >= count) {
    return;
  }
  const int4 total = sum[i];
  rgb[3 * i] = rounded_mean(total.x, weight);
  rgb[3 * i + 1] = rounded_mean(total.y, weight);
  rgb[3 * i + 2] = rounded_mean(total.z, weight);
}
