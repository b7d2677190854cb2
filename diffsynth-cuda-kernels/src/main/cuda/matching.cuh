// Shared by all matching kernels: the description of a pair of frames, patch errors of 8-bit
// texels, and random numbers.
//
// Every result equals that of the scalar Java classes bit for bit. Errors are 32-bit integers. The
// cost of a styled match is a float; the multiplication and the addition are rounded separately and
// must not be fused, so the intrinsics __fmul_rn and __fadd_rn are used.
//
// Conventions of all kernels:
//   x is the column and y the row; planes are stored row by row.
//   A match is packed as source_y << 16 | source_x, in pixels of the same level.
//   The interior is the set of pixels at least `radius` away from every edge: centres of whole
//   patches of side 2 * radius + 1. Only interior pixels are searched and matched to.
//   Each pair has two work fields and two work cost planes; `current` (0 or 1) names the valid
//   ones.
#pragma once

#ifdef DIFFSYNTH_SHIM
#include "cuda_shim.h"
#else
#include <cstdint>
#endif

// One pair of frames of a batch: a field is searched from the target to the source, and a picture
// that lies over the source is carried to the target. PairTable.java writes these members in this
// order, 8 bytes each.
struct Pair {
  const uint32_t* source;   // source guide: pyramid of texels, see pictures.cu
  const uint32_t* target;   // target guide: pyramid of texels
  uint32_t* field[2];       // work: packed match of each target pixel; field[current] is valid
  int32_t* cost[2];         // work: cost of that match, in the plane of the same number
  const uint32_t* style;    // texels of the carried picture; null to compare the guides only
  uint32_t* agreed;         // texels the carried picture is compared with at the target; or null
  const ushort4* picture;   // the carried picture, 16 bits a sample
  const uint32_t* start;    // field at which the search starts, or null
  const uint32_t* middle;   // field from the target to a middle frame, whose pixels `start` then
                            // matches with the source; or null
  int64_t source_frame;     // frame numbers; the random probes depend on both
  int64_t target_frame;
  int64_t weight;           // factor of the carried picture in the sum
};

__device__ __forceinline__ int clamp_to(int value, int low, int high) {
  return min(max(value, low), high);
}

// Bijective mixing of 32 bits. Java: CounterRandom.mix
__device__ __forceinline__ uint32_t mix(uint32_t h) {
  h ^= h >> 16;
  h *= 0x85EBCA6Bu;
  h ^= h >> 13;
  h *= 0xC2B2AE35u;
  return h ^ h >> 16;
}

// Key of one random probe of one iteration on one level of a pair. Java: CounterRandom.key
__device__ __forceinline__ uint32_t random_key(
    uint64_t seed, const Pair& pair, int level, int iteration, int probe) {
  uint32_t key = mix(static_cast<uint32_t>(seed));
  key = mix(key ^ static_cast<uint32_t>(seed >> 32));
  key = mix(key ^ static_cast<uint32_t>(pair.source_frame));
  key = mix(key ^ static_cast<uint32_t>(pair.target_frame));
  return mix(key ^ static_cast<uint32_t>(level << 16 | iteration << 8 | probe));
}

// 32 random bits of one pixel. Java: CounterRandom.at
__device__ __forceinline__ uint32_t random_at(uint32_t key, int x, int y) {
  return mix(key ^ static_cast<uint32_t>(y << 16 | x));
}

// Maps 16 random bits to [-reach, reach]. Java: CounterRandom.offset
__device__ __forceinline__ int random_offset(uint32_t random16, int reach) {
  return static_cast<int>(random16 * (2u * reach + 1u) >> 16) - reach;
}

// Sum of squared differences over one row of a patch, centred at the two texels. The fourth byte of
// every texel is 0, so __dp4a computes the dot product of two colours, and the squared difference
// of colours a and b is a·a + b·b − 2·a·b.
// Java: inner loop of ReferenceGuideError.of, with Texels.squaredDifference
template <int RADIUS>
__device__ __forceinline__ uint32_t row_error(
    const uint32_t* __restrict__ target, const uint32_t* __restrict__ source, int radius) {
  const int reach = RADIUS > 0 ? RADIUS : radius;
  uint32_t squares = 0;
  uint32_t products = 0;
#pragma unroll
  for (int d = -reach; d <= reach; d++) {
    const uint32_t a = __ldg(target + d); // read-only loads do not wait for stores to the field
    const uint32_t b = __ldg(source + d);
    squares = __dp4a(a, a, squares);
    squares = __dp4a(b, b, squares);
    products = __dp4a(a, b, products);
  }
  return squares - 2u * products;
}

// Sum of squared differences over a patch, centred at the two texels. The sum stops after the row
// in which it reaches `enough`: a result of at least `enough` only says that the error is not
// smaller.
// Java: ReferenceGuideError.of
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

// The textures of one level that a cost compares, all in one memory layout: row by row, or
// transposed, column by column. `stride` is the distance between neighbouring lines in texels.
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

// Cost of matching target pixel `to` with source pixel `from`, both as indices into the layout.
// With a style, the result is the bit pattern of a non-negative float, which compares as the float
// does. A result of at least `enough` only says that the cost is not smaller.
// Java: ReferenceGuideError.of, ReferenceStyledError.of
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
