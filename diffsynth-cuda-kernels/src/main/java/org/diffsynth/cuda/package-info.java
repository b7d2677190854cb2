/**
 * The CUDA engine: a {@link org.diffsynth.spi.PatchMatcher} on NVIDIA GPUs, with results equal to
 * those of the CPU engines byte for byte. An application adds this module to its class path; {@link
 * org.diffsynth.cuda.CudaPatchMatcherProvider} is found by {@link java.util.ServiceLoader}.
 *
 * <p>From the top down: {@code CudaPatchMatcher} opens a {@code CudaBlendSession}, which has a
 * {@code DeviceSession} on every GPU. A device session keeps pictures, fields and sums in {@code
 * DeviceMemory}, and runs batches of pairs through {@code PairBatchRunner} and {@code FieldSearch},
 * which launch the kernels of src/main/cuda on a {@code GpuDevice}. {@code JCudaDevice} is the GPU
 * behind the driver API; the tests replace it by the kernels compiled for the CPU.
 *
 * <p>The provider loads all of this, and JCuda, through {@link
 * org.diffsynth.cuda.internal.IsolatedClassLoader}, apart from the application's own classes. Since
 * the classes in it are in no named module, they use exported packages of diffsynth-api only.
 */
package org.diffsynth.cuda;
