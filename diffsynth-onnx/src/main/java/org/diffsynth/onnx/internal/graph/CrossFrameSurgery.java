package org.diffsynth.onnx.internal.graph;

import java.io.IOException;
import java.util.List;
import java.util.function.IntUnaryOperator;
import org.diffsynth.onnx.internal.proto.NodeProto;
import org.diffsynth.onnx.internal.proto.TensorProto;

/**
 * Opens the self-attention of a UNet or ControlNet to other rows of the batch, and replaces its
 * core by one fused operator.
 *
 * <pre>
 * key (batch, tokens, C) ─ Concat(cache) ─ Gather(kv_frame_index) ─ Reshape (batch, refs·tokens, C) ┐
 * value ─────────────────── the same ─────────────────────────────────────────────────────────────┼ MultiHeadAttention
 * query (batch, tokens, C) ───────────────────────────────────────────────────────────────────────┘
 * </pre>
 *
 * <p>Rows of {@code kv_frame_index} count the rows of the caches first, then those of the batch.
 * With {@link AttentionAccess#CARRY} the rows that {@code kv_keep_index} names come out again as
 * the caches of a later call.
 */
public final class CrossFrameSurgery {
  /** Input, int64 {@code (batch, refs)}: whose keys and values each row uses. */
  public static final String INDEX = "kv_frame_index";

  /** Input, int64 {@code (kept)}: which rows come out as caches. */
  public static final String KEEP = "kv_keep_index";

  /** Inputs {@code (cached, tokens, channels)}, one per site, counted from 0. */
  public static final String CACHED_KEY = "kv_cached_key_";

  /** Inputs {@code (cached, tokens, channels)}, one per site, counted from 0. */
  public static final String CACHED_VALUE = "kv_cached_value_";

  /** Outputs {@code (kept, tokens, channels)}, one per site, counted from 0. */
  public static final String KEPT_KEY = "kv_kept_key_";

  /** Outputs {@code (kept, tokens, channels)}, one per site, counted from 0. */
  public static final String KEPT_VALUE = "kv_kept_value_";

  private final GraphRewrite rewrite;
  private final AttentionAccess access;

  private CrossFrameSurgery(GraphRewrite rewrite, AttentionAccess access) {
    this.rewrite = rewrite;
    this.access = access;
  }

  /**
   * The model with every self-attention opened.
   *
   * @param expected how many self-attentions the model's configuration asks for
   * @param headsOfChannels attention heads by channels, for graphs that do not tell; 0 if unknown
   * @throws IOException if the count is another, naming the file and what was found
   */
  public static OnnxSkeleton patch(
      OnnxSkeleton skeleton, AttentionAccess access, int expected, IntUnaryOperator headsOfChannels)
      throws IOException {
    GraphIndex index = new GraphIndex(skeleton.model().getGraph());
    List<AttentionSite> all = AttentionFinder.find(index);
    List<AttentionSite> sites = all.stream().filter(AttentionSite::self).toList();
    if (sites.size() != expected || expected == 0) {
      throw new IOException(
          String.format(
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
            String.format(
                "%s: self-attention %d has %d channels and %d heads, which do not fit",
                skeleton.file(), i, site.channels(), heads));
      }
      GraphIndex.Weight weight = index.weight(weightOperand(index, site.query()));
      surgery.open(index, site, i, heads, weight.tensor().getDataType());
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
    int maker = index.makerPosition(site.result());
    String replaced = site.result() + "/replaced";
    NodeProto.Builder old = rewrite.change(maker);
    for (int i = 0; i < old.getOutputCount(); i++) {
      if (old.getOutput(i).equals(site.result())) {
        old.setOutput(i, replaced);
      }
    }
    rewrite.insert(
        at,
        Nodes.node("MultiHeadAttention", List.of(site.query(), key, value), site.result())
            .setDomain("com.microsoft")
            .addAttribute(Nodes.attribute("num_heads", heads)));
  }

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

  /** The weight that makes a projection, behind its bias if it has one. */
  private static String weightOperand(GraphIndex index, String projection) {
    NodeProto node = index.maker(projection);
    if (node.getOpType().equals("Add")) {
      node = index.maker(index.dataOperand(node));
    }
    return node.getInput(1);
  }
}
