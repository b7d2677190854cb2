// All kernels of the CUDA engine, compiled as one module (diffsynth.ptx).
#include "pictures.cu"
#include "fields.cu"
#include "search.cu"
#include "published.cu"
#include "blend.cu"
#include "latents.cu"
