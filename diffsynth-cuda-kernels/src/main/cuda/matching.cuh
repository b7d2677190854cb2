// What the matching kernels share: the description of a pair, 8-bit texels, patch errors, random
// numbers. Everything is exact: integers as in Java, and the one float of a styled cost rounded
// after the multiplication and after the addition, never fused.
#pragma once

#ifdef DIFFSYNTH_SHIM
#include "cuda_shim.h"
#else
#include <cstdint>
#endif

// One remap of a batch. PairTable.java writes these, 8 bytes a slot, in this order.
struct Pair {
  const uint32_t* source;   // texels of the guide the picture lies over: see texels in pictures.cu
  const uint32_t* target;   // texels of the guide of the frame it is carried to
  uint32_t* field[2];       // work: y << 16 | x of the match of each target pixel, in one of the two
  int32_t* cost[2];         // work: cost of that match, in the one of the same number
  const uint32_t* style;    // texels of the carried picture; null: the guide alone counts
  uint32_t* agreed;         // texels of what the carried picture is to agree with
  const ushort4* picture;   // the carried picture, 16 bits a sample
  const uint32_t* start;    // field to start from, or null
  const uint32_t* middle;   // field that leads to the start field's target, or null
  int64_t source_frame;     // numbers that the random probes depend on
  int64_t target_frame;
  int64_t weight;           // how often the carried picture counts
};

__device__ __forceinline__ int clamp_to(int value, int low, int high) {
  return min(max(value, low), high);
}

// CounterRandom.mix
__device__ __forceinline__ uint32_t mix(uint32_t h) {
  h ^= h >> 16;
  h *= 0x85EBCA6Bu;
  h ^= h >> 13;
  h *= 0xC2B2AE35u;
  return h ^ h >> 16;
}

// CounterRandom.key
__device__ __forceinline__ uint32_t random_key(
    uint64_t seed, const Pair& pair, int level, int iteration, int probe) {
  uint32_t key = mix(static_cast<uint32_t>(seed));
  key = mix(key ^ static_cast<uint32_t>(seed >> 32));
  key = mix(key ^ static_cast<uint32_t>(pair.source_frame));
  key = mix(key ^ static_cast<uint32_t>(pair.target_frame));
  return mix(key ^ static_cast<uint32_t>(level << 16 | iteration << 8 | probe));
}

// CounterRandom.at
__device__ __forceinline__ uint32_t random_at(uint32_t key, int x, int y) {
  return mix(key ^ static_cast<uint32_t>(y << 16 | x));
}

// CounterRandom.offset
__device__ __forceinline__ int random_offset(uint32_t random16, int reach) {
  return static_cast<int>(random16 * (2u * reach + 1u) >> 16) - reach;
}

// Error of one row of a patch, centred at the two texels: the squared difference of texels, whose
// fourth byte is 0, is a·a + b·b − 2·a·b. GuideCost.of, inner loop, and GuideCost.squaredDifference
template <int RADIUS>
__device__ __forceinline__ uint32_t row_error(
    const uint32_t* __restrict__ target, const uint32_t* __restrict__ source, int radius) {
  const int reach = RADIUS > 0 ? RADIUS : radius;
  uint32_t squares = 0;
  uint32_t products = 0;
#pragma unroll
  for (int d = -reach; d <= reach; d++) {
    const uint32_t a = __ldg(target + d); // so that no store to a field holds the load back
    const uint32_t b = __ldg(source + d);
    squares = __dp4a(a, a, squares);
    squares = __dp4a(b, b, squares);
    products = __dp4a(a, b, products);
  }
  return squares - 2u * products;
}

// Error of a patch, centred at the two texels; once it reaches `enough` any sum of whole rows that
// is as large may come back. GuideCost.of
template <int RADIUS>
__device__ __forceinline__ int32_t patch_error(
    const uint32_t* __restrict__ target,
    const uint32_t* __restrict__ source,
    int stride,
    int radius,
    int32_t enough) {
  const int reach = RADIUS > 0 ? RADIUS : radius;
  int32_t sum = 0;
#pragma unroll
  for (int d = -reach; d <= reach; d++) {
    sum += static_cast<int32_t>(
        row_error<RADIUS>(target + d * stride, source + d * stride, radius));
    if (sum >= enough) {
      break;
    }
  }
  return sum;
}

// The pictures a level is matched on, in one layout: as they are, or transposed.
struct Layers {
  const uint32_t* source;
  const uint32_t* target;
  const uint32_t* style;
  const uint32_t* agreed;
  int stride;
  int radius;
  float guide_weight;
};

constexpr int32_t NO_LIMIT = 0x7FFFFFFF;

// Key that orders the costs of matching target pixel `to` with source pixel `from`, both numbers of
// pixels of the layout. Once it reaches `enough` anything as large may come back.
// GuideCost.of, StyledCost.of
template <int RADIUS>
__device__ __forceinline__ int32_t cost_of(
    const Layers& layers, int to, int from, int32_t enough) {
  if (layers.style == nullptr) {
    return patch_error<RADIUS>(
        layers.target + to, layers.source + from, layers.stride, layers.radius, enough);
  }
  const int32_t guide = patch_error<RADIUS>(
      layers.target + to, layers.source + from, layers.stride, layers.radius, NO_LIMIT);
  const int32_t style = patch_error<RADIUS>(
      layers.agreed + to, layers.style + from, layers.stride, layers.radius, NO_LIMIT);
  const float weighted = __fmul_rn(layers.guide_weight, __int2float_rn(guide));
  return __float_as_int(__fadd_rn(weighted, __int2float_rn(style)));
}
