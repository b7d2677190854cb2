// The kernels that only SearchSchedule.PUBLISHED uses: the search as the published FastBlend code
// runs it. blockIdx.z is the pair.
#include "matching.cuh"

// vote_texels: carries the pair's picture along the present field of one level and writes it to the
//   pair's agreed texels. All patches that cover a pixel have equal weight.
//   styles: index of the level's first pixel in the pyramid of pictures at pair.picture.
//   Launch: blocks (32, 8), one thread per pixel.
//   Java: ReferenceVotes.applyUniform, then Texels.of
extern "C" __global__ void vote_texels(
    const Pair* __restrict__ pairs, int current, int width, int height, int styles, int radius) {
  const int x = blockIdx.x * blockDim.x + threadIdx.x;
  const int y = blockIdx.y * blockDim.y + threadIdx.y;
  if (x >= width || y >= height) {
    return;
  }
  const Pair& pair = pairs[blockIdx.z];
  const ushort4* __restrict__ style = pair.picture + styles;
  const uint32_t* __restrict__ field = pair.field[current];
  const int top = max(y - radius, radius);
  const int bottom = min(y + radius, height - 1 - radius);
  const int left = max(x - radius, radius);
  const int right = min(x + radius, width - 1 - radius);
  uint32_t red = 0;
  uint32_t green = 0;
  uint32_t blue = 0;
  for (int centre_y = top; centre_y <= bottom; centre_y++) {
    for (int centre_x = left; centre_x <= right; centre_x++) {
      const uint32_t match = field[centre_y * width + centre_x];
      const int source_x = static_cast<int>(match & 0xFFFF) + x - centre_x;
      const int source_y = static_cast<int>(match >> 16) + y - centre_y;
      const ushort4 sample = style[source_y * width + source_x];
      red += sample.x;
      green += sample.y;
      blue += sample.z;
    }
  }
  const uint32_t total = static_cast<uint32_t>((bottom - top + 1) * (right - left + 1));
  red = ((red + total / 2) / total + 128u) / 257u;
  green = ((green + total / 2) / total + 128u) / 257u;
  blue = ((blue + total / 2) / total + 128u) / 257u;
  pair.agreed[y * width + x] = red | green << 8 | blue << 16;
}

// try_neighbour: every interior pixel tries the match of one neighbour in field[from], moved by the
//   distance to that neighbour. The better match and its cost, and all pixels of the border, are
//   written to field[1 - from] and cost[1 - from].
//   turn: 0 to 3, selects the neighbour in a random order of left, right, above and below that all
//   pixels of a pair and iteration share.
//   Launch: blocks (32, 8), one thread per pixel.
//   Java: ReferencePublishedSearch.tryNeighbour, ReferencePublishedSearch.shuffled
extern "C" __global__ void try_neighbour(
    const Pair* __restrict__ pairs, int from, int width, int height, int texels, int radius,
    float guide_weight, int turn, int level, int iteration, uint64_t seed) {
  const int x = blockIdx.x * blockDim.x + threadIdx.x;
  const int y = blockIdx.y * blockDim.y + threadIdx.y;
  if (x >= width || y >= height) {
    return;
  }
  const Pair& pair = pairs[blockIdx.z];
  const uint32_t* __restrict__ field = pair.field[from];
  const int i = y * width + x;
  uint32_t match = field[i];
  int32_t cost = pair.cost[from][i];
  if (x >= radius && x < width - radius && y >= radius && y < height - radius) {
    const uint32_t key = random_key(seed, pair, level, iteration, 255);
    uint32_t order = 0x3210; // the four directions, 4 bits each; Fisher-Yates shuffle
    for (int last = 3; last > 0; last--) {
      const int other = static_cast<int>((random_at(key, last, 0) & 0xFFFF) * (last + 1) >> 16);
      const uint32_t swapped = (order >> 4 * last ^ order >> 4 * other) & 0xF;
      order ^= swapped << 4 * last ^ swapped << 4 * other;
    }
    const int direction = order >> 4 * turn & 0xF; // left, right, above, below
    const int dx = direction == 0 ? -1 : direction == 1 ? 1 : 0;
    const int dy = direction == 2 ? -1 : direction == 3 ? 1 : 0;
    const int neighbour_x = clamp_to(x + dx, radius, width - 1 - radius);
    const int neighbour_y = clamp_to(y + dy, radius, height - 1 - radius);
    const uint32_t theirs = field[neighbour_y * width + neighbour_x];
    const int source_x =
        clamp_to(static_cast<int>(theirs & 0xFFFF) - dx, radius, width - 1 - radius);
    const int source_y =
        clamp_to(static_cast<int>(theirs >> 16) - dy, radius, height - 1 - radius);
    const uint32_t candidate = static_cast<uint32_t>(source_y) << 16 | source_x;
    if (candidate != match) {
      Layers layers;
      layers.source = pair.source + texels;
      layers.target = pair.target + texels;
      layers.style = pair.style + texels;
      layers.agreed = pair.agreed;
      layers.stride = width;
      layers.radius = radius;
      layers.guide_weight = guide_weight;
      const int32_t candidate_cost =
          cost_of<0>(layers, i, source_y * width + source_x, NO_LIMIT);
      if (candidate_cost < cost) {
        match = candidate;
        cost = candidate_cost;
      }
    }
  }
  pair.field[1 - from][i] = match;
  pair.cost[1 - from][i] = cost;
}
