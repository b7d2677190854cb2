// A stand-in for the NVIDIA driver's libcuda.so.1 with the functions that this project calls. Kernels
// run on the CPU through the shim, so that the host code that calls the driver is tested without a
// GPU. The stand-in is stricter than the driver: every call needs a current context, a device whose
// last stream is destroyed must have no allocation and no graph left, and a stream that is captured
// accepts launches only.
//
// Environment variables set its answers:
//   FAKE_CUDA_INIT        result of cuInit; default 0, success
//   FAKE_CUDA_VERSION     version of the driver; default 12040
//   FAKE_CUDA_DEVICES     number of devices; default 2
//   FAKE_CUDA_CAPABILITY  compute capability of the devices; default 90
//   FAKE_CUDA_MEMORY      bytes of memory per device; default 1 GiB
//   FAKE_CUDA_FAIL        name of a kernel whose launch fails
//   FAKE_CUDA_FAIL_GRAPH  result of launching a graph
//   FAKE_CUDA_FAIL_CALL   name of a query of the driver or a device that fails
//   FAKE_CUDA_COUNT       set to print the number of graphs that were made and launched
#include "shim.h"

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <map>
#include <memory>
#include <vector>

using CUresult = int;

namespace {

constexpr CUresult SUCCESS = 0;
constexpr CUresult INVALID_VALUE = 1;
constexpr CUresult OUT_OF_MEMORY = 2;
constexpr CUresult INVALID_DEVICE = 101;
constexpr CUresult INVALID_IMAGE = 200;
constexpr CUresult INVALID_CONTEXT = 201;
constexpr CUresult INVALID_HANDLE = 400;
constexpr CUresult ILLEGAL_STATE = 401;
constexpr CUresult NOT_FOUND = 500;
constexpr CUresult LAUNCH_FAILED = 719;
constexpr CUresult CAPTURE_UNSUPPORTED = 900;
constexpr CUresult CAPTURE_INVALIDATED = 901;
constexpr CUresult UNKNOWN = 999;

int setting(const char* name, int fallback) {
  const char* value = std::getenv(name);
  return value == nullptr ? fallback : std::atoi(value);
}

// A recorded launch. It owns copies of the arguments: it may run after the caller's are gone.
struct Launch {
  std::string kernel;
  ShimShape shape;
  std::vector<std::vector<unsigned char>> arguments;
};

struct Graph {
  std::vector<Launch> launches;
};

struct Stream {
  std::unique_ptr<Graph> captured;
  bool spoilt = false;
};

// Result of a query: UNKNOWN for the query that FAKE_CUDA_FAIL_CALL names, otherwise SUCCESS.
CUresult answer(const char* call) {
  const char* failing = std::getenv("FAKE_CUDA_FAIL_CALL");
  return failing != nullptr && std::strcmp(failing, call) == 0 ? UNKNOWN : SUCCESS;
}

struct Context {
  size_t taken = 0;
  int holders = 0;
  int streams = 0;
  int graphs = 0;
  int graphs_made = 0;
  int graphs_launched = 0;
  Stream* capturing = nullptr;
  std::map<void*, size_t> allocations;
};

Context contexts[16];
thread_local std::vector<Context*> current;

Context* now() { return current.empty() ? nullptr : current.back(); }

template <typename F>
CUresult in_context(F body) {
  if (now() == nullptr) {
    return INVALID_CONTEXT;
  }
  try {
    return body(*now());
  } catch (const std::exception& e) {
    std::fprintf(stderr, "fake driver: %s\n", e.what());
    return LAUNCH_FAILED;
  }
}

// Runs a call that the driver forbids during capture: such a call fails and invalidates the capture.
template <typename F>
CUresult outside_capture(F body) {
  return in_context([&](Context& context) {
    if (context.capturing != nullptr) {
      context.capturing->spoilt = true;
      return CAPTURE_UNSUPPORTED;
    }
    return body(context);
  });
}

CUresult run(const Launch& launch) {
  const char* failing = std::getenv("FAKE_CUDA_FAIL");
  if (failing != nullptr && launch.kernel == failing) {
    return LAUNCH_FAILED;
  }
  std::vector<void*> pointers;
  for (const std::vector<unsigned char>& argument : launch.arguments) {
    pointers.push_back(const_cast<unsigned char*>(argument.data()));
  }
  shim_launch(launch.kernel, launch.shape, pointers.data(), false);
  return SUCCESS;
}

size_t device_memory() {
  const char* value = std::getenv("FAKE_CUDA_MEMORY");
  return value == nullptr ? size_t{1} << 30 : std::strtoull(value, nullptr, 10);
}

unsigned char* bytes_at(uint64_t address) { return reinterpret_cast<unsigned char*>(address); }

struct Event {
  std::chrono::steady_clock::time_point time;
};

}  // namespace

