// The passes of PatchMatch (Barnes et al. 2009, section 3) over one level, for a batch of pairs.
//   blockIdx.z is the pair. `texels` is the index of the level's first texel in the pyramids of the
//   guides and of the style.
#include "matching.cuh"

__device__ __forceinline__ Layers layers_of(
    const Pair& pair, int texels, int stride, int radius, float guide_weight) {
  Layers layers;
  layers.source = pair.source + texels;
  layers.target = pair.target + texels;
  layers.style = pair.style == nullptr ? nullptr : pair.style + texels;
  layers.agreed = pair.agreed;
  layers.stride = stride;
  layers.radius = radius;
  layers.guide_weight = guide_weight;
  return layers;
}

template <int RADIUS>
__device__ __forceinline__ void measure_and_probe_one(
    const Pair& pair, const Layers& layers, int current, int x, int y, int height, bool measure,
    int probes, int reach, bool published, int level, int iteration, uint64_t seed) {
  const int width = layers.stride;
  const int radius = layers.radius;
  const int i = y * width + x;
  uint32_t match = pair.field[current][i];
  int match_x = match & 0xFFFF;
  int match_y = match >> 16;
  int32_t cost = measure
      ? cost_of<RADIUS>(layers, i, match_y * width + match_x, NO_LIMIT)
      : pair.cost[current][i];
  for (int probe = 0; probe < probes; probe++) {
    const uint32_t key = random_key(seed, pair, level, iteration, probe);
    const uint32_t random = random_at(key, x, y);
    const int distance = published ? reach : max(1, reach >> probe);
    int source_x = match_x + random_offset(random & 0xFFFF, distance);
    int source_y = match_y + random_offset(random >> 16, distance);
    const int inside_x = clamp_to(source_x, radius, width - 1 - radius);
    const int inside_y = clamp_to(source_y, radius, height - 1 - radius);
    if (published) {
      source_x = inside_x;
      source_y = inside_y;
    } else if (source_x != inside_x || source_y != inside_y) {
      continue;
    }
    if (source_x == match_x && source_y == match_y) {
      continue;
    }
    const int32_t candidate = cost_of<RADIUS>(layers, i, source_y * width + source_x, cost);
    if (candidate < cost) {
      cost = candidate;
      match_x = source_x;
      match_y = source_y;
    }
  }
  pair.field[current][i] = static_cast<uint32_t>(match_y) << 16 | match_x;
  pair.cost[current][i] = cost;
}

// measure_and_probe: computes the cost of the match of each interior pixel if `measure` is not 0,
//   then tries `probes` random candidates around the match and keeps the best.
//   reach: largest offset of the first probe in pixels, at least 1; each further probe halves it.
//   published: not 0 for the published schedule: the reach does not shrink, and candidates outside
//   the interior are moved into it instead of being skipped.
//   level, iteration, seed: select the random numbers.
//   Launch: blocks (32, 8), one thread per pixel. A probe reads its own pixel only, so one pass
//   runs all probes.
//   Java: ReferenceSweeps.measure, ReferenceSweeps.probe, ReferencePublishedSearch.tryRandom
extern "C" __global__ void measure_and_probe(
    const Pair* __restrict__ pairs, int current, int width, int height, int texels, int radius,
    float guide_weight, int measure, int probes, int reach, int published, int level,
    int iteration, uint64_t seed) {
  const int x = blockIdx.x * blockDim.x + threadIdx.x;
  const int y = blockIdx.y * blockDim.y + threadIdx.y;
  if (x < radius || x >= width - radius || y < radius || y >= height - radius) {
    return;
  }
  const Pair& pair = pairs[blockIdx.z];
  const Layers layers = layers_of(pair, texels, width, radius, guide_weight);
  if (radius == 2) {
    measure_and_probe_one<2>(pair, layers, current, x, y, height, measure != 0, probes, reach,
        published != 0, level, iteration, seed);
  } else {
    measure_and_probe_one<0>(pair, layers, current, x, y, height, measure != 0, probes, reach,
        published != 0, level, iteration, seed);
  }
}

