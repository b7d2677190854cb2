package org.diffsynth.onnx.internal.text;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
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
import org.diffsynth.spi.DiffusionSettings.TextualInversion;
import org.diffsynth.spi.NotFiniteException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A CLIP text encoder with its tokenizer: encodes prompts to embeddings. */
public final class TextEncoder implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(TextEncoder.class);

  private final ClipTokenizer tokenizer;
  private final ModelSession session;
  private final String input;
  private final String output;
  private final int width;
  private final PromptNotation notation = new PromptNotation(LOG::warn);
  private final Set<String> unusedTokens;

  private TextEncoder(Binding binding, ModelSession session) {
    this.tokenizer = binding.tokenizer;
    this.session = session;
    this.input = binding.ids.name();
    this.output = binding.states.name();
    this.width = binding.width;
    this.unusedTokens = new LinkedHashSet<>(binding.tokens);
  }

  /**
   * Tokenizer, graph, input and output of a text encoder that is not open yet.
   *
   * @param skeleton the graph, without the layers that clip skip leaves out
   * @param ids input of token ids, shape (batch, tokens)
   * @param states output of hidden states, shape (batch, tokens, width)
   * @param width floats per token
   * @param tokens texts that stand for textual inversions which the user gave
   */
  public record Binding(
      ClipTokenizer tokenizer,
      OnnxSkeleton skeleton,
      TensorSpec ids,
      TensorSpec states,
      int width,
      Set<String> tokens) {

    /**
     * Finds input and output, adds the vectors of textual inversions to the table of token
     * embeddings, and removes layers from the graph if clip skip asks for it.
     *
     * @param width floats per token that the UNet expects
     * @param clipSkip number of last layers to leave out, plus 1; 1 uses all layers
     * @param layers number of layers by the model's configuration; 0 if unknown
     * @param embeddings textual inversions that prompts use by their tokens
     * @throws IOException if input or output are not as expected, clip skip is not possible, or a
     *     textual inversion does not fit
     */
    public static Binding of(
        ClipTokenizer tokenizer,
        OnnxSkeleton skeleton,
        int width,
        int clipSkip,
        int layers,
        List<TextualInversion> embeddings)
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
      NewTokens added = NewTokens.of(embeddings, tokenizer, skeleton, ids.name(), width);
      OnnxSkeleton patched =
          clipSkip > 1
              ? ClipSkipSurgery.patch(added.skeleton(), states.name(), clipSkip, layers)
              : added.skeleton();
      return new Binding(added.tokenizer(), patched, ids, states, width, added.tokens());
    }

    /** Opens the text encoder; the caller closes it. */
    public TextEncoder open(SessionFactory sessions) {
      return new TextEncoder(this, sessions.open(skeleton));
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
    List<String> checked = prompts.stream().map(notation::checked).toList();
    warnOfUnusedTokens(checked);
    int rows = 1;
    for (String prompt : checked) {
      rows = Math.max(rows, tokenizer.encodePrompt(prompt, 1).rows());
    }
    List<Embedding> embeddings = new ArrayList<>();
    for (String prompt : checked) {
      embeddings.add(encode(tokenizer.encodePrompt(prompt, rows)));
    }
    return embeddings;
  }

  /** Warns once of textual inversions that no prompt of the first call uses. */
  private void warnOfUnusedTokens(List<String> prompts) {
    if (unusedTokens.isEmpty()) {
      return;
    }
    prompts.forEach(prompt -> unusedTokens.removeAll(tokenizer.addedTokensIn(prompt)));
    if (!unusedTokens.isEmpty()) {
      LOG.warn(
          "the embeddings {} have no effect: neither prompt nor negative prompt contains these words",
          unusedTokens);
      unusedTokens.clear();
    }
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
