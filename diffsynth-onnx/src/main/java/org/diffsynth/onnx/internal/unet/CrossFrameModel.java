package org.diffsynth.onnx.internal.unet;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.io.IOException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.diffsynth.compute.BackendException;
import org.diffsynth.compute.Closer;
import org.diffsynth.onnx.internal.graph.AttentionAccess;
import org.diffsynth.onnx.internal.graph.OnnxSkeleton;
import org.diffsynth.onnx.internal.graph.SkeletonCache;
import org.diffsynth.onnx.internal.runtime.ModelSession;
import org.diffsynth.onnx.internal.runtime.SessionFactory;
import org.diffsynth.spi.UnetInput;
import org.diffsynth.spi.UnetInput.Conditioning;
import org.diffsynth.spi.UnetInput.KeyValueRows;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An open UNet or ControlNet whose self-attention can look at other frames, and the keys and values
 * that it carries from call to call.
 */
public final class CrossFrameModel implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(CrossFrameModel.class);

  private final ModelBinding binding;
  private final SessionFactory sessions;
  private final SkeletonCache graphs;
  private final List<Integer> levels;
  private AttentionAccess access;
  private ModelSession session;
  private final AttentionCache cache = new AttentionCache();

  /**
   * Opens a UNet or ControlNet whose attention can cross frames.
   *
   * @param graphs cache of patched graphs, for the case that a later call needs another graph
   * @param graph the patched graph for {@code access}
   * @param access what the self-attention can look at
   */
  public CrossFrameModel(
      ModelBinding binding,
      SessionFactory sessions,
      SkeletonCache graphs,
      OnnxSkeleton graph,
      AttentionAccess access) {
    this.binding = binding;
    this.sessions = sessions;
    this.graphs = graphs;
    this.levels = binding.config().selfAttentionLevels();
    this.access = access;
    this.session = sessions.open(graph);
  }

  ModelBinding binding() {
    return binding;
  }

  ModelSession session() {
    return session;
  }

  /** Opens a graph with more access if a call asks for attention that was not announced. */
  private void require(KeyValueRows attention) {
    AttentionAccess needed =
        attention.usesCached() || attention.cachedRow() >= 0
            ? AttentionAccess.CARRY
            : attention.isSelf() ? AttentionAccess.SELF : AttentionAccess.GATHER;
    if (needed.compareTo(access) <= 0) {
      return;
    }
    LOG.info(
        "{} is opened again, because a call needs attention {} instead of {}",
        binding.label(),
        needed,
        access);
    ModelSession wider;
    try {
      wider = sessions.open(binding.patched(needed, graphs));
    } catch (IOException e) {
      throw new BackendException(binding.label() + " could not be opened again", e);
    }
    ModelSession old = session;
    session = wider;
    access = needed;
    old.close();
  }

  /**
   * Makes the inputs that a UNet and a ControlNet have in common. Opens another session first if
   * the attention needs it.
   *
   * @param crossFrame whether frames attend to the rows that the input names; otherwise each frame
   *     attends to itself
   * @param open receives the tensors to close after the run
   * @return tensors by input name; the caller adds further inputs
   */
  Map<String, OnnxTensor> feeds(UnetInput input, boolean crossFrame, Closer open)
      throws OrtException {
    KeyValueRows attention = crossFrame ? input.attention() : KeyValueRows.SELF;
    require(attention);
    Map<String, OnnxTensor> feeds = new HashMap<>();
    new LatentFeeds(binding, session).add(input, feeds, open);
    CachedKeyValues cached =
        attention.usesCached() ? cache.get(branches(input), input.sample(), binding.label()) : null;
    new AttentionFeeds(session, levels, access).add(input, attention, cached, feeds, open);
    return feeds;
  }

  /**
   * Runs the model for its own outputs, and for keys and values if the input asks to keep some.
   *
   * @param crossFrame the value that {@link #feeds} was called with
   * @param buffers tensors that some of the model's outputs are written into
   * @return all outputs; the caller closes them
   */
  OrtSession.Result run(
      UnetInput input,
      boolean crossFrame,
      Map<String, OnnxTensor> feeds,
      Map<String, OnnxTensor> buffers)
      throws OrtException {
    Set<String> outputs = new HashSet<>(binding.outputs());
    outputs.removeAll(buffers.keySet());
    if (crossFrame && input.attention().cachedRow() >= 0) {
      for (int site = 0; site < levels.size(); site++) {
        for (String prefix : CachedKeyValues.OUTPUTS) {
          outputs.add(prefix + site);
        }
      }
    }
    return session.run(feeds, outputs, buffers);
  }

  /**
   * Removes from a result the keys and values that the input asks to keep. Later calls use these
   * keys and values only after {@link #keep}.
   */
  CachedKeyValues keyValues(OrtSession.Result result, UnetInput input) {
    return CachedKeyValues.of(result, levels.size(), branches(input), input.sample());
  }

  /** Takes ownership of keys and values for later calls, and closes those they replace. */
  void keep(CachedKeyValues keyValues) {
    cache.put(keyValues);
  }

  /** The guidance branches of a call; true is the negative branch. */
  private static List<Boolean> branches(UnetInput input) {
    return input.conditionings().stream().map(Conditioning::negative).toList();
  }

  /** Frees the session and the carried keys and values. */
  @Override
  public void close() {
    try (Closer closer = new Closer()) {
      closer.add(session);
      closer.add(cache);
    }
  }
}