// Sweeps one lane, from its first interior pixel to its last. When only the guides are compared,
// the candidate's patch is the patch of the previous pixel moved by one row, at the source and at
// the target alike, so its error is the known error of the previous pixel, minus the row that
// leaves the patch, plus the row that enters it.
template <int RADIUS>
__device__ __forceinline__ void sweep_one(
    const Pair& pair, const Layers& layers, int current, int lane, int steps, int step,
    int shift) {
  const int lanes = layers.stride;
  const int radius = layers.radius;
  const uint32_t one_step = static_cast<uint32_t>(step) << shift;
  const int lane_shift = 16 - shift;
  uint32_t* __restrict__ field = pair.field[current];
  int32_t* __restrict__ costs = pair.cost[current];
  const int first = step > 0 ? radius : steps - 1 - radius;
  const int count = steps - 2 * radius;
  int to = first * lanes + lane;
  const int stride = step * lanes;
  uint32_t before = field[to];
  int32_t before_cost = costs[to];
  uint32_t next = count > 1 ? field[to + stride] : 0;
  int32_t next_cost = count > 1 ? costs[to + stride] : 0;
  for (int k = 1; k < count; k++) {
    to += stride;
    uint32_t match = next;
    int32_t cost = next_cost;
    if (k + 1 < count) {
      next = field[to + stride];
      next_cost = costs[to + stride];
    }
    const uint32_t candidate = before + one_step;
    const int along = static_cast<int>(before >> shift & 0xFFFF) + step;
    if (candidate != match && along >= radius && along < steps - radius) {
      const int from = along * lanes + static_cast<int>(before >> lane_shift & 0xFFFF);
      int32_t candidate_cost;
      if (layers.style == nullptr) {
        const int enters = radius * stride;
        const int leaves = -stride - enters;
        candidate_cost = before_cost
            + static_cast<int32_t>(row_error<RADIUS>(
                layers.target + to + enters, layers.source + from + enters, radius))
            - static_cast<int32_t>(row_error<RADIUS>(
                layers.target + to + leaves, layers.source + from + leaves, radius));
      } else {
        candidate_cost = cost_of<RADIUS>(layers, to, from, NO_LIMIT);
      }
      if (candidate_cost < cost) {
        match = candidate;
        cost = candidate_cost;
        field[to] = match;
        costs[to] = cost;
      }
    }
    before = match;
    before_cost = cost;
  }
}

// sweep: propagates matches. Row after row (transposed: column after column), each interior pixel
//   tries the match of its neighbour in the previous row, moved by one row, and keeps the better.
//   lanes: pixels across the sweep: width, or height where transposed.
//   steps: pixels along the sweep: height, or width where transposed.
//   step: 1 for a forward sweep, -1 for a backward sweep.
//   transposed: not 0 if field, cost and texels are read in the transposed layout.
//   Launch: 1-D, one thread per lane. A pixel depends on the previous pixel of its own lane only,
//   so threads do not wait for each other.
//   Java: ReferenceSweeps.sweepRows, ReferenceSweeps.sweepColumns
extern "C" __global__ void sweep(
    const Pair* __restrict__ pairs, int current, int lanes, int steps, int texels, int radius,
    float guide_weight, int step, int transposed) {
  const int lane = blockIdx.x * blockDim.x + threadIdx.x;
  if (lane < radius || lane >= lanes - radius) {
    return;
  }
  const Pair& pair = pairs[blockIdx.z];
  const int plane = transposed != 0 ? lanes * steps : 0;
  Layers layers = layers_of(pair, texels + plane, lanes, radius, guide_weight);
  layers.agreed += plane;
  const int shift = transposed != 0 ? 0 : 16;
  if (radius == 2) {
    sweep_one<2>(pair, layers, current, lane, steps, step, shift);
  } else {
    sweep_one<0>(pair, layers, current, lane, steps, step, shift);
  }
}
