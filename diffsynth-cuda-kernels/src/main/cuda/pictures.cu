// Memory layouts of pictures on the device, and the kernels that convert between them.
//
// picture: one ushort4 (red, green, blue, 0) per pixel, 16 bits a sample, row by row.
// texels:  one uint32 (blue << 16 | green << 8 | red) per pixel, 8 bits a sample.
// A pyramid of pictures holds its levels one after the other, the finest first.
// A pyramid of texels holds every level twice, the finest level first: row by row, then transposed,
// column by column. Sweeps over rows and sweeps over columns then both read neighbouring addresses.
#include "matching.cuh"

// expand_picture: converts packed RGB samples, the layout of frames on the host, to a picture.
//   rgb: (count, 3) samples. picture: (count) pixels, written.
//   Launch: 1-D, one thread per pixel.
//   Java: Picture.of
extern "C" __global__ void expand_picture(
    const uint16_t* __restrict__ rgb, ushort4* __restrict__ picture, int count) {
  const int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i >= count) {
    return;
  }
  picture[i] = make_ushort4(rgb[3 * i], rgb[3 * i + 1], rgb[3 * i + 2], 0);
}

// halve_picture: halves a picture, rounding sizes up. Each sample is the rounded mean of 2 by 2
//   samples; the last column and row are repeated where the size is odd.
//   finer: (height, width). half: ((height + 1) / 2, (width + 1) / 2), written.
//   Launch: blocks (32, 8) over `half`, one thread per pixel.
//   Java: Picture.half
extern "C" __global__ void halve_picture(
    const ushort4* __restrict__ finer, int width, int height, ushort4* __restrict__ half) {
  const int x = blockIdx.x * blockDim.x + threadIdx.x;
  const int y = blockIdx.y * blockDim.y + threadIdx.y;
  const int half_width = (width + 1) / 2;
  if (x >= half_width || y >= (height + 1) / 2) {
    return;
  }
  const int upper = 2 * y * width;
  const int lower = min(2 * y + 1, height - 1) * width;
  const int left = 2 * x;
  const int right = min(2 * x + 1, width - 1);
  const ushort4 a = finer[upper + left];
  const ushort4 b = finer[upper + right];
  const ushort4 c = finer[lower + left];
  const ushort4 d = finer[lower + right];
  half[y * half_width + x] = make_ushort4(
      (a.x + b.x + c.x + d.x + 2) >> 2,
      (a.y + b.y + c.y + d.y + 2) >> 2,
      (a.z + b.z + c.z + d.z + 2) >> 2,
      0);
}

__device__ __forceinline__ uint32_t to_texel(uint32_t red, uint32_t green, uint32_t blue) {
  return (red + 128u) / 257u | (green + 128u) / 257u << 8 | (blue + 128u) / 257u << 16;
}

// pack_texels: converts a picture to one level of a pyramid of texels, row by row and transposed.
//   picture: (height, width). texels: (height, width), then (width, height), written.
//   Launch: blocks (32, 8), one block per tile of 32 by 32 pixels.
//   Java: Texels.of
extern "C" __global__ void pack_texels(
    const ushort4* __restrict__ picture, int width, int height, uint32_t* __restrict__ texels) {
  __shared__ uint32_t tile[32][33];
  const int left = blockIdx.x * 32;
  const int top = blockIdx.y * 32;
  const int x = left + threadIdx.x;
  for (int row = threadIdx.y; row < 32; row += 8) {
    const int y = top + row;
    if (x < width && y < height) {
      const ushort4 p = picture[y * width + x];
      const uint32_t texel = to_texel(p.x, p.y, p.z);
      texels[y * width + x] = texel;
      tile[row][threadIdx.x] = texel;
    }
  }
  __syncthreads();
  uint32_t* transposed = texels + width * height;
  const int y = top + threadIdx.x;
  for (int column = threadIdx.y; column < 32; column += 8) {
    if (left + column < width && y < height) {
      transposed[(left + column) * height + y] = tile[threadIdx.x][column];
    }
  }
}
