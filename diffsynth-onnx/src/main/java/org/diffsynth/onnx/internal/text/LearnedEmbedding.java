package org.diffsynth.onnx.internal.text;

import java.nio.file.Path;

/**
 * A textual inversion: vectors that were trained to stand for something that words describe badly.
 * Callers must not change the array.
 *
 * @param file the file that the vectors were read from
 * @param token the text that stands for the vectors in a prompt
 * @param vectors number of vectors
 * @param values vectors, shape (vectors, width)
 */
record LearnedEmbedding(Path file, String token, int vectors, float[] values) {}
