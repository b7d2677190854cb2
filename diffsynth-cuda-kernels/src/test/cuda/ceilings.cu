// What the device can do at most, to compare the engine with. Not in the jar: GpuCheck loads it by
// itself, from the PTX that build-ptx.sh makes of it.

#ifdef DIFFSYNTH_SHIM
#include "cuda_shim.h"
#else
#include <cstdint>
#endif

constexpr int CHAINS = 8;    // that do not wait for each other
constexpr int UNROLLED = 16; // dp4a of each chain in a round

// dp4a_ceiling: rounds * 128 dp4a a thread, and nearly nothing else. results: an int a thread.
//   Launch: 1-D. Java: Ceilings.expected
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
