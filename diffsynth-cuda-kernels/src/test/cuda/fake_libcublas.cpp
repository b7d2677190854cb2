// A stand-in for libcublas.so.12 with the functions that this project calls: one matrix product of
// signed bytes, on the device memory of fake_libcuda.cpp. It is stricter than cuBLAS: it refuses
// shapes for which cuBLAS has no fast kernel.
//
// The environment variable FAKE_CUBLAS_CREATE sets the result of cublasCreate.
#include <cstdint>
#include <cstdlib>

namespace {

constexpr int SUCCESS = 0;
constexpr int NOT_INITIALIZED = 1;
constexpr int INVALID_VALUE = 7;
constexpr int NOT_SUPPORTED = 15;
constexpr int OP_N = 0;
constexpr int OP_T = 1;
constexpr int R_8I = 3;
constexpr int R_32I = 10;
constexpr int COMPUTE_32I = 72;

struct Handle {
  void* stream = nullptr;
};

}  // namespace

extern "C" {

int cublasCreate_v2(void** handle) {
  const char* result = std::getenv("FAKE_CUBLAS_CREATE");
  if (result != nullptr) {
    return std::atoi(result);
  }
  *handle = new Handle();
  return SUCCESS;
}

int cublasDestroy_v2(void* handle) {
  delete static_cast<Handle*>(handle);
  return SUCCESS;
}

int cublasSetStream_v2(void* handle, void* stream) {
  static_cast<Handle*>(handle)->stream = stream;
  return SUCCESS;
}

int cublasGemmEx(void* handle, int op_a, int op_b, int m, int n, int k, const void* alpha,
    const void* a, int a_type, int lda, const void* b, int b_type, int ldb, const void* beta,
    void* c, int c_type, int ldc, int compute, int) {
  if (handle == nullptr || static_cast<Handle*>(handle)->stream == nullptr) {
    return NOT_INITIALIZED;
  }
  if (op_a != OP_T || op_b != OP_N || a_type != R_8I || b_type != R_8I || c_type != R_32I ||
      compute != COMPUTE_32I || lda % 16 != 0 || ldb % 16 != 0 || ldc % 4 != 0 ||
      reinterpret_cast<uintptr_t>(a) % 16 != 0 || reinterpret_cast<uintptr_t>(b) % 16 != 0) {
    return NOT_SUPPORTED;
  }
  if (lda < k || ldb < k || ldc < m || m <= 0 || n <= 0 || k <= 0) {
    return INVALID_VALUE;
  }
  const int32_t times = *static_cast<const int32_t*>(alpha);
  const int32_t keep = *static_cast<const int32_t*>(beta);
  for (int column = 0; column < n; column++) {
    for (int row = 0; row < m; row++) {
      const int8_t* x = static_cast<const int8_t*>(a) + static_cast<int64_t>(row) * lda;
      const int8_t* y = static_cast<const int8_t*>(b) + static_cast<int64_t>(column) * ldb;
      int32_t sum = 0;
      for (int i = 0; i < k; i++) {
        sum += x[i] * y[i];
      }
      int32_t* out = static_cast<int32_t*>(c) + static_cast<int64_t>(column) * ldc + row;
      *out = times * sum + (keep == 0 ? 0 : keep * *out);
    }
  }
  return SUCCESS;
}

}  // extern "C"