extern "C" {

CUresult cuInit(unsigned) { return setting("FAKE_CUDA_INIT", SUCCESS); }

CUresult cuDriverGetVersion(int* version) {
  *version = setting("FAKE_CUDA_VERSION", 12040);
  return answer("cuDriverGetVersion");
}

CUresult cuDeviceGetCount(int* count) {
  *count = setting("FAKE_CUDA_DEVICES", 2);
  return answer("cuDeviceGetCount");
}

CUresult cuDeviceGet(int* device, int number) {
  *device = number;
  return number >= 0 && number < setting("FAKE_CUDA_DEVICES", 2) ? SUCCESS : INVALID_DEVICE;
}

CUresult cuDeviceGetName(char* name, int length, int device) {
  std::snprintf(name, length, "Pretended GPU %d", device);
  return answer("cuDeviceGetName");
}

CUresult cuDeviceGetAttribute(int* value, int attribute, int) {
  const int capability = setting("FAKE_CUDA_CAPABILITY", 90);
  *value = attribute == 75 ? capability / 10 : attribute == 76 ? capability % 10 : 0;
  return answer("cuDeviceGetAttribute");
}

CUresult cuDevicePrimaryCtxRetain(void** context, int device) {
  contexts[device].holders++;
  *context = &contexts[device];
  return SUCCESS;
}

CUresult cuDevicePrimaryCtxRelease_v2(int device) {
  return --contexts[device].holders < 0 ? INVALID_CONTEXT : SUCCESS;
}

CUresult cuCtxPushCurrent_v2(void* context) {
  current.push_back(static_cast<Context*>(context));
  return SUCCESS;
}

CUresult cuCtxPopCurrent_v2(void** context) {
  if (current.empty()) {
    return INVALID_CONTEXT;
  }
  *context = current.back();
  current.pop_back();
  return SUCCESS;
}

CUresult cuModuleLoadData(void** module, const void* image) {
  return in_context([&](Context&) {
    std::string* text = new std::string(static_cast<const char*>(image));
    *module = text;
    return text->find(".version 7.8") == std::string::npos ? INVALID_IMAGE : SUCCESS;
  });
}

CUresult cuModuleUnload(void* module) {
  return in_context([&](Context&) {
    delete static_cast<std::string*>(module);
    return SUCCESS;
  });
}

CUresult cuModuleGetFunction(void** function, void* module, const char* name) {
  return in_context([&](Context&) {
    const std::string entry = std::string(".entry ") + name + "(";
    if (static_cast<std::string*>(module)->find(entry) == std::string::npos ||
        !shim_has_kernel(name)) {
      return NOT_FOUND;
    }
    static std::map<std::string, std::string> names;
    *function = &(names[name] = name);
    return SUCCESS;
  });
}

// Answers 0 for every attribute: the CPU has no counts of registers or shared memory.
CUresult cuFuncGetAttribute(int* value, int, void* function) {
  return in_context([&](Context&) {
    *value = 0;
    return function == nullptr ? INVALID_HANDLE : SUCCESS;
  });
}

CUresult cuStreamCreate(void** stream, unsigned) {
  return in_context([&](Context& context) {
    context.streams++;
    *stream = new Stream();
    return SUCCESS;
  });
}

CUresult cuStreamSynchronize(void*) {
  return outside_capture([](Context&) { return SUCCESS; });
}

CUresult cuStreamDestroy_v2(void* stream) {
  return outside_capture([&](Context& context) {
    delete static_cast<Stream*>(stream);
    if (--context.streams > 0) {
      return SUCCESS;
    }
    if (std::getenv("FAKE_CUDA_COUNT") != nullptr) {
      std::fprintf(stderr, "fake driver: %d graphs made, launched %d times\n", context.graphs_made,
          context.graphs_launched);
    }
    if (!context.allocations.empty() || context.graphs > 0) {
      std::fprintf(stderr, "fake driver: %zu allocations left, %d graphs\n",
          context.allocations.size(), context.graphs);
      return ILLEGAL_STATE;
    }
    return SUCCESS;
  });
}

CUresult cuStreamBeginCapture_v2(void* stream, int) {
  return outside_capture([&](Context& context) {
    context.capturing = static_cast<Stream*>(stream);
    context.capturing->captured = std::make_unique<Graph>();
    context.capturing->spoilt = false;
    return SUCCESS;
  });
}

CUresult cuStreamEndCapture(void* stream, void** graph) {
  return in_context([&](Context& context) {
    Stream* ended = static_cast<Stream*>(stream);
    if (context.capturing != ended) {
      return ILLEGAL_STATE;
    }
    context.capturing = nullptr;
    std::unique_ptr<Graph> captured = std::move(ended->captured);
    if (ended->spoilt) {
      return CAPTURE_INVALIDATED;
    }
    context.graphs++;
    *graph = captured.release();
    return SUCCESS;
  });
}

CUresult cuGraphInstantiateWithFlags(void** executable, void* graph, unsigned long long) {
  return outside_capture([&](Context& context) {
    context.graphs++;
    context.graphs_made++;
    *executable = new Graph(*static_cast<Graph*>(graph));
    return SUCCESS;
  });
}

CUresult cuGraphLaunch(void* executable, void*) {
  return outside_capture([&](Context& context) {
    context.graphs_launched++;
    if (int failure = setting("FAKE_CUDA_FAIL_GRAPH", SUCCESS)) {
      return failure;
    }
    for (const Launch& launch : static_cast<Graph*>(executable)->launches) {
      if (CUresult result = run(launch)) {
        return result;
      }
    }
    return SUCCESS;
  });
}

CUresult cuGraphDestroy(void* graph) {
  return in_context([&](Context& context) {
    delete static_cast<Graph*>(graph);
    context.graphs--;
    return SUCCESS;
  });
}

CUresult cuGraphExecDestroy(void* executable) { return cuGraphDestroy(executable); }

CUresult cuMemGetInfo_v2(size_t* free, size_t* total) {
  return outside_capture([&](Context& context) {
    *total = device_memory();
    *free = *total - context.taken;
    return SUCCESS;
  });
}

CUresult cuMemAlloc_v2(uint64_t* address, size_t bytes) {
  return outside_capture([&](Context& context) {
    if (bytes == 0) {
      return INVALID_VALUE;
    }
    if (context.taken + bytes > device_memory()) {
      return OUT_OF_MEMORY;
    }
    unsigned char* memory = shim_allocate(bytes);
    context.allocations[memory] = bytes;
    context.taken += bytes;
    *address = reinterpret_cast<uint64_t>(memory);
    return SUCCESS;
  });
}

CUresult cuMemFree_v2(uint64_t address) {
  return outside_capture([&](Context& context) {
    auto found = context.allocations.find(bytes_at(address));
    if (found == context.allocations.end()) {
      return INVALID_VALUE;
    }
    context.taken -= found->second;
    context.allocations.erase(found);
    shim_free(bytes_at(address));
    return SUCCESS;
  });
}

CUresult cuMemAllocHost_v2(void** memory, size_t bytes) {
  return outside_capture([&](Context&) {
    *memory = std::malloc(bytes);
    return SUCCESS;
  });
}

CUresult cuMemFreeHost(void* memory) {
  return outside_capture([&](Context&) {
    std::free(memory);
    return SUCCESS;
  });
}

CUresult cuMemcpyHtoDAsync_v2(uint64_t to, const void* from, size_t bytes, void*) {
  return outside_capture([&](Context&) {
    shim_check_range(bytes_at(to), bytes);
    std::memcpy(bytes_at(to), from, bytes);
    return SUCCESS;
  });
}

CUresult cuMemcpyDtoHAsync_v2(void* to, uint64_t from, size_t bytes, void*) {
  return outside_capture([&](Context&) {
    shim_check_range(bytes_at(from), bytes);
    std::memcpy(to, bytes_at(from), bytes);
    return SUCCESS;
  });
}

CUresult cuMemcpyDtoDAsync_v2(uint64_t to, uint64_t from, size_t bytes, void*) {
  return outside_capture([&](Context&) {
    shim_check_range(bytes_at(from), bytes);
    shim_check_range(bytes_at(to), bytes);
    std::memcpy(bytes_at(to), bytes_at(from), bytes);
    return SUCCESS;
  });
}

CUresult cuMemsetD8Async(uint64_t address, unsigned char value, size_t bytes, void*) {
  return outside_capture([&](Context&) {
    shim_check_range(bytes_at(address), bytes);
    std::memset(bytes_at(address), value, bytes);
    return SUCCESS;
  });
}

CUresult cuLaunchKernel(void* function, unsigned grid_x, unsigned grid_y, unsigned grid_z,
    unsigned block_x, unsigned block_y, unsigned, unsigned, void* stream, void** parameters,
    void**) {
  return in_context([&](Context& context) {
    if (function == nullptr) {
      return INVALID_HANDLE;
    }
    Launch launch{*static_cast<std::string*>(function),
        {grid_x, grid_y, grid_z, block_x, block_y}, {}};
    const std::vector<size_t> sizes = shim_argument_sizes(launch.kernel);
    for (size_t i = 0; i < sizes.size(); i++) {
      const unsigned char* argument = static_cast<unsigned char*>(parameters[i]);
      launch.arguments.emplace_back(argument, argument + sizes[i]);
    }
    if (context.capturing != nullptr && context.capturing == stream) {
      context.capturing->captured->launches.push_back(std::move(launch));
      return SUCCESS;
    }
    return run(launch);
  });
}

CUresult cuEventCreate(void** event, unsigned) {
  return in_context([&](Context&) {
    *event = new Event();
    return SUCCESS;
  });
}

CUresult cuEventRecord(void* event, void*) {
  return in_context([&](Context&) {
    static_cast<Event*>(event)->time = std::chrono::steady_clock::now();
    return SUCCESS;
  });
}

CUresult cuEventSynchronize(void*) { return SUCCESS; }

CUresult cuEventElapsedTime(float* milliseconds, void* start, void* end) {
  *milliseconds = std::chrono::duration<float, std::milli>(
      static_cast<Event*>(end)->time - static_cast<Event*>(start)->time).count();
  return SUCCESS;
}

CUresult cuEventDestroy_v2(void* event) {
  delete static_cast<Event*>(event);
  return SUCCESS;
}

CUresult cuGetErrorString(CUresult, const char** text) {
  *text = "an error of the pretended driver";
  return SUCCESS;
}

CUresult cuGetErrorName(CUresult, const char** text) {
  *text = "PRETENDED_ERROR";
  return SUCCESS;
}

}  // extern "C"
