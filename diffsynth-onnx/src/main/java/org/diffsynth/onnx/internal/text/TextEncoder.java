package org.diffsynth.onnx.internal.text;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.diffsynth.diffusion.Embedding;
import org.diffsynth.internal.text.Text;
import org.diffsynth.onnx.internal.graph.ClipSkipSurgery;
import org.diffsynth.onnx.internal.graph.OnnxSkeleton;
import org.diffsynth.onnx.internal.graph.TensorSpec;
import org.diffsynth.onnx.internal.runtime.ModelSession;
import org.diffsynth.onnx.internal.runtime.SessionFactory;
import org.diffsynth.spi.NotFiniteException;

/** A CLIP text encoder with its tokenizer: encodes prompts to embeddings. */
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

  /**
   * Tokenizer, graph, input and output of a text encoder that is not open yet.
   *
   * @param skeleton the graph, without the layers that clip skip leaves out
   * @param ids input of token ids, shape (batch, tokens)
   * @param states output of hidden states, shape (batch, tokens, width)
   * @param width floats per token
   */
  public record Binding(
      ClipTokenizer tokenizer,
      OnnxSkeleton skeleton,
      TensorSpec ids,
      TensorSpec states,
      int width) {

    /**
     * Finds input and output, and removes layers from the graph if clip skip asks for it.
     *
     * @param width floats per token that the UNet expects
     * @param clipSkip number of last layers to leave out, plus 1; 1 uses all layers
     * @param layers number of layers by the model's configuration; 0 if unknown
     * @throws IOException if input or output are not as expected, or clip skip is not possible
     */
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
            Text.format(
                "%s: expected %d floats per token, found %s", skeleton.file(), width, states));
      }
      OnnxSkeleton patched =
          clipSkip > 1
              ? ClipSkipSurgery.patch(skeleton, states.name(), clipSkip, layers)
              : skeleton;
      return new Binding(tokenizer, patched, ids, states, width);
    }

    /** Opens the text encoder; the caller closes it. */
    public TextEncoder open(SessionFactory sessions) {
      return new TextEncoder(tokenizer, sessions.open(skeleton), ids.name(), states.name(), width);
    }
  }

  /**
   * Encodes prompts. All embeddings get as many tokens as the longest prompt needs; shorter prompts
   * are padded.
   *
   * @param prompts at least one prompt; emphasis such as {@code (word:1.2)} weights tokens
   * @return one embedding per prompt, in order
   * @throws NotFiniteException if the model returns NaN or infinity
   */
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
              session.input(
                  input,
                  buffer -> {
                    for (int i = 0; i < length; i++) {
                      buffer.put(prompt.ids()[first + i]);
                    }
                  },
                  1,
                  length);
          OrtSession.Result result = session.run(Map.of(input, ids), Set.of(output), Map.of())) {
        session
            .floats(result, output, 1, length, width)
            .get(samples, first * width, length * width);
      }
    }
    for (float sample : samples) {
      if (!Float.isFinite(sample)) {
        throw new NotFiniteException(session.file().toString(), 0);
      }
    }
    if (prompt.weighted()) {
      applyWeights(samples, prompt.weights());
    }
    return Embedding.of(prompt.rows() * length, width, samples);
  }

  /** Multiplies each token by its weight, then rescales all so that the mean stays as it was. */
  private void applyWeights(float[] samples, float[] weights) {
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

  /** Frees the model. */
  @Override
  public void close() {
    session.close();
  }
}
