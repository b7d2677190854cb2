// Measures the highest rate a device reaches, as a bound for the engine's kernels. Not part of the
// jar: HardwareLimits loads the PTX that build-ptx.sh compiles from this file.

#ifdef DIFFSYNTH_SHIM
#include "cuda_shim.h"
#else
#include <cstdint>
#endif

constexpr int CHAINS = 8;    // independent chains of dp4a per thread
constexpr int UNROLLED = 16; // dp4a per chain and round

// dp4a_ceiling: runs rounds * 128 dp4a instructions per thread, and almost nothing else.
//   results: one integer per thread, written so that the compiler keeps the loop.
//   Launch: 1-D.
//   Java: HardwareLimits.expected
extern "C" __global__ void dp4a_ceiling(uint32_t* __restrict__ results, int rounds) {
  const uint32_t thread = blockIdx.x * blockDim.x + threadIdx.x;
  const uint32_t factor = thread | 0x01010101u;
  uint32_t chains[CHAINS];
#pragma unroll
  for (int k = 0; k < CHAINS; k++) {
    chains[k] = thread + k;
  }
  for (int round = 0; round < rounds; round++) {
#pragma unroll
    for (int i = 0; i < UNROLLED; i++) {
#pragma unroll
      for (int k = 0; k < CHAINS; k++) {
        chains[k] = __dp4a(chains[k], factor, chains[k]);
      }
    }
  }
  uint32_t sum = 0;
#pragma unroll
  for (int k = 0; k < CHAINS; k++) {
    sum += chains[k];
  }
  results[thread] = sum;
}
