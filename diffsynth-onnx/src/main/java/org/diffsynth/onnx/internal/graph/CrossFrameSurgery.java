package org.diffsynth.onnx.internal.graph;

import java.io.IOException;
import java.util.List;
import java.util.function.IntUnaryOperator;
import org.diffsynth.internal.text.Text;
import org.diffsynth.onnx.internal.proto.NodeProto;
import org.diffsynth.onnx.internal.proto.TensorProto;

/**
 * Lets every self-attention of a UNet or ControlNet attend to other rows of the batch and to rows
 * of earlier calls, and replaces the attention core by one fused operator.
 *
 * <p>In self-attention each row has queries, keys and values of its own. DiffSynth keeps a video
 * steady by giving a row the keys and values of other frames (cross-frame attention). That needs no
 * new weights: keys and values are gathered along the batch by an index input, and those of several
 * reference frames are joined along the tokens.
 *
 * <pre>
 * key (batch, tokens, C) ─ Concat(cache) ─ Gather(kv_frame_index) ─ Reshape (batch, refs·tokens, C) ┐
 * value ─────────────────── the same ─────────────────────────────────────────────────────────────┼ MultiHeadAttention
 * query (batch, tokens, C) ───────────────────────────────────────────────────────────────────────┘
 * </pre>
 *
 * <p>The numbers in {@code kv_frame_index} count the rows of the caches first, then the rows of the
 * batch. With {@link AttentionAccess#CARRY} the rows that {@code kv_keep_index} names become
 * outputs, which the caller feeds to the cache inputs of a later call. With {@link
 * AttentionAccess#SELF} only the core is replaced.
 *
 * <p>The nodes of the old core stay in the list of nodes but no output needs them, so {@link
 * GraphRewrite} removes them.
 */
public final class CrossFrameSurgery {
  /** Name of the input with the rows each row attends to, int64, shape (batch, references). */
  public static final String INDEX = "kv_frame_index";

  /** Name of the input with the rows to return for later calls, int64, shape (kept). */
  public static final String KEEP = "kv_keep_index";

  /**
   * Prefix of the inputs of cached keys, shape (cached, tokens, channels); a site number follows.
   */
  public static final String CACHED_KEY = "kv_cached_key_";

  /** Prefix of the inputs of cached values, of the shape of cached keys; a site number follows. */
  public static final String CACHED_VALUE = "kv_cached_value_";

  /** Prefix of the outputs of kept keys, shape (kept, tokens, channels); a site number follows. */
  public static final String KEPT_KEY = "kv_kept_key_";

  /** Prefix of the outputs of kept values, of the shape of kept keys; a site number follows. */
  public static final String KEPT_VALUE = "kv_kept_value_";

  private final GraphRewrite rewrite;
  private final AttentionAccess access;

  private CrossFrameSurgery(GraphRewrite rewrite, AttentionAccess access) {
    this.rewrite = rewrite;
    this.access = access;
  }

