// Runs the kernels of src/main/cuda without a GPU. Grids and blocks are loops, and device memory is
// the heap, with a guard area on both sides of every allocation. ShimLibrary.java compiles this file.

#include "shim.h"

#include "cuda_shim.h"

#include <setjmp.h>
#include <ucontext.h>

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

thread_local dim3 threadIdx;
thread_local dim3 blockIdx;
thread_local dim3 blockDim;
thread_local dim3 gridDim;
thread_local uint64_t dp4a_count;

#include "ceilings.cu"
#include "diffsynth.cu"

namespace {

// ---- kernels by name ----

struct Kernel {
  std::function<void(void* const*)> call;
  std::vector<size_t> argument_sizes;
  bool barriers;
};

template <typename... A, size_t... I>
Kernel wrap(void (*kernel)(A...), bool barriers, std::index_sequence<I...>) {
  return {[kernel](void* const* arguments) { kernel(*static_cast<A*>(arguments[I])...); },
      {sizeof(A)...}, barriers};
}

template <typename... A>
Kernel kernel_of(void (*kernel)(A...), bool barriers) {
  return wrap(kernel, barriers, std::index_sequence_for<A...>());
}

const std::map<std::string, Kernel>& kernels() {
#define PLAIN(name) {#name, kernel_of(name, false)}
#define WITH_BARRIERS(name) {#name, kernel_of(name, true)}
  static const std::map<std::string, Kernel> table = {
      PLAIN(expand_picture), PLAIN(halve_picture), WITH_BARRIERS(pack_texels),
      PLAIN(identity_field), PLAIN(upscale_field), PLAIN(start_field), PLAIN(clamp_to_interior),
      PLAIN(extend_to_border), WITH_BARRIERS(transpose_field), PLAIN(measure_and_probe),
      PLAIN(sweep), PLAIN(vote_texels), PLAIN(try_neighbour), PLAIN(carry_and_add),
      PLAIN(add_picture), PLAIN(add_sum), PLAIN(mean_picture), PLAIN(mean_rgb),
      PLAIN(nearest_latents), PLAIN(nearest_field), PLAIN(unfold_latents),
      WITH_BARRIERS(nearest_of_products), PLAIN(dp4a_ceiling)};
  return table;
}

// ---- the threads of a block, as fibers ----
// Each fiber is started on its own stack by makecontext. After that it is entered and left with
// _setjmp and _longjmp, which make no system call, unlike swapcontext.

constexpr size_t STACK_BYTES = 64 * 1024;
constexpr unsigned MOST_THREADS = 1024;

struct Fiber {
  std::unique_ptr<char[]> stack{new char[STACK_BYTES]};
  jmp_buf inside;
  bool started = false;
  bool done = true;
};

struct Block {
  std::vector<Fiber> fibers;
  jmp_buf scheduler;
  size_t running = 0;
  bool active = false;
  const Kernel* kernel = nullptr;
  void* const* arguments = nullptr;
};

thread_local Block block;

void fiber_main() {
  for (;;) {
    block.kernel->call(block.arguments);
    Fiber& self = block.fibers[block.running];
    self.done = true;
    if (_setjmp(self.inside) == 0) {
      _longjmp(block.scheduler, 1);
    }
  }
}

void enter(size_t number) {
  Fiber& fiber = block.fibers[number];
  block.running = number;
  threadIdx = {static_cast<unsigned>(number % blockDim.x),
      static_cast<unsigned>(number / blockDim.x), 0};
  if (_setjmp(block.scheduler) != 0) {
    return;
  }
  if (fiber.started) {
    _longjmp(fiber.inside, 1);
  }
  fiber.started = true;
  ucontext_t context;
  getcontext(&context);
  context.uc_stack.ss_sp = fiber.stack.get();
  context.uc_stack.ss_size = STACK_BYTES;
  context.uc_link = nullptr;
  makecontext(&context, fiber_main, 0);
  setcontext(&context);
}

// Runs the threads of a block in rounds: in each round, every thread runs to its next barrier or to
// its end. Returns false if some threads ended while others waited at a barrier.
bool run_with_barriers(const Kernel& kernel, void* const* arguments, bool backward) {
  const size_t threads = static_cast<size_t>(blockDim.x) * blockDim.y;
  if (block.fibers.size() < threads) {
    block.fibers.resize(threads);
  }
  block.kernel = &kernel;
  block.arguments = arguments;
  block.active = true;
  for (size_t i = 0; i < threads; i++) {
    block.fibers[i].done = false;
  }
  size_t left = threads;
  bool together = true;
  while (left > 0) {
    const size_t before = left;
    for (size_t k = 0; k < threads; k++) {
      const size_t i = backward ? threads - 1 - k : k;
      if (!block.fibers[i].done) {
        enter(i);
        left -= block.fibers[i].done ? 1 : 0;
      }
    }
    together = together && (left == 0 || left == before);
  }
  block.active = false;
  return together;
}

void run_block(const Kernel& kernel, void* const* arguments, bool backward) {
  if (kernel.barriers) {
    if (!run_with_barriers(kernel, arguments, backward)) {
      throw std::runtime_error("some threads of a block ended while others waited");
    }
    return;
  }
  const unsigned threads = blockDim.x * blockDim.y;
  for (unsigned k = 0; k < threads; k++) {
    const unsigned i = backward ? threads - 1 - k : k;
    threadIdx = {i % blockDim.x, i / blockDim.x, 0};
    kernel.call(arguments);
  }
}

void launch(
    const Kernel& kernel, dim3 grid, dim3 threads, void* const* arguments, bool backward) {
  gridDim = grid;
  blockDim = threads;
  const uint64_t blocks = static_cast<uint64_t>(grid.x) * grid.y * grid.z;
  for (uint64_t k = 0; k < blocks; k++) {
    const uint64_t i = backward ? blocks - 1 - k : k;
    blockIdx = {static_cast<unsigned>(i % grid.x), static_cast<unsigned>(i / grid.x % grid.y),
        static_cast<unsigned>(i / grid.x / grid.y)};
    run_block(kernel, arguments, backward);
  }
}

// ---- memory ----

constexpr size_t GUARD = 256;
constexpr unsigned char GUARD_BYTE = 0xC3;
constexpr unsigned char FRESH_BYTE = 0xA5;  // fresh memory must not look cleared

std::mutex memory_lock;
std::map<unsigned char*, size_t> allocations;

const Kernel& find(const std::string& name) {
  auto found = kernels().find(name);
  if (found == kernels().end()) {
    throw std::runtime_error("no kernel " + name);
  }
  return found->second;
}

bool is_guard(const unsigned char* bytes) {
  return std::all_of(bytes, bytes + GUARD, [](unsigned char b) { return b == GUARD_BYTE; });
}

}  // namespace

