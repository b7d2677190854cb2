// All kernels as one module.
#include "pictures.cu"
#include "fields.cu"
#include "search.cu"
#include "published.cu"
#include "blend.cu"
#include "latents.cu"