  /**
   * Returns the model with every self-attention changed.
   *
   * @param access the rows that the self-attention must be able to attend to
   * @param expected number of self-attentions by the model's configuration
   * @param headsOfChannels maps channels to attention heads, 0 if unknown; used where the graph
   *     does not contain the heads
   * @throws IOException if another number of self-attentions is found, or heads do not divide the
   *     channels; the message names the file
   */
  public static OnnxSkeleton patch(
      OnnxSkeleton skeleton, AttentionAccess access, int expected, IntUnaryOperator headsOfChannels)
      throws IOException {
    GraphIndex index = new GraphIndex(skeleton.model().getGraph());
    List<AttentionSite> all = AttentionFinder.find(index);
    List<AttentionSite> sites = all.stream().filter(AttentionSite::self).toList();
    if (sites.size() != expected || expected == 0) {
      throw new IOException(
          Text.format(
              "%s: expected %d self-attentions by its configuration, found %d (and %d"
                  + " cross-attentions) in a graph of %d nodes",
              skeleton.file(),
              expected,
              sites.size(),
              all.size() - sites.size(),
              index.graph().getNodeCount()));
    }
    GraphRewrite rewrite = new GraphRewrite(index.graph());
    CrossFrameSurgery surgery = new CrossFrameSurgery(rewrite, access);
    surgery.addInputs();
    for (int i = 0; i < sites.size(); i++) {
      AttentionSite site = sites.get(i);
      int heads = site.heads() > 0 ? site.heads() : headsOfChannels.applyAsInt(site.channels());
      if (heads <= 0 || site.channels() % heads != 0) {
        throw new IOException(
            Text.format(
                "%s: self-attention %d has %d channels and %d heads, which do not fit",
                skeleton.file(), i, site.channels(), heads));
      }
      int type = index.weightType(weightOperand(index, site.query()));
      surgery.open(index, site, i, heads, type);
    }
    return skeleton.withModel(rewrite.apply(skeleton.model(), true));
  }

  private void addInputs() {
    if (access != AttentionAccess.SELF) {
      rewrite.addInput(Nodes.value(INDEX, TensorTypes.INT64, "kv_batch", "kv_refs"));
    }
    if (access == AttentionAccess.CARRY) {
      rewrite.addInput(Nodes.value(KEEP, TensorTypes.INT64, "kv_kept"));
    }
  }

  private void open(GraphIndex index, AttentionSite site, int number, int heads, int type) {
    int at = site.core();
    String key = rows(at, site.key(), site, number, type, CACHED_KEY, KEPT_KEY);
    String value = rows(at, site.value(), site, number, type, CACHED_VALUE, KEPT_VALUE);
    rewrite.renameOutput(
        index.makerPosition(site.result()), site.result(), site.result() + "/replaced");
    rewrite.insert(
        at,
        Nodes.node("MultiHeadAttention", List.of(site.query(), key, value), site.result())
            .setDomain("com.microsoft")
            .addAttribute(Nodes.attribute("num_heads", heads)));
  }

  /** Adds the nodes that select keys or values, and returns the name of their result. */
  private String rows(
      int at,
      String own,
      AttentionSite site,
      int number,
      int type,
      String cachedName,
      String keptName) {
    if (access == AttentionAccess.SELF) {
      return own;
    }
    String all = own;
    if (access == AttentionAccess.CARRY) {
      String cached = cachedName + number;
      String kept = keptName + number;
      String tokens = "kv_tokens_" + number;
      rewrite.addInput(Nodes.value(cached, type, "kv_cached", tokens, site.channels()));
      all = cached + "/joined";
      rewrite.insert(
          at,
          Nodes.node("Concat", List.of(cached, own), all).addAttribute(Nodes.attribute("axis", 0)));
      rewrite.insert(at, gather(all, KEEP, kept));
      rewrite.addOutput(Nodes.value(kept, type, "kv_kept", tokens, site.channels()));
    }
    String gathered = keptName + number + "/gathered";
    String joined = keptName + number + "/sequence";
    TensorProto shape = Nodes.integers(joined + "/shape", 0, -1, site.channels());
    rewrite.add(shape);
    rewrite.insert(at, gather(all, INDEX, gathered));
    rewrite.insert(at, Nodes.node("Reshape", List.of(gathered, shape.getName()), joined));
    return joined;
  }

  private static NodeProto.Builder gather(String data, String indices, String output) {
    return Nodes.node("Gather", List.of(data, indices), output)
        .addAttribute(Nodes.attribute("axis", 0));
  }

  /** The weight operand of a projection, which may be followed by the addition of a bias. */
  private static String weightOperand(GraphIndex index, String projection) {
    NodeProto node = index.maker(projection);
    if (node.getOpType().equals("Add")) {
      node = index.maker(index.dataOperand(node));
    }
    return node.getInput(1);
  }
}
