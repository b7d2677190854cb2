// The kernels as functions of the CPU: what the two front ends, shim_jni.cpp and fake_libcuda.cpp,
// share. Failures are exceptions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

struct ShimShape {
  unsigned grid_x, grid_y, grid_z, block_x, block_y;
};

// Memory between guards, filled with what is not 0.
unsigned char* shim_allocate(size_t bytes);

// Checks the guards.
void shim_free(unsigned char* address);

size_t shim_allocations();

// Fails unless the range lies inside of one allocation, as the driver demands of copies.
void shim_check_range(const unsigned char* address, size_t bytes);

// How many dp4a this thread has run.
uint64_t shim_dp4a_count();

bool shim_has_kernel(const std::string& name);

// Bytes of each argument of a kernel.
std::vector<size_t> shim_argument_sizes(const std::string& kernel);

// Runs a kernel to its end; `arguments` point to the value of each, as cuLaunchKernel takes them.
// Blocks and threads run one after the other, or backward, the last one first: a kernel in which
// one depends on another gives something else then.
void shim_launch(
    const std::string& kernel, ShimShape shape, void* const* arguments, bool backward);
