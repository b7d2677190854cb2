/**
 * Diffusion models of the Stable Diffusion 1.5 family on ONNX Runtime.
 *
 * <p>An application that puts this module on its path needs no class of it to render: {@link
 * org.diffsynth.Pipeline} finds {@link org.diffsynth.onnx.OnnxDiffusionBackendProvider} through
 * ServiceLoader. {@link org.diffsynth.onnx.ImageEncoder} encodes image prompts for UNets with an
 * IP-Adapter.
 *
 * <h2>From a model folder to a noise prediction</h2>
 *
 * <p>For contributors: the backend works in two phases, and each internal package has one part.
 *
 * <pre>
 *                       internal.model         reads and checks the folder: configuration, graphs
 * open(settings)        internal.lora          matches LoRA files to weights
 *   1. patch            internal.graph         graph surgery: cross-frame attention, ControlNets …
 *                       internal.tensorfile    safetensors and NumPy files
 *   2. open sessions    internal.runtime       one thread, sessions, tensors, devices
 *                       internal.backend       puts everything together
 *
 * encodeText(prompts)   internal.text          tokenizer, emphasis, text encoder
 * encode, decode        internal.vae           VAE, whole images or tiles
 * predict(input)        internal.unet          ControlNets, UNet, attention cache, memory budget
 * </pre>
 *
 * <p>A good place to start reading is {@code BackendOpener} in {@code internal.backend}, then
 * {@code ControlledUnet} in {@code internal.unet}. The package page of {@code internal.graph}
 * explains how graphs are changed and why.
 *
 * <h2>Threads and memory</h2>
 *
 * <p>One thread, {@code OrtThread}, creates, runs and closes all sessions of a backend. Weights
 * stay in the model's files until ONNX Runtime reads them, so the Java heap holds only graphs,
 * latents and images. Every native object has an owner that closes it, also when a call fails.
 */
package org.diffsynth.onnx;
