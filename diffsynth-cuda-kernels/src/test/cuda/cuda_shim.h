// The subset of CUDA that the kernels use, for compiling them with g++. Kernels run on the CPU, one
// thread after the other; the threads of a block take turns at __syncthreads. See shim.cpp.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>

#define __global__
#define __device__ static
#define __forceinline__ inline
#define __shared__ static thread_local

using std::max;
using std::min;

struct dim3 {
  unsigned x, y, z;
};
struct ushort4 {
  uint16_t x, y, z, w;
};
struct int4 {
  int32_t x, y, z, w;
};

extern thread_local dim3 threadIdx;
extern thread_local dim3 blockIdx;
extern thread_local dim3 blockDim;
extern thread_local dim3 gridDim;

extern thread_local uint64_t dp4a_count;  // number of __dp4a calls, the measure of work

void __syncthreads();

static inline ushort4 make_ushort4(uint16_t x, uint16_t y, uint16_t z, uint16_t w) {
  return {x, y, z, w};
}

// Dot product of four unsigned bytes, plus a sum: PTX dp4a.u32.u32.
static inline uint32_t __dp4a(uint32_t a, uint32_t b, uint32_t sum) {
  dp4a_count++;
  for (int shift = 0; shift < 32; shift += 8) {
    sum += (a >> shift & 0xFF) * (b >> shift & 0xFF);
  }
  return sum;
}

// Dot product of four signed bytes, plus a sum: PTX dp4a.s32.s32.
static inline int32_t __dp4a(int32_t a, int32_t b, int32_t sum) {
  dp4a_count++;
  for (int shift = 0; shift < 32; shift += 8) {
    sum += static_cast<int8_t>(a >> shift) * static_cast<int8_t>(b >> shift);
  }
  return sum;
}

static inline unsigned long long atomicMax(unsigned long long* address, unsigned long long value) {
  const unsigned long long old = *address;
  *address = max(old, value);
  return old;
}

template <typename T>
static inline T __ldcg(const T* address) {
  return *address;
}

template <typename T>
static inline T __ldg(const T* address) {
  return *address;
}

static inline float __int2float_rn(int32_t value) { return static_cast<float>(value); }
static inline float __fmul_rn(float a, float b) { return a * b; }
static inline float __fadd_rn(float a, float b) { return a + b; }
static inline int32_t __float_as_int(float value) {
  int32_t bits;
  std::memcpy(&bits, &value, sizeof bits);
  return bits;
}
