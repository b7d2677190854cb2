package org.diffsynth.onnx.internal.unet;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.diffsynth.compute.BackendException;
import org.diffsynth.compute.Closer;
import org.diffsynth.diffusion.KeyValueRows;
import org.diffsynth.diffusion.Latents;
import org.diffsynth.onnx.internal.graph.AttentionAccess;
import org.diffsynth.onnx.internal.graph.CrossFrameSurgery;
import org.diffsynth.onnx.internal.graph.OnnxSkeleton;
import org.diffsynth.onnx.internal.graph.SkeletonCache;
import org.diffsynth.onnx.internal.model.UnetConfig;
import org.diffsynth.onnx.internal.runtime.Device;
import org.diffsynth.onnx.internal.runtime.ModelSession;
import org.diffsynth.onnx.internal.runtime.OrtThread;
import org.diffsynth.spi.Conditioning;
import org.diffsynth.spi.UnetInput;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** An open UNet or ControlNet and the keys and values it carries from call to call. */
public final class CrossFrameModel implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(CrossFrameModel.class);

  private final ModelBinding binding;
  private final OrtThread thread;
  private final Device device;
  private final int threads;
  private final SkeletonCache cache;
  private final List<Integer> levels;
  private AttentionAccess access;
  private ModelSession session;
  private final AttentionCache carriedRows = new AttentionCache();

  public CrossFrameModel(
      ModelBinding binding,
      OrtThread thread,
      Device device,
      int threads,
      SkeletonCache cache,
      OnnxSkeleton graph,
      AttentionAccess access) {
    this.binding = binding;
    this.thread = thread;
    this.device = device;
    this.threads = threads;
    this.cache = cache;
    this.levels = binding.config().selfAttentionLevels();
    this.access = access;
    this.session = ModelSession.open(graph, thread, device, threads);
  }

  ModelBinding binding() {
    return binding;
  }

  ModelSession session() {
    return session;
  }

  /** Opens the graph that can do what a query asks, where it was not foreseen. */
  private void require(KeyValueRows attention) {
    AttentionAccess needed =
        attention.usesCarried() || attention.keep() >= 0
            ? AttentionAccess.CARRY
            : attention.isSelf() ? AttentionAccess.SELF : AttentionAccess.GATHER;
    if (needed.compareTo(access) <= 0) {
      return;
    }
    LOG.info("{} is opened again for attention that was not asked for at first", binding.label());
    ModelSession wider;
    try {
      wider = ModelSession.open(binding.patched(needed, cache), thread, device, threads);
    } catch (IOException e) {
      throw new BackendException(binding.label() + " could not be opened again", e);
    }
    ModelSession old = session;
    session = wider;
    access = needed;
    old.close();
  }

  /**
   * The inputs that UNet and ControlNets share.
   *
   * @param across whether this network follows the query's attention, or has rows see themselves
   * @param open closes what is made here
   */
  Map<String, OnnxTensor> feeds(UnetInput query, boolean across, Closer open) throws OrtException {
    KeyValueRows attention = across ? query.attention() : KeyValueRows.SELF;
    require(attention);
    Latents latents = query.sample();
    int frames = latents.frames();
    List<Conditioning> conditionings = query.conditionings();
    int batch = frames * conditionings.size();
    int tokens = conditionings.get(0).text().tokens();
    int width = conditionings.get(0).text().width();
    Map<String, OnnxTensor> feeds = new HashMap<>();
    String sample = binding.sample().name();
    int further = (int) Math.max(0, binding.sample().dim(1) - latents.channels());
    feeds.put(
        sample,
        open.add(
            session.tensor(
                sample,
                buffer -> conditionings.forEach(c -> put(latents, further, query, buffer)),
                batch,
                latents.channels() + further,
                latents.height(),
                latents.width())));
    String text = binding.text().name();
    feeds.put(
        text,
        open.add(
            session.tensor(
                text,
                buffer ->
                    conditionings.forEach(
                        c -> {
                          for (int i = 0; i < frames; i++) {
                            c.text().copyTo(buffer);
                          }
                        }),
                batch,
                tokens,
                width)));
    String timestep = binding.timestep().name();
    long[] shape = timestepShape(batch);
    feeds.put(
        timestep,
        open.add(
            session.tensor(
                timestep,
                buffer -> {
                  while (buffer.hasRemaining()) {
                    buffer.put(query.timestep());
                  }
                },
                shape)));
    if (access != AttentionAccess.SELF) {
      attend(query, attention, feeds, open);
    }
    return feeds;
  }

  /** Latents, and behind those of each row what goes beside them: zeros where there is nothing. */
  private static void put(Latents latents, int further, UnetInput query, FloatBuffer buffer) {
    if (further == 0) {
      latents.copyTo(buffer);
      return;
    }
    int pixels = latents.height() * latents.width();
    for (int row = 0; row < latents.frames(); row++) {
      latents.slice(row, row + 1).copyTo(buffer);
      if (query.channels().isEmpty()) {
        buffer.put(new float[further * pixels]);
      } else {
        query.channels().get().slice(row, row + 1).copyTo(buffer);
      }
    }
  }

  /** No dimension, one entry, or one per row where the export wants it so. */
  private long[] timestepShape(int batch) {
    if (binding.timestep().dims().isEmpty()) {
      return new long[0];
    }
    long declared = binding.timestep().dim(0);
    boolean perRow = declared < 0 && binding.timestep().dims().get(0).contains("batch");
    return new long[] {declared > 0 ? declared : perRow ? batch : 1};
  }

  private void attend(
      UnetInput query, KeyValueRows attention, Map<String, OnnxTensor> feeds, Closer open)
      throws OrtException {
    int frames = query.sample().frames();
    int sides = query.conditionings().size();
    List<Boolean> kinds = query.conditionings().stream().map(Conditioning::negative).toList();
    boolean carried = attention.usesCarried();
    CachedKeyValues kept = carried ? carriedRows.get(kinds, query.sample(), binding.label()) : null;
    int cached = carried ? kept.rows() : 0;
    int refs = Math.max(1, attention.references());
    feeds.put(
        CrossFrameSurgery.INDEX,
        open.add(
            session.tensor(
                CrossFrameSurgery.INDEX,
                buffer -> {
                  for (int side = 0; side < sides; side++) {
                    int first = cached + side * frames;
                    for (int row = 0; row < frames; row++) {
                      for (int ref = 0; ref < refs; ref++) {
                        int seen = attention.isSelf() ? row : attention.get(row, ref);
                        buffer.put(
                            seen == KeyValueRows.CARRIED
                                ? kept.row(kinds.get(side))
                                : first + seen);
                      }
                    }
                  }
                },
                (long) frames * sides,
                refs)));
    if (access != AttentionAccess.CARRY) {
      return;
    }
    int keep = attention.keep();
    feeds.put(
        CrossFrameSurgery.KEEP,
        open.add(
            session.tensor(
                CrossFrameSurgery.KEEP,
                buffer -> {
                  for (int side = 0; buffer.hasRemaining(); side++) {
                    buffer.put(cached + side * frames + keep);
                  }
                },
                keep < 0 ? 0 : sides)));
    for (int site = 0; site < levels.size(); site++) {
      for (String prefix : CachedKeyValues.CACHED) {
        String name = prefix + site;
        feeds.put(
            name, carried ? kept.tensor(name) : open.add(emptyCache(name, site, query.sample())));
      }
    }
  }

  private OnnxTensor emptyCache(String name, int site, Latents latents) throws OrtException {
    return session.tensor(name, buffer -> {}, 0, tokens(site, latents), session.dims(name)[2]);
  }

  private long tokens(int site, Latents latents) {
    int level = levels.get(site);
    return (long) UnetConfig.side(latents.height(), level)
        * UnetConfig.side(latents.width(), level);
  }

  /**
   * Runs the network for its own outputs, and for the rows to keep if the query wants some.
   *
   * @param spaces where some of its outputs are written
   */
  OrtSession.Result run(
      UnetInput query,
      boolean across,
      Map<String, OnnxTensor> feeds,
      Map<String, OnnxTensor> spaces)
      throws OrtException {
    Set<String> outputs = new HashSet<>(binding.outputs());
    outputs.removeAll(spaces.keySet());
    if (across && query.attention().keep() >= 0) {
      for (int site = 0; site < levels.size(); site++) {
        for (String prefix : CachedKeyValues.KEPT) {
          outputs.add(prefix + site);
        }
      }
    }
    return session.run(feeds, outputs, spaces);
  }

  /** What was run to be kept; handed to {@link #keep} when the whole query has succeeded. */
  CachedKeyValues kept(OrtSession.Result result, UnetInput query) {
    List<Boolean> kinds = query.conditionings().stream().map(Conditioning::negative).toList();
    return CachedKeyValues.take(result, levels.size(), kinds, query.sample());
  }

  /** Replaces what is carried on. */
  void keep(CachedKeyValues rows) {
    carriedRows.put(rows);
  }

  @Override
  public void close() {
    try (Closer closer = new Closer()) {
      closer.add(session);
      closer.add(carriedRows);
    }
  }
}
