package org.diffsynth.onnx.internal.text;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.diffsynth.diffusion.Embedding;
import org.diffsynth.onnx.internal.graph.ClipSkipSurgery;
import org.diffsynth.onnx.internal.graph.OnnxSkeleton;
import org.diffsynth.onnx.internal.graph.TensorSpec;
import org.diffsynth.onnx.internal.runtime.Device;
import org.diffsynth.onnx.internal.runtime.ModelSession;
import org.diffsynth.onnx.internal.runtime.OrtThread;
import org.diffsynth.spi.NotFiniteException;

/** Prompts to embeddings. */
public final class TextEncoder implements AutoCloseable {
  private final ClipTokenizer tokenizer;
  private final ModelSession session;
  private final String input;
  private final String output;
  private final int width;

  private TextEncoder(
      ClipTokenizer tokenizer, ModelSession session, String input, String output, int width) {
    this.tokenizer = tokenizer;
    this.session = session;
    this.input = input;
    this.output = output;
    this.width = width;
  }

  /** What must be known of a text encoder before it is opened. */
  public record Binding(
      ClipTokenizer tokenizer,
      OnnxSkeleton skeleton,
      TensorSpec ids,
      TensorSpec states,
      int width) {

    public static Binding of(
        ClipTokenizer tokenizer, OnnxSkeleton skeleton, int width, int clipSkip, int layers)
        throws IOException {
      TensorSpec ids =
          TensorSpec.bind(skeleton, TensorSpec.inputs(skeleton), "token ids", ".*ids.*", 0, 2);
      TensorSpec states =
          TensorSpec.bind(
              skeleton, TensorSpec.outputs(skeleton), "hidden states", "last_hidden_state", 0, 3);
      if (states.dim(2) >= 0 && states.dim(2) != width) {
        throw new IOException(
            skeleton.file() + ": expected " + width + " floats per token, found " + states);
      }
      OnnxSkeleton patched =
          clipSkip > 1
              ? ClipSkipSurgery.patch(skeleton, states.name(), clipSkip, layers)
              : skeleton;
      return new Binding(tokenizer, patched, ids, states, width);
    }

    public TextEncoder open(OrtThread thread, Device device, int threads) {
      return new TextEncoder(
          tokenizer,
          ModelSession.open(skeleton, thread, device, threads),
          ids.name(),
          states.name(),
          width);
    }
  }

  public List<Embedding> encode(List<String> prompts) throws OrtException {
    int rows = 1;
    for (String prompt : prompts) {
      rows = Math.max(rows, tokenizer.encodePrompt(prompt, 1).rows());
    }
    List<Embedding> embeddings = new ArrayList<>();
    for (String prompt : prompts) {
      embeddings.add(encode(tokenizer.encodePrompt(prompt, rows)));
    }
    return embeddings;
  }

  private Embedding encode(TokenizedPrompt prompt) throws OrtException {
    int length = prompt.length();
    float[] samples = new float[prompt.rows() * length * width];
    for (int row = 0; row < prompt.rows(); row++) {
      int first = row * length;
      try (OnnxTensor ids =
              session.tensor(
                  input,
                  buffer -> {
                    for (int i = 0; i < length; i++) {
                      buffer.put(prompt.ids()[first + i]);
                    }
                  },
                  1,
                  length);
          OrtSession.Result result = session.run(Map.of(input, ids), Set.of(output))) {
        FloatBuffer floats = session.floats(result, output, 1, length, width);
        floats.get(samples, first * width, length * width);
      }
    }
    for (float sample : samples) {
      if (!Float.isFinite(sample)) {
        throw new NotFiniteException(session.file().toString(), 0);
      }
    }
    if (prompt.weighted()) {
      weigh(samples, prompt.weights());
    }
    return Embedding.of(prompt.rows() * length, width, samples);
  }

  /** Multiplies each token by its weight and brings the mean back to what it was. */
  private void weigh(float[] samples, float[] weights) {
    double before = 0;
    double after = 0;
    for (int i = 0; i < samples.length; i++) {
      before += samples[i];
      samples[i] *= weights[i / width];
      after += samples[i];
    }
    double ratio = before / after;
    if (Double.isFinite(ratio) && ratio > 0) {
      for (int i = 0; i < samples.length; i++) {
        samples[i] = (float) (samples[i] * ratio);
      }
    }
  }

  @Override
  public void close() {
    session.close();
  }
}