unsigned char* shim_allocate(size_t bytes) {
  unsigned char* all = new unsigned char[bytes + 2 * GUARD];
  std::memset(all, GUARD_BYTE, GUARD);
  std::memset(all + GUARD, FRESH_BYTE, bytes);
  std::memset(all + GUARD + bytes, GUARD_BYTE, GUARD);
  std::lock_guard<std::mutex> lock(memory_lock);
  allocations[all + GUARD] = bytes;
  return all + GUARD;
}

void shim_free(unsigned char* address) {
  std::lock_guard<std::mutex> lock(memory_lock);
  auto found = allocations.find(address);
  if (found == allocations.end()) {
    throw std::runtime_error("freed what was not allocated, or twice");
  }
  const size_t bytes = found->second;
  allocations.erase(found);
  const bool intact = is_guard(address - GUARD) && is_guard(address + bytes);
  delete[] (address - GUARD);
  if (!intact) {
    throw std::runtime_error(
        "a kernel wrote beyond an allocation of " + std::to_string(bytes) + " bytes");
  }
}

size_t shim_allocations() {
  std::lock_guard<std::mutex> lock(memory_lock);
  return allocations.size();
}

void shim_check_range(const unsigned char* address, size_t bytes) {
  std::lock_guard<std::mutex> lock(memory_lock);
  auto after = allocations.upper_bound(const_cast<unsigned char*>(address));
  if (after != allocations.begin()) {
    auto holder = std::prev(after);
    if (address + bytes <= holder->first + holder->second) {
      return;
    }
  }
  throw std::runtime_error("a copy of " + std::to_string(bytes) + " bytes leaves its allocation");
}

uint64_t shim_dp4a_count() { return dp4a_count; }

bool shim_has_kernel(const std::string& name) { return kernels().count(name) == 1; }

std::vector<size_t> shim_argument_sizes(const std::string& kernel) {
  return find(kernel).argument_sizes;
}

void shim_launch(
    const std::string& name, ShimShape shape, void* const* arguments, bool backward) {
  if (shape.block_x * shape.block_y > MOST_THREADS || shape.block_x == 0 || shape.block_y == 0 ||
      shape.grid_x == 0 || shape.grid_y == 0 || shape.grid_z == 0 || shape.grid_y > 65535 ||
      shape.grid_z > 65535) {
    throw std::runtime_error(name + ": the driver refuses a launch of this shape");
  }
  launch(find(name), {shape.grid_x, shape.grid_y, shape.grid_z},
      {shape.block_x, shape.block_y, 1}, arguments, backward);
}

void __syncthreads() {
  if (!block.active) {
    throw std::runtime_error("a kernel listed as PLAIN in shim.cpp has a barrier");
  }
  Fiber& self = block.fibers[block.running];
  if (_setjmp(self.inside) == 0) {
    _longjmp(block.scheduler, 1);
  }
}
