// Runs the CUDA kernels on the CPU. Shared by the two front ends: shim_jni.cpp for tests that launch
// kernels from Java, and fake_libcuda.cpp, a stand-in for the NVIDIA driver. Failures are thrown as
// exceptions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

struct ShimShape {
  unsigned grid_x, grid_y, grid_z, block_x, block_y;
};

// Allocates memory between two guard areas, filled with bytes that are not 0, so that a test notices
// a kernel that reads memory nobody wrote.
unsigned char* shim_allocate(size_t bytes);

// Frees memory; fails if a guard area was overwritten.
void shim_free(unsigned char* address);

// Number of allocations that are not freed yet.
size_t shim_allocations();

// Fails unless the range lies inside one allocation, as the driver requires for copies.
void shim_check_range(const unsigned char* address, size_t bytes);

// Number of dp4a instructions that this thread has run.
uint64_t shim_dp4a_count();

bool shim_has_kernel(const std::string& name);

// Size of each argument of a kernel in bytes.
std::vector<size_t> shim_argument_sizes(const std::string& kernel);

// Runs a kernel to its end. `arguments` holds a pointer to the value of each argument, as for
// cuLaunchKernel. Blocks and threads run one after the other; with `backward`, the last one first.
// A kernel in which threads depend on each other gives different results in the two orders.
void shim_launch(
    const std::string& kernel, ShimShape shape, void* const* arguments, bool backward);
