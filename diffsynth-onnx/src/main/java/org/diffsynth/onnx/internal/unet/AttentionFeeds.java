package org.diffsynth.onnx.internal.unet;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import java.util.List;
import java.util.Map;
import org.diffsynth.compute.Closer;
import org.diffsynth.diffusion.Latents;
import org.diffsynth.onnx.internal.graph.AttentionAccess;
import org.diffsynth.onnx.internal.graph.CrossFrameSurgery;
import org.diffsynth.onnx.internal.model.UnetConfig;
import org.diffsynth.onnx.internal.runtime.ModelSession;
import org.diffsynth.spi.UnetInput;
import org.diffsynth.spi.UnetInput.Conditioning;
import org.diffsynth.spi.UnetInput.KeyValueRows;

/**
 * Inputs that {@link CrossFrameSurgery} added to a graph: which rows each row attends to, which
 * rows to keep for later calls, and the keys and values of earlier calls.
 *
 * <p>Row numbers count the cached rows first, then the rows of the call: {@code row = cached +
 * branch * frames + frame}.
 *
 * @param levels resolution level of each self-attention; 0 is the finest
 * @param access what the self-attention of the graph can attend to
 */
record AttentionFeeds(ModelSession session, List<Integer> levels, AttentionAccess access) {

  /**
   * Adds the inputs of cross-frame attention.
   *
   * @param attention the rows that each frame attends to, and the row to keep
   * @param cached keys and values of an earlier call; null if no row attends to them
   * @param feeds receives the tensors by input name
   * @param open receives the tensors to close after the run
   */
  void add(
      UnetInput input,
      KeyValueRows attention,
      CachedKeyValues cached,
      Map<String, OnnxTensor> feeds,
      Closer open)
      throws OrtException {
    if (access == AttentionAccess.SELF) {
      return;
    }
    int cachedRows = cached == null ? 0 : cached.rows();
    feeds.put(CrossFrameSurgery.INDEX, open.add(index(input, attention, cached, cachedRows)));
    if (access == AttentionAccess.CARRY) {
      feeds.put(CrossFrameSurgery.KEEP, open.add(keep(input, attention.cachedRow(), cachedRows)));
      for (int site = 0; site < levels.size(); site++) {
        for (String prefix : CachedKeyValues.INPUTS) {
          String name = prefix + site;
          feeds.put(
              name,
              cached != null ? cached.tensor(name) : open.add(empty(name, site, input.sample())));
        }
      }
    }
  }

  private OnnxTensor index(
      UnetInput input, KeyValueRows attention, CachedKeyValues cached, int cachedRows)
      throws OrtException {
    int frames = input.sample().frames();
    List<Conditioning> branches = input.conditionings();
    int references = Math.max(1, attention.references());
    return session.input(
        CrossFrameSurgery.INDEX,
        buffer -> {
          for (int branch = 0; branch < branches.size(); branch++) {
            int first = cachedRows + branch * frames;
            boolean negative = branches.get(branch).negative();
            for (int frame = 0; frame < frames; frame++) {
              for (int i = 0; i < references; i++) {
                int seen = attention.isSelf() ? frame : attention.get(frame, i);
                buffer.put(seen == KeyValueRows.CACHED ? cached.row(negative) : first + seen);
              }
            }
          }
        },
        (long) frames * branches.size(),
        references);
  }

  private OnnxTensor keep(UnetInput input, int frame, int cachedRows) throws OrtException {
    int frames = input.sample().frames();
    return session.input(
        CrossFrameSurgery.KEEP,
        buffer -> {
          for (int branch = 0; buffer.hasRemaining(); branch++) {
            buffer.put(cachedRows + branch * frames + frame);
          }
        },
        frame < 0 ? 0 : input.conditionings().size());
  }

  /** A cache without rows. */
  private OnnxTensor empty(String name, int site, Latents latents) throws OrtException {
    int level = levels.get(site);
    long tokens =
        (long) UnetConfig.sideAt(latents.height(), level)
            * UnetConfig.sideAt(latents.width(), level);
    return session.input(name, buffer -> {}, 0, tokens, session.declaredShape(name)[2]);
  }
}
