// JNI functions of ShimLibrary.java.
#include "shim.h"

#include <jni.h>

#include <cstring>
#include <stdexcept>
#include <vector>

namespace {

unsigned char* at(jlong address) { return reinterpret_cast<unsigned char*>(address); }

template <typename F>
void guarded(JNIEnv* env, F body) {
  try {
    body();
  } catch (const std::exception& e) {
    env->ThrowNew(env->FindClass("java/lang/IllegalStateException"), e.what());
  }
}

}  // namespace

#define SHIM(type, name) extern "C" JNIEXPORT type JNICALL Java_org_diffsynth_cuda_ShimLibrary_##name

SHIM(jlong, allocate)(JNIEnv*, jclass, jlong bytes) {
  return reinterpret_cast<jlong>(shim_allocate(static_cast<size_t>(bytes)));
}

SHIM(void, free)(JNIEnv* env, jclass, jlong address) {
  guarded(env, [&] { shim_free(at(address)); });
}

SHIM(void, upload)(JNIEnv* env, jclass, jobject from, jlong to, jlong bytes) {
  guarded(env, [&] {
    shim_check_range(at(to), static_cast<size_t>(bytes));
    std::memcpy(at(to), env->GetDirectBufferAddress(from), static_cast<size_t>(bytes));
  });
}

SHIM(void, download)(JNIEnv* env, jclass, jlong from, jobject to, jlong bytes) {
  guarded(env, [&] {
    shim_check_range(at(from), static_cast<size_t>(bytes));
    std::memcpy(env->GetDirectBufferAddress(to), at(from), static_cast<size_t>(bytes));
  });
}

SHIM(void, copy)(JNIEnv* env, jclass, jlong from, jlong to, jlong bytes) {
  guarded(env, [&] {
    shim_check_range(at(from), static_cast<size_t>(bytes));
    shim_check_range(at(to), static_cast<size_t>(bytes));
    std::memcpy(at(to), at(from), static_cast<size_t>(bytes));
  });
}

SHIM(void, zero)(JNIEnv* env, jclass, jlong address, jlong bytes) {
  guarded(env, [&] {
    shim_check_range(at(address), static_cast<size_t>(bytes));
    std::memset(at(address), 0, static_cast<size_t>(bytes));
  });
}

SHIM(jlong, dp4aCount)(JNIEnv*, jclass) { return static_cast<jlong>(shim_dp4a_count()); }

SHIM(void, launch)
(JNIEnv* env, jclass, jstring name, jint grid_x, jint grid_y, jint grid_z, jint block_x,
    jint block_y, jlongArray arguments, jboolean backward) {
  guarded(env, [&] {
    const char* characters = env->GetStringUTFChars(name, nullptr);
    const std::string kernel(characters);
    env->ReleaseStringUTFChars(name, characters);
    const size_t count = static_cast<size_t>(env->GetArrayLength(arguments));
    const size_t expected = shim_argument_sizes(kernel).size();
    if (count != expected) {
      throw std::runtime_error(kernel + " takes " + std::to_string(expected) +
          " arguments, got " + std::to_string(count));
    }
    std::vector<jlong> slots(count);
    env->GetLongArrayRegion(arguments, 0, static_cast<jsize>(count), slots.data());
    std::vector<void*> pointers;
    for (jlong& slot : slots) {
      pointers.push_back(&slot);  // little-endian: a narrow argument is in the low bytes
    }
    shim_launch(kernel,
        {static_cast<unsigned>(grid_x), static_cast<unsigned>(grid_y),
            static_cast<unsigned>(grid_z), static_cast<unsigned>(block_x),
            static_cast<unsigned>(block_y)},
        pointers.data(), backward);
  });
}
